using OssMigration.Core.Jobs;
using OssMigration.Core.Journal;
using OssMigration.Core.Reporting;
using OssMigration.Core.Stores;
using OssMigration.TestKit;
using Xunit;

namespace OssMigration.Core.Tests.Jobs;

/// <summary>Runs over objects that were named one by one, or that failed before.</summary>
public sealed class SelectionTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Chosen_objects_are_repaired_and_nothing_else_is_looked_at()
    {
        using EngineBench bench = await MigratedAsync(40);
        bench.Source.Seed("k03", "changed at the source");
        bench.Source.Seed("k04", "changed too, but not chosen");
        bench.Destination.Remove("k05");
        bench.Source.Seed("new", "new");
        bench.SourceSpy.Reset();
        bench.DestinationSpy.Reset();

        MigrationReport report = Assert.Single(await bench.RunOverAsync(["new", "k05", "k03", "k06", "k03", "nowhere"], Token));

        Assert.Equal((RunStatus.Complete, RunScope.Selection, 2), (report.Status, report.Scope, report.Run));
        Assert.Equal((4L, 3L, 1L, 1L, 1L), (report.Listed.Objects, report.Copied.Objects, report.New.Objects, report.Changed.Objects, report.Skipped.Objects));
        Assert.Equal(report.Listed, report.Outcomes);
        Assert.Empty(bench.SourceSpy.Lists);
        Assert.Empty(bench.DestinationSpy.Lists);
        Assert.Equal(["k03", "k05", "new"], bench.DestinationSpy.CountByKey(StoreOperation.Put).Keys.Order());
        Assert.Empty(Directory.GetFiles(bench.JobPath, "selection*"));
        Assert.Empty(Directory.GetFiles(new JobFolder(bench.Home, EngineBench.JobName).Scratch));
    }

    [Fact]
    public async Task What_a_selection_settled_lies_over_the_runs_before_and_the_next_full_run_folds_both()
    {
        using EngineBench bench = await MigratedAsync(40);
        bench.Source.Seed("k03", "changed at the source");
        await bench.RunOverAsync(["k03"], Token);
        using (JournalReader journal = bench.Journal())
            Assert.Equal([1, 2], journal.Segments().Select(segment => segment.Run).Distinct());
        Assert.True((await bench.CompareAsync()).Summary.IsClean);

        MigrationReport next = await bench.RunAsync(cancellationToken: Token);

        Assert.Equal((40L, 0L, 3), (next.Skipped.Objects, next.Copied.Objects, next.Run));
        using (JournalReader journal = bench.Journal())
            Assert.Equal([3], journal.Segments().Select(segment => segment.Run).Distinct());
        Assert.True((await bench.CompareAsync()).Summary.IsClean);
    }

    [Fact]
    public async Task After_cut_over_a_selection_leaves_alone_what_the_business_wrote_or_deleted()
    {
        using EngineBench bench = await MigratedAsync(10);
        bench.Engine.SetJob(EngineBench.JobName, new JobChanges { CutoverTime = DateTimeOffset.UtcNow.AddMinutes(-1) });
        bench.Destination.Seed("k01", "the business wrote this");
        bench.Destination.Remove("k02");
        bench.Source.Seed("k03", "changed at the source");

        MigrationReport report = Assert.Single(await bench.RunOverAsync(bench.Source.Keys, Token));

        Assert.Equal((RunStatus.CompleteWithExceptions, 2L, 0L), (report.Status, report.Conflict.Objects, report.Copied.Objects));
        Assert.Equal("the business wrote this", System.Text.Encoding.UTF8.GetString(bench.Destination.Find("k01")!.Content));
        Assert.Null(bench.Destination.Find("k02"));
        Assert.Equal(
            [("k01", MigrationItemState.Conflict), ("k02", MigrationItemState.DeletedAtDestination), ("k03", MigrationItemState.Conflict)],
            bench.Items().Select(item => (item.Key, item.State)));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_object_that_cannot_be_asked_for_fails_and_the_others_are_repaired(bool atSource)
    {
        using EngineBench bench = await MigratedAsync(10);
        foreach (string key in (string[])["k1", "k2", "k3"])
            bench.Source.Seed(key, "changed");
        SpyStore spy = atSource ? bench.SourceSpy : bench.DestinationSpy;
        spy.Before = (operation, key, _) => operation == StoreOperation.Head && key == "k2"
            ? throw new StoreException(StoreErrorKind.AccessDenied, "memory", "No.")
            : default;

        MigrationReport report = Assert.Single(await bench.RunOverAsync(["k1", "k2", "k3"], Token));

        Assert.Equal((RunStatus.CompleteWithExceptions, 3L, 2L, 1L), (report.Status, report.Listed.Objects, report.Copied.Objects, report.Failed.Objects));
        Assert.True(report.Reconciled);
        Assert.Equal(("k2", "AccessDenied"), (Assert.Single(bench.Items()).Key, Assert.Single(bench.Items()).ErrorKind));
        Assert.Equal((RunScope.FailedOnly, 1L), await RetryAsync(bench, spy));
    }

    [Fact]
    public async Task FailedOnly_takes_up_what_failed_and_what_waited_for_its_restoration()
    {
        using EngineBench bench = new();
        for (int i = 0; i < 30; i++)
            bench.Source.Seed($"k{i:D2}", $"content {i}");
        bench.Source.Change("k07", found => found with { Availability = ObjectAvailability.NeedsRestore });
        bench.DestinationSpy.Before = (operation, key, _) => operation == StoreOperation.Put && key is "k03" or "k04"
            ? throw new StoreException(StoreErrorKind.InvalidRequest, "memory", "Not this one.")
            : default;
        bench.Create();
        MigrationReport first = await bench.RunAsync(cancellationToken: Token);
        Assert.Equal((2L, 1L), (first.Failed.Objects, first.NeedsRestore.Objects));

        // Something else is repaired in between; what failed before it is not forgotten.
        await bench.RunOverAsync(["k01"], Token);
        bench.Source.Change("k07", found => found with { Availability = ObjectAvailability.Readable });
        bench.DestinationSpy.Before = (operation, key, _) => operation == StoreOperation.Put && key == "k04"
            ? throw new StoreException(StoreErrorKind.InvalidRequest, "memory", "Not this one.")
            : default;
        bench.SourceSpy.Reset();
        MigrationReport third = Assert.Single(await bench.StartAsync(new RunOptions { FailedOnly = true }, Token));
        Assert.Equal((RunScope.FailedOnly, 3L, 2L, 1L), (third.Scope, third.Listed.Objects, third.Copied.Objects, third.Failed.Objects));
        Assert.Empty(bench.SourceSpy.Lists);

        Assert.Equal((RunScope.FailedOnly, 1L), await RetryAsync(bench, bench.DestinationSpy));
        MigrationReport none = Assert.Single(await bench.StartAsync(new RunOptions { FailedOnly = true }, Token));
        Assert.Equal((RunStatus.Complete, 0L), (none.Status, none.Listed.Objects));
        Assert.Equal(bench.Source.Keys, bench.Destination.Keys);
    }

    [Fact]
    public async Task An_unfinished_run_over_everything_is_finished_before_a_selection_and_a_full_run_takes_the_place_of_an_unfinished_selection()
    {
        using EngineBench bench = new();
        for (int i = 0; i < 30; i++)
            bench.Source.Seed($"k{i:D2}", $"content {i}");
        bench.Create();
        RefusedException none = await Assert.ThrowsAsync<RefusedException>(() => bench.RunOverAsync(["k01"], Token));
        await StopAtPutAsync(bench, 10, cancel => bench.RunAsync(cancellationToken: cancel));
        RefusedException unfinished = await Assert.ThrowsAsync<RefusedException>(() => bench.RunOverAsync(["k01"], Token));
        await bench.RunAsync(cancellationToken: Token);

        foreach (string key in bench.Source.Keys)
            bench.Source.Seed(key, "changed " + key);
        await StopAtPutAsync(bench, 5, cancel => bench.RunOverAsync(bench.Source.Keys.Take(20), cancel));
        Assert.Equal(JobState.Stopped, bench.Engine.GetJob(EngineBench.JobName).State);
        MigrationReport full = Assert.Single(await bench.StartAsync(cancellationToken: Token));

        Assert.Equal(("RunNothingYet", "RunUnfinished"), (none.ErrorId, unfinished.ErrorId));
        Assert.Equal((RunStatus.Complete, RunScope.Everything, 3), (full.Status, full.Scope, full.Run));
        MigrationReport replaced = bench.Engine.GetReports(EngineBench.JobName)[1];
        Assert.Equal((RunStatus.Incomplete, RunScope.Selection, "Run 3 looks at everything in its place."), (replaced.Status, replaced.Scope, replaced.Reason));
        Assert.True((await bench.CompareAsync()).Summary.IsClean);
        Assert.Empty(Directory.GetFiles(bench.JobPath, "selection*"));
    }

    [Theory]
    [InlineData(StoreOperation.Put, 1, true)]
    [InlineData(StoreOperation.Put, 7, false)]
    [InlineData(StoreOperation.Head, 12, true)]
    [InlineData(StoreOperation.UploadPart, 2, true)]
    public async Task A_selection_that_was_killed_is_carried_on_before_the_next_one(StoreOperation operation, int call, bool whenDone)
    {
        using EngineBench bench = new();
        for (int i = 0; i < 30; i++)
            bench.Source.Seed($"k{i:D2}", $"content {i}");
        bench.CreateForParts();
        await bench.RunAsync(cancellationToken: Token);
        foreach (string key in bench.Source.Keys)
            bench.Source.Seed(key, "changed " + key);
        bench.Source.Seed("large", EngineBench.Noise(3 << 20));
        Killer killer = Killer.At(bench, operation, call, whenDone);
        await Assert.ThrowsAsync<KilledException>(() => bench.RunOverAsync([.. bench.Source.Keys.Take(20), "large"], Token));
        killer.Revive();

        IReadOnlyList<MigrationReport> reports = await bench.RunOverAsync(["k25"], Token);

        Assert.Equal([(2, 1, 21L, RunStatus.Complete), (3, 0, 1L, RunStatus.Complete)], reports.Select(report => (report.Run, report.Resumes, report.Outcomes.Objects, report.Status)));
        Assert.All(reports, report => Assert.True(report.Reconciled));
        (IReadOnlyList<ComparisonItem> items, _) = await bench.CompareAsync();
        Assert.Equal(9, items.Count);
        Assert.Equal(0, bench.Destination.OpenUploads);
    }

    [Fact]
    public async Task A_selection_leaves_the_unfinished_uploads_of_other_objects_alone()
    {
        using EngineBench bench = new();
        bench.Source.Seed("k", "x");
        bench.Source.Seed("large", EngineBench.Noise(3 << 20));
        bench.DestinationSpy.Before = (operation, _, _) => operation == StoreOperation.Complete
            ? throw new StoreException(StoreErrorKind.AccessDenied, "memory", "No.")
            : default;
        bench.CreateForParts();
        Assert.Equal(1, (await bench.RunAsync(cancellationToken: Token)).Failed.Objects);
        bench.DestinationSpy.Before = null;
        await bench.RunOverAsync(["k"], Token);
        Assert.Equal(1, bench.Destination.OpenUploads);
        int parts = bench.DestinationSpy.Count(StoreOperation.UploadPart, "large");

        MigrationReport report = Assert.Single(await bench.StartAsync(new RunOptions { FailedOnly = true }, Token));

        Assert.Equal((1L, 0), (report.Copied.Objects, bench.DestinationSpy.Count(StoreOperation.UploadPart, "large") - parts));
        Assert.Equal(0, bench.Destination.OpenUploads);
    }

    [Fact]
    public async Task Many_keys_are_gathered_in_any_order_and_come_back_sorted_once()
    {
        using EngineBench bench = await MigratedAsync(1);
        string kept = Path.Combine(bench.JobPath, "keys.db");
        Random random = new(7);
        using KeySelection selection = bench.Engine.Select(EngineBench.JobName);
        foreach (int i in Enumerable.Range(0, 60_000).OrderBy(_ => random.Next()))
            selection.Add($"k{i / 2:D6}\ud83d\ude00");
        Assert.Equal(30_000, selection.Count);

        selection.Keep(kept);

        Assert.Equal(Enumerable.Range(0, 30_000).Select(i => $"k{i:D6}\ud83d\ude00"), OssMigration.Core.Listing.KeyTable.Read(kept, null, null));
        Assert.True(OssMigration.Core.Listing.KeyTable.Has(kept, "k000007\ud83d\ude00"));
        Assert.False(OssMigration.Core.Listing.KeyTable.Has(kept, "k000007"));
    }

    private static async Task<EngineBench> MigratedAsync(int objects)
    {
        EngineBench bench = new();
        for (int i = 0; i < objects; i++)
            bench.Source.Seed($"k{i:D2}", $"content {i}");
        bench.Create();
        await bench.RunAsync(cancellationToken: Token);
        return bench;
    }

    private static async Task<(RunScope Scope, long Copied)> RetryAsync(EngineBench bench, SpyStore spy)
    {
        spy.Before = null;
        MigrationReport report = Assert.Single(await bench.StartAsync(new RunOptions { FailedOnly = true }, Token));
        Assert.Equal((RunStatus.Complete, report.Listed.Objects), (report.Status, report.Copied.Objects));
        return (report.Scope, report.Copied.Objects);
    }

    private static async Task StopAtPutAsync(EngineBench bench, int put, Func<CancellationToken, Task> run)
    {
        using CancellationTokenSource cancel = new();
        bench.FaultyDestination.Plan(StoreOperation.Put, Fault.Before(cancel.Cancel), skip: put);
        await run(cancel.Token);
    }
}
