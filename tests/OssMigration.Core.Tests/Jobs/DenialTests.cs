using OssMigration.Core.Reporting;
using OssMigration.Core.Stores;
using OssMigration.TestKit;
using Xunit;

namespace OssMigration.Core.Tests.Jobs;

/// <summary>A run that may not write at all stops with one error instead of failing object by object.</summary>
public sealed class DenialTests
{
    [Theory]
    [InlineData(StoreOperation.Put, 10)]
    [InlineData(StoreOperation.Initiate, 1_300_000)]
    public async Task A_destination_that_refuses_the_first_hundred_objects_stops_the_run_and_the_next_runs_finish_it(StoreOperation operation, int size)
    {
        using EngineBench bench = new();
        byte[] content = EngineBench.Noise(size);
        int objects = operation == StoreOperation.Put ? 400 : 120;
        for (int i = 0; i < objects; i++)
            bench.Source.Seed($"k{i:D3}", content);
        bool isDenied = true;
        bench.DestinationSpy.Before = (asked, _, _) => isDenied && asked == operation
            ? throw new StoreException(StoreErrorKind.AccessDenied, bench.Destination.DisplayName, "You have no right to access this object.") { Code = "AccessDenied", HttpStatus = 403, RequestId = "r-1" }
            : default;
        bench.CreateForParts();

        StoreException refusal = await Assert.ThrowsAsync<StoreException>(() => bench.RunAsync(cancellationToken: TestContext.Current.CancellationToken));

        Assert.Equal((StoreErrorKind.AccessDenied, "AccessDenied", "r-1", true), (refusal.Kind, refusal.Code, refusal.RequestId, refusal.StopsJob));
        Assert.Contains("first 100 objects", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("oss:PutObject", refusal.Message, StringComparison.Ordinal);
        Assert.Equal(RunStatus.Incomplete, bench.Engine.GetJob(EngineBench.JobName).LastReport!.Status);
        Assert.InRange(bench.Destination.Counters[operation], 100, 100 + EngineBench.JobOf().Concurrency);

        isDenied = false;
        MigrationReport resumed = await bench.RunAsync(cancellationToken: TestContext.Current.CancellationToken);
        MigrationReport next = await bench.RunAsync(cancellationToken: TestContext.Current.CancellationToken);
        // Whether failures were in the journal when the run stopped depends on how far its writer had come; those wait for the next run.
        Assert.Equal(resumed.Failed.Objects == 0 ? RunStatus.Complete : RunStatus.CompleteWithExceptions, resumed.Status);
        Assert.Equal((RunStatus.Complete, true), (next.Status, next.Reconciled));
        Assert.Equal(objects, bench.Destination.Keys.Count);
    }

    [Fact]
    public async Task A_destination_that_took_one_object_is_not_given_up()
    {
        using EngineBench bench = new();
        for (int i = 0; i < 250; i++)
            bench.Source.Seed($"k{i:D3}", "x");
        bench.DestinationSpy.Before = (asked, key, _) => asked == StoreOperation.Put && key != "k000"
            ? throw new StoreException(StoreErrorKind.AccessDenied, bench.Destination.DisplayName, "No right.")
            : default;
        bench.Create(job => job with { Concurrency = 1 });

        MigrationReport report = await bench.RunAsync(cancellationToken: TestContext.Current.CancellationToken);

        Assert.Equal((RunStatus.CompleteWithExceptions, 1L, 249L), (report.Status, report.Copied.Objects, report.Failed.Objects));
    }

    [Fact]
    public async Task Objects_that_the_source_refuses_fail_one_by_one_because_each_may_have_another_owner()
    {
        using EngineBench bench = new();
        for (int i = 0; i < 150; i++)
            bench.Source.Seed($"k{i:D3}", "x");
        bench.SourceSpy.Before = (asked, _, _) => asked == StoreOperation.Read
            ? throw new StoreException(StoreErrorKind.AccessDenied, bench.Source.DisplayName, "No right.")
            : default;
        bench.Create();

        MigrationReport report = await bench.RunAsync(cancellationToken: TestContext.Current.CancellationToken);

        Assert.Equal((RunStatus.CompleteWithExceptions, 150L), (report.Status, report.Failed.Objects));
    }
}
