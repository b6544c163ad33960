using OssMigration.Core.Jobs;
using OssMigration.Core.Reporting;
using OssMigration.Core.Stores;
using OssMigration.TestKit;
using Xunit;

namespace OssMigration.Core.Tests.Jobs;

/// <summary>Where exactly the removal at the destination begins and ends: nothing else of a run deletes what a business may read.</summary>
public sealed class RemovalEdgeTests
{
    private static readonly RunOptions Removing = new() { RemoveDeleted = true };

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Nothing_is_removed_that_nobody_asked_to_be()
    {
        using EngineBench bench = await MigratedAsync(40, gone: 2);

        MigrationReport report = await bench.RunAsync(cancellationToken: Token);

        Assert.Equal((RunStatus.Complete, 2L, 0L, 40), (report.Status, report.GoneAtSource.Objects, report.Removed.Objects, bench.Destination.Keys.Count));
        Assert.Equal(0, bench.Destination.Counters[StoreOperation.Delete]);
    }

    [Theory]
    [InlineData(4, null, 4)]
    [InlineData(5, null, 0)]
    [InlineData(5, 5L, 5)]
    [InlineData(5, 4L, 0)]
    public async Task One_in_ten_goes_without_a_word_and_more_by_its_number_only(int gone, long? most, int removed)
    {
        using EngineBench bench = await MigratedAsync(40, gone);

        MigrationReport report = await bench.RunAsync(options: Removing with { MaximumRemoved = most }, cancellationToken: Token);

        Assert.Equal((removed, 40 - removed), (report.Removed.Objects, bench.Destination.Keys.Count));
        Assert.Equal(removed == 0, bench.Listener.Warnings.Any(warning => warning.Message.StartsWith("Nothing was removed", StringComparison.Ordinal)));
        Assert.Equal(removed == 0 ? RunStatus.CompleteWithExceptions : RunStatus.Complete, report.Status);
    }

    [Fact]
    public async Task What_the_manifest_does_not_know_any_more_is_left()
    {
        using EngineBench bench = await MigratedAsync(40, gone: 2);
        bench.Listener.WhenProgress = progress =>
        {
            if (progress.Activity == "Removing")
                bench.Tamper("DELETE FROM segments");
        };

        MigrationReport report = await bench.RunAsync(options: Removing, cancellationToken: Token);

        Assert.StartsWith("2 objects that are gone at the source were not removed", report.Reason, StringComparison.Ordinal);
        Assert.All(bench.Items(), item => Assert.Equal((MigrationItemState.GoneAtSource, "NotProved"), (item.State, item.ErrorKind)));
        Assert.Equal(0, bench.Destination.Counters[StoreOperation.Delete]);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_an_end_does_not_tell_of_is_left_and_the_others_go(bool atSource)
    {
        using EngineBench bench = await MigratedAsync(40, gone: 2);
        (atSource ? bench.FaultySource : bench.FaultyDestination).Plan(StoreOperation.Head, Fault.Throw(StoreErrorKind.AccessDenied), "k00");

        MigrationReport report = await bench.RunAsync(options: Removing, cancellationToken: Token);

        Assert.Equal((RunStatus.CompleteWithExceptions, 1L), (report.Status, report.Removed.Objects));
        MigrationItem left = Assert.Single(bench.Items(MigrationItemState.GoneAtSource));
        Assert.Equal(("k00", "AccessDenied"), (left.Key, left.ErrorKind));
        Assert.Contains("planned-fault", left.Message, StringComparison.Ordinal);
        Assert.NotNull(bench.Destination.Find("k00"));
        Assert.Null(bench.Destination.Find("k01"));
    }

    [Fact]
    public async Task An_error_that_concerns_every_object_ends_the_removal()
    {
        using EngineBench bench = await MigratedAsync(40, gone: 2);
        bench.FaultySource.Plan(StoreOperation.Head, Fault.Throw(StoreErrorKind.Credential));

        await Assert.ThrowsAsync<StoreException>(() => bench.RunAsync(options: Removing, cancellationToken: Token));

        Assert.Equal(40, bench.Destination.Keys.Count);
    }

    [Fact]
    public async Task What_somebody_removed_at_the_destination_meanwhile_is_over_and_not_counted()
    {
        using EngineBench bench = await MigratedAsync(40, gone: 2);
        bench.FaultyDestination.Plan(StoreOperation.Head, Fault.Before(() => bench.Destination.Remove("k00")), "k00");

        MigrationReport report = await bench.RunAsync(options: Removing, cancellationToken: Token);

        Assert.Equal((RunStatus.Complete, 2L, 1L), (report.Status, report.GoneAtSource.Objects, report.Removed.Objects));
        MigrationItem found = Assert.Single(bench.Items(MigrationItemState.GoneAtSource));
        Assert.Equal(("k00", "NotAtDestination", "Migrated by an earlier run; at neither end any more."), (found.Key, found.ErrorKind, found.Message));
        Assert.Equal(1, bench.Destination.Counters[StoreOperation.Delete]);

        // It is not taken for a deletion of the business.
        bench.Source.Seed("k00", "back");
        bench.Engine.SetJob(EngineBench.JobName, new JobChanges { CutoverTime = DateTimeOffset.UtcNow.AddMinutes(-1) });
        Assert.Equal(1, (await bench.RunAsync(cancellationToken: Token)).Copied.Objects);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_removal_that_is_stopped_leaves_what_it_has_not_begun_and_the_next_one_goes_on(bool isStop)
    {
        using EngineBench bench = await MigratedAsync(1_200, gone: isStop ? 1_002 : 4);
        bench.Engine.SetJob(EngineBench.JobName, new JobChanges { Concurrency = 1 });
        using CancellationTokenSource cancel = new();
        bench.FaultyDestination.Plan(StoreOperation.Delete, Fault.Before(() =>
        {
            if (isStop)
                bench.NewEngine().RequestStop(EngineBench.JobName);
            else
                cancel.Cancel();
        }));
        RunOptions options = Removing with { MaximumRemoved = 1_002 };

        MigrationReport first = await bench.RunAsync(options: options, cancellationToken: cancel.Token);

        // Who is asked to stop looks at it between two batches; who is cancelled, at each object.
        Assert.Equal((RunStatus.Incomplete, isStop ? 200 : 1_199), (first.Status, bench.Destination.Keys.Count));
        MigrationReport second = await bench.RunAsync(options: options, cancellationToken: Token);
        long all = isStop ? 1_002 : 4;
        Assert.Equal((RunStatus.Complete, all, all), (second.Status, second.GoneAtSource.Objects, second.Removed.Objects));
        Assert.Equal(bench.Source.Keys, bench.Destination.Keys);
        Assert.Equal(all, bench.Items(MigrationItemState.Removed).Count);
    }

    [Fact]
    public async Task More_than_a_batch_is_removed_and_forgotten_to_the_last_one()
    {
        using EngineBench bench = await MigratedAsync(1_200, gone: 1_002);
        bench.Source.Seed("a new one", "x");

        MigrationReport report = await bench.RunAsync(options: Removing with { MaximumRemoved = 1_002 }, cancellationToken: Token);

        Assert.Equal((RunStatus.Complete, 1_002L, 1L), (report.Status, report.Removed.Objects, report.Copied.Objects));
        Assert.Equal(bench.Source.Keys, bench.Destination.Keys);

        // Each of them may come back, after cut-over too, and what was not removed is known.
        foreach (string key in (string[])["k0000", "k0999", "k1001"])
            bench.Source.Seed(key, "back");
        bench.Engine.SetJob(EngineBench.JobName, new JobChanges { CutoverTime = DateTimeOffset.UtcNow.AddMinutes(-1) });
        MigrationReport next = await bench.RunAsync(cancellationToken: Token);
        Assert.Equal((RunStatus.Complete, 3L, 199L, 0L), (next.Status, next.Copied.Objects, next.Skipped.Objects, next.GoneAtSource.Objects));
    }

    private static async Task<EngineBench> MigratedAsync(int objects, int gone)
    {
        EngineBench bench = new();
        string form = objects > 100 ? "D4" : "D2";
        for (int i = 0; i < objects; i++)
            bench.Source.Seed("k" + i.ToString(form, System.Globalization.CultureInfo.InvariantCulture), $"content {i}");
        bench.Create();
        await bench.RunAsync(cancellationToken: Token);
        foreach (string key in bench.Source.Keys.Take(gone).ToList())
            bench.Source.Remove(key);
        return bench;
    }
}
