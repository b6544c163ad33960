using OssMigration.Core.Jobs;
using OssMigration.Core.Reporting;
using OssMigration.Core.Stores;
using OssMigration.TestKit;
using Xunit;

namespace OssMigration.Core.Tests.Jobs;

/// <summary>What goes wrong with a request, with an object and with everything.</summary>
public sealed class FaultTests
{
    public static TheoryData<string, StoreOperation, Fault> PassingFaults()
    {
        TheoryData<string, StoreOperation, Fault> faults = [];
        foreach (StoreErrorKind kind in (StoreErrorKind[])[StoreErrorKind.Network, StoreErrorKind.ServerError, StoreErrorKind.Throttled])
        {
            faults.Add("source", StoreOperation.List, Fault.Throw(kind));
            faults.Add("source", StoreOperation.Read, Fault.Throw(kind));
            faults.Add("source", StoreOperation.Head, Fault.Throw(kind));
            foreach (StoreOperation operation in (StoreOperation[])[StoreOperation.List, StoreOperation.Put, StoreOperation.Initiate, StoreOperation.UploadPart, StoreOperation.Complete])
                faults.Add("destination", operation, Fault.Throw(kind));
        }

        faults.Add("source", StoreOperation.Read, Fault.Throw(StoreErrorKind.Throttled, TimeSpan.FromMilliseconds(5)));
        faults.Add("source", StoreOperation.Read, Fault.CutBody(0));
        faults.Add("source", StoreOperation.Read, Fault.CutBody(7));
        faults.Add("destination", StoreOperation.UploadPart, Fault.FlipByte(1000));
        return faults;
    }

    [Theory]
    [MemberData(nameof(PassingFaults))]
    public async Task A_fault_that_passes_is_retried_counted_and_harms_nothing(string side, StoreOperation operation, Fault fault)
    {
        using EngineBench bench = new();
        for (int i = 0; i < 10; i++)
            bench.Source.Seed($"k{i}", $"content {i}");
        bench.Source.Seed("large", EngineBench.Noise(3 << 20));
        string? key = operation switch
        {
            StoreOperation.Put or StoreOperation.Read => "k3",
            StoreOperation.Head => "large",
            _ => null,
        };
        (side == "source" ? bench.FaultySource : bench.FaultyDestination).Plan(operation, fault, key, times: 2);
        bench.CreateForParts();

        MigrationReport report = await bench.RunAsync(cancellationToken: TestContext.Current.CancellationToken);

        Assert.Equal((RunStatus.Complete, 11L), (report.Status, report.Copied.Objects));
        Assert.Equal(2, side == "source" ? report.SourceUsage.Retries : report.DestinationUsage.Retries);
        Assert.Equal(0, bench.Destination.OpenUploads);
        foreach (string copied in bench.Source.Keys)
            Assert.Equal(bench.Source.Find(copied)!.Content, bench.Destination.Find(copied)!.Content);
    }

    [Fact]
    public async Task Bytes_spoiled_on_the_way_to_the_destination_are_refused_there_looked_into_and_sent_again()
    {
        using EngineBench bench = new();
        bench.Source.Seed("small", "content");
        bench.Source.Seed("larger", EngineBench.Noise(900_000));
        foreach (string key in bench.Source.Keys)
            bench.FaultyDestination.Plan(StoreOperation.Put, Fault.FlipByte(3), key, times: 2);
        bench.Create();

        MigrationReport report = await bench.RunAsync(cancellationToken: TestContext.Current.CancellationToken);

        // The first refusal is looked into: the bytes here are right. From then on one is repeated like every fault of the network.
        Assert.Equal((RunStatus.Complete, 2L, 2L), (report.Status, report.Copied.Objects, report.DestinationUsage.Retries));
        Assert.Equal(2, bench.SourceSpy.CountByKey(StoreOperation.Read).Values.Sum());
        foreach (string copied in bench.Source.Keys)
            Assert.Equal(bench.Source.Find(copied)!.Content, bench.Destination.Find(copied)!.Content);
    }

    [Fact]
    public async Task A_store_that_asks_for_a_pause_gets_it_and_the_listener_hears_of_it()
    {
        using EngineBench bench = new();
        bench.Source.Seed("k", "x");
        bench.FaultySource.Plan(StoreOperation.Read, Fault.Throw(StoreErrorKind.Throttled, TimeSpan.FromMilliseconds(120)), "k");
        bench.Create();

        MigrationReport report = await bench.RunAsync(cancellationToken: TestContext.Current.CancellationToken);

        Assert.Equal((RunStatus.Complete, 1L), (report.Status, report.SourceUsage.Retries));
        Assert.True(report.Duration >= TimeSpan.FromMilliseconds(119));
        Assert.Contains(bench.Listener.Events, happened => happened.Level == EventLevel.Verbose && happened.Message.StartsWith("Again in 120 ms: ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_byte_spoiled_on_the_way_from_the_source_is_found_by_the_MD5_that_its_ETag_is()
    {
        using EngineBench bench = new();
        for (int i = 0; i < 10; i++)
            bench.Source.Seed($"k{i}", $"content {i}");
        bench.FaultySource.Plan(StoreOperation.Read, Fault.FlipByte(3), "k3");
        bench.FaultySource.Plan(StoreOperation.Read, Fault.FlipByte(3), "k5");
        bench.FaultySource.Plan(StoreOperation.Read, Fault.FlipByte(4), "k5", skip: 1);
        bench.Create();

        MigrationReport first = await bench.RunAsync(cancellationToken: TestContext.Current.CancellationToken);
        MigrationItem failed = Assert.Single(bench.Items());
        MigrationReport second = await bench.RunAsync(cancellationToken: TestContext.Current.CancellationToken);

        Assert.Equal((9L, 1L), (first.Copied.Objects, first.Failed.Objects));
        Assert.Equal(("k5", "Integrity"), (failed.Key, failed.ErrorKind));
        Assert.Equal((RunStatus.Complete, 1L, 9L), (second.Status, second.Copied.Objects, second.Skipped.Objects));
        Assert.All(bench.DestinationSpy.CountByKey(StoreOperation.Put), put => Assert.Equal(1, put.Value));
        foreach (string copied in bench.Source.Keys)
            Assert.Equal(bench.Source.Find(copied)!.Content, bench.Destination.Find(copied)!.Content);
    }

    [Fact]
    public async Task A_part_spoiled_before_a_kill_is_found_by_the_declared_checksum_after_it()
    {
        using EngineBench bench = new(new MemoryStoreOptions { ETagStyle = ETagStyle.Kms });
        byte[] large = EngineBench.Noise(5 << 20);
        Declare(bench, "large", large);
        bench.FaultySource.Plan(StoreOperation.Read, Fault.FlipByte(50), "large");
        bench.CreateForParts(job => job with { Concurrency = 1 });
        Killer killer = Killer.At(bench, StoreOperation.UploadPart, 4, whenDone: false);
        await Assert.ThrowsAsync<KilledException>(() => bench.RunAsync(cancellationToken: TestContext.Current.CancellationToken));
        killer.Revive();

        MigrationReport first = await bench.RunAsync(cancellationToken: TestContext.Current.CancellationToken);
        MigrationReport second = await bench.RunAsync(cancellationToken: TestContext.Current.CancellationToken);

        Assert.Equal((1L, 1L), (first.Failed.Objects, second.Copied.Objects));
        Assert.Equal(large, bench.Destination.Find("large")!.Content);
        Assert.Equal(0, bench.Destination.OpenUploads);
    }

    [Fact]
    public async Task A_byte_spoiled_on_the_way_from_a_source_without_MD5_ETags_is_found_by_the_checksum_it_declares()
    {
        using EngineBench bench = new(new MemoryStoreOptions { ETagStyle = ETagStyle.Kms });
        byte[] small = EngineBench.Noise(100);
        byte[] large = EngineBench.Noise(3 << 20);
        Declare(bench, "small", small);
        Declare(bench, "large", large);
        bench.FaultySource.Plan(StoreOperation.Read, Fault.FlipByte(50), "small");
        bench.FaultySource.Plan(StoreOperation.Read, Fault.FlipByte(50), "large");
        bench.CreateForParts();

        MigrationReport first = await bench.RunAsync(cancellationToken: TestContext.Current.CancellationToken);
        MigrationReport second = await bench.RunAsync(cancellationToken: TestContext.Current.CancellationToken);

        // The declared checksum of an object in parts is only known to be wrong at its end, so that object waits for the next run.
        Assert.Equal((1L, 1L), (first.Copied.Objects, first.Failed.Objects));
        Assert.Equal((RunStatus.Complete, 1L, 1L), (second.Status, second.Copied.Objects, second.Skipped.Objects));
        Assert.Equal(small, bench.Destination.Find("small")!.Content);
        Assert.Equal(large, bench.Destination.Find("large")!.Content);
        Assert.Equal(0, bench.Destination.OpenUploads);
    }

    [Theory]
    [InlineData(StoreErrorKind.Network, 3)]
    [InlineData(StoreErrorKind.ServerError, 3)]
    [InlineData(StoreErrorKind.Throttled, 3)]
    [InlineData(StoreErrorKind.Integrity, 3)]
    [InlineData(StoreErrorKind.InvalidRequest, 1)]
    [InlineData(StoreErrorKind.AccessDenied, 1)]
    [InlineData(StoreErrorKind.NotSupported, 1)]
    public async Task An_object_that_cannot_be_written_fails_alone_and_its_item_names_all_there_is_to_know(StoreErrorKind kind, int attempts)
    {
        using EngineBench bench = new();
        for (int i = 0; i < 20; i++)
            bench.Source.Seed($"k{i:D2}", $"content {i}");
        bench.FaultyDestination.Plan(StoreOperation.Put, Fault.Throw(kind), "k07", times: attempts);
        bench.Create(job => job with { MaxAttempts = 3 });

        MigrationReport report = await bench.RunAsync(cancellationToken: TestContext.Current.CancellationToken);

        Assert.Equal((RunStatus.CompleteWithExceptions, 2, 19L, 1L), (report.Status, report.ExitCode, report.Copied.Objects, report.Failed.Objects));
        Assert.Equal((report.Listed, (long)attempts - 1), (report.Outcomes, report.DestinationUsage.Retries));
        MigrationItem item = Assert.Single(bench.Items());
        Assert.Equal(("k07", MigrationItemState.Failed, kind.ToString()), (item.Key, item.State, item.ErrorKind));
        foreach (string expected in (string[])["oss://to", "k07", "planned-fault"])
            Assert.Contains(expected, item.Message, StringComparison.Ordinal);
        Assert.Equal(item, Assert.Single(bench.Listener.Items) with { UpdatedAt = item.UpdatedAt });

        MigrationReport next = await bench.RunAsync(cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal((RunStatus.Complete, 1L, 19L), (next.Status, next.Copied.Objects, next.Skipped.Objects));
    }

    [Fact]
    public async Task A_large_object_that_failed_is_carried_on_by_the_next_run_at_its_missing_parts()
    {
        using EngineBench bench = new();
        bench.Source.Seed("large", EngineBench.Noise(5 << 20));
        bench.FaultyDestination.Plan(StoreOperation.UploadPart, Fault.Throw(StoreErrorKind.AccessDenied), skip: 3);
        bench.CreateForParts(job => job with { Concurrency = 1 });

        MigrationReport first = await bench.RunAsync(cancellationToken: TestContext.Current.CancellationToken);
        MigrationReport second = await bench.RunAsync(cancellationToken: TestContext.Current.CancellationToken);

        Assert.Equal((1L, 1L), (first.Failed.Objects, second.Copied.Objects));
        Assert.Equal((5, 1), (bench.DestinationSpy.Count(StoreOperation.UploadPart, "large"), bench.DestinationSpy.Count(StoreOperation.Initiate, "large")));
        Assert.Equal(0, bench.Destination.OpenUploads);
        Assert.True((await bench.CompareAsync()).Summary.IsClean);
    }

    [Theory]
    [InlineData(StoreErrorKind.Credential, StoreOperation.List, 0)]
    [InlineData(StoreErrorKind.Credential, StoreOperation.List, 3)]
    [InlineData(StoreErrorKind.Credential, StoreOperation.Read, 0)]
    [InlineData(StoreErrorKind.Credential, StoreOperation.Read, 40)]
    [InlineData(StoreErrorKind.AccessDenied, StoreOperation.List, 0)]
    [InlineData(StoreErrorKind.AccessDenied, StoreOperation.List, 3)]
    [InlineData(StoreErrorKind.NoSuchBucket, StoreOperation.List, 1)]
    [InlineData(StoreErrorKind.WrongRegion, StoreOperation.List, 0)]
    [InlineData(StoreErrorKind.ClockSkew, StoreOperation.Read, 5)]
    public async Task What_would_fail_everything_stops_the_run_at_once_with_one_error_and_the_run_can_be_carried_on(
        StoreErrorKind kind, StoreOperation operation, int skip)
    {
        using EngineBench bench = new(new MemoryStoreOptions { PageSize = 20 });
        for (int i = 0; i < 100; i++)
            bench.Source.Seed($"k{i:D3}", $"content {i}");
        bench.FaultySource.Plan(operation, Fault.Throw(kind), skip: skip);
        bench.Create();

        StoreException error = await Assert.ThrowsAsync<StoreException>(() => bench.RunAsync(cancellationToken: TestContext.Current.CancellationToken));

        Assert.Equal((kind, "s3://from", "planned-fault"), (error.Kind, error.Store, error.RequestId));
        MigrationReport broken = Assert.Single(bench.Engine.GetReports(EngineBench.JobName));
        Assert.Equal((RunStatus.Incomplete, error.Describe()), (broken.Status, broken.Reason));
        Assert.Equal(JobState.Stopped, bench.Engine.GetJob(EngineBench.JobName).State);
        Assert.Empty(bench.Items());

        MigrationReport next = await bench.RunAsync(cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal((RunStatus.Complete, 1, 100L), (next.Status, next.Run, next.Listed.Objects));
        Assert.Equal(bench.Source.Keys, bench.Destination.Keys);
    }

    [Fact]
    public async Task A_wrong_credential_of_the_destination_gives_one_error_and_not_one_for_each_object()
    {
        using EngineBench bench = new();
        for (int i = 0; i < 100; i++)
            bench.Source.Seed($"k{i:D3}", $"content {i}");
        bench.Destination.BeforeOperation = (operation, _, _) => operation == StoreOperation.Put
            ? throw new StoreException(StoreErrorKind.Credential, "oss://to", "The key id is not known.")
            : default;
        bench.Create();

        StoreException error = await Assert.ThrowsAsync<StoreException>(() => bench.RunAsync(cancellationToken: TestContext.Current.CancellationToken));

        Assert.Equal(StoreErrorKind.Credential, error.Kind);
        Assert.Empty(bench.Items());
        Assert.Empty(bench.Listener.Items);
        Assert.InRange(bench.Destination.Counters[StoreOperation.Put], 1, 16);
    }

    [Fact]
    public async Task An_object_that_is_gone_when_it_is_read_is_Vanished_and_the_run_is_complete()
    {
        using EngineBench bench = new();
        bench.Source.Seed("small", "x");
        bench.Source.Seed("large", EngineBench.Noise(3 << 20));
        bench.Source.Seed("stays", "x");
        bench.FaultySource.Plan(StoreOperation.Read, Fault.Before(() => bench.Source.Remove("small")), "small");
        bench.FaultySource.Plan(StoreOperation.Read, Fault.Before(() => bench.Source.Remove("large")), "large");
        bench.CreateForParts();

        MigrationReport report = await bench.RunAsync(cancellationToken: TestContext.Current.CancellationToken);

        Assert.Equal((RunStatus.Complete, 2L, 1L), (report.Status, report.Vanished.Objects, report.Copied.Objects));
        Assert.Equal(["large", "small"], bench.Items(MigrationItemState.Vanished).Select(item => item.Key));
        Assert.Equal(0, bench.Destination.OpenUploads);
    }

    [Theory]
    [InlineData(100)]
    [InlineData(3 << 20)]
    public async Task An_object_that_changes_three_times_while_it_is_read_is_left_to_the_next_run(int size)
    {
        using EngineBench bench = new();
        bench.Source.Seed("k", EngineBench.Noise(size, 0));
        int seed = 0;
        bench.FaultySource.Plan(StoreOperation.Read, Fault.Before(() => bench.Source.Seed("k", EngineBench.Noise(size, Interlocked.Increment(ref seed)))), "k", times: 3);
        bench.CreateForParts(job => job with { Concurrency = 1 });

        MigrationReport first = await bench.RunAsync(cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal((RunStatus.CompleteWithExceptions, 1L), (first.Status, first.Failed.Objects));
        Assert.Equal("ChangingAtSource", Assert.Single(bench.Items()).ErrorKind);
        MigrationReport second = await bench.RunAsync(cancellationToken: TestContext.Current.CancellationToken);

        Assert.Equal((RunStatus.Complete, 1L), (second.Status, second.Copied.Objects));
        Assert.Equal(bench.Source.Find("k")!.Content, bench.Destination.Find("k")!.Content);
        Assert.Equal(0, bench.Destination.OpenUploads);
    }

    [Fact]
    public async Task Archived_objects_wait_for_their_restore_whether_the_listing_tells_or_only_the_read()
    {
        using EngineBench bench = new();
        bench.Source.Seed("listed", "x");
        bench.Source.Change("listed", found => found with { Availability = ObjectAvailability.NeedsRestore, StorageClass = "DEEP_ARCHIVE" });
        bench.Source.Seed("told-late", "x");
        bench.Source.Seed("readable", "x");
        bench.FaultySource.Plan(StoreOperation.Read, Fault.Throw(StoreErrorKind.NeedsRestore), "told-late");
        bench.Create();

        MigrationReport first = await bench.RunAsync(cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal((RunStatus.CompleteWithExceptions, 2L, 1L), (first.Status, first.NeedsRestore.Objects, first.Copied.Objects));
        Assert.Equal(["listed", "told-late"], bench.Items(MigrationItemState.NeedsRestore).Select(item => item.Key));
        Assert.Contains("DEEP_ARCHIVE", bench.Items()[0].Message, StringComparison.Ordinal);

        bench.Source.Change("listed", found => found with { Availability = ObjectAvailability.Readable });
        MigrationReport second = await bench.RunAsync(cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal((RunStatus.Complete, 2L), (second.Status, second.Copied.Objects));
    }

    [Fact]
    public async Task Keys_that_the_destination_cannot_hold_are_reported_before_anything_of_them_is_read()
    {
        using EngineBench bench = new();
        string[] impossible = ["/a", "\\a", new string('k', 1024)];
        string[] possible = ["a//b", "a/", ".", "..", "a b", "+", "%2F", "\u0010", "\U0001F600", "\u00e9", "e\u0301", "A", "a", new string('k', 1023)];
        foreach (string key in impossible.Concat(possible))
            bench.Source.Seed(key, $"content of {key}");
        bench.Create();

        MigrationReport report = await bench.RunAsync(cancellationToken: TestContext.Current.CancellationToken);

        Assert.Equal((RunStatus.CompleteWithExceptions, 3L, 14L), (report.Status, report.Unsupported.Objects, report.Copied.Objects));
        Assert.Equal(report.Listed, report.Outcomes);
        Assert.Equal(impossible.Order(KeyOrder.Instance), bench.Items(MigrationItemState.Unsupported).Select(item => item.Key));
        Assert.All(impossible, key => Assert.Equal(0, bench.SourceSpy.Count(StoreOperation.Read, key)));
        Assert.Equal(possible.Order(KeyOrder.Instance), bench.Destination.Keys);
        Assert.Equal(RunStatus.CompleteWithExceptions, (await bench.RunAsync(cancellationToken: TestContext.Current.CancellationToken)).Status);
    }

    private static void Declare(EngineBench bench, string key, byte[] content)
    {
        bench.Source.Seed(key, content);
        using OssMigration.Core.Copying.StreamChecksum checksum = new(ChecksumAlgorithm.Crc64Nvme);
        checksum.Append(content);
        bench.Source.Change(key, found => found with { Checksums = [new DeclaredChecksum(ChecksumAlgorithm.Crc64Nvme, checksum.Value)] });
    }
}
