using Microsoft.Extensions.Time.Testing;
using OssMigration.Core.Jobs;
using OssMigration.Core.Journal;
using OssMigration.Core.Reporting;
using OssMigration.Core.Stores;
using OssMigration.TestKit;
using Xunit;

namespace OssMigration.Core.Tests.Jobs;

/// <summary>What is gone at the source, and its removal at the destination.</summary>
public sealed class RemovalTests
{
    private static readonly RunOptions Removing = new() { RemoveDeleted = true };

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_is_gone_at_the_source_is_removed_at_the_destination_and_reported_once()
    {
        using EngineBench bench = await MigratedAsync(40);
        bench.Destination.Seed("not ours", "x");
        foreach (string key in (string[])["k03", "k11", "k39"])
            bench.Source.Remove(key);

        MigrationReport report = await bench.RunAsync(options: Removing, cancellationToken: Token);

        Assert.Equal((RunStatus.Complete, 3L, 3L), (report.Status, report.GoneAtSource.Objects, report.Removed.Objects));
        Assert.Equal(["k03", "k11", "k39"], bench.Items(MigrationItemState.Removed).Select(item => item.Key));
        Assert.Equal([.. bench.Source.Keys, "not ours"], bench.Destination.Keys);
        Assert.Equal(3, bench.DestinationSpy.CountByKey(StoreOperation.Delete).Count);

        MigrationReport next = await bench.RunAsync(options: Removing, cancellationToken: Token);
        Assert.Equal((RunStatus.Complete, 0L, 0L, 37L), (next.Status, next.GoneAtSource.Objects, next.Removed.Objects, next.Skipped.Objects));
        Assert.Empty(bench.Items());
    }

    [Fact]
    public async Task A_removed_key_that_comes_back_at_the_source_is_copied_again_even_after_cut_over()
    {
        using EngineBench bench = await MigratedAsync(40);
        bench.Source.Remove("k03");
        await bench.RunAsync(options: Removing, cancellationToken: Token);
        bench.Source.Seed("k03", "back");
        bench.Engine.SetJob(EngineBench.JobName, new JobChanges { CutoverTime = DateTimeOffset.UtcNow.AddMinutes(-1) });

        MigrationReport report = await bench.RunAsync(cancellationToken: Token);

        Assert.Equal((RunStatus.Complete, 1L), (report.Status, report.Copied.Objects));
        Assert.NotNull(bench.Destination.Find("k03"));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_removal_whose_answers_were_all_lost_is_not_taken_for_a_deletion_of_the_business(bool isLookLostToo)
    {
        const int Attempts = 3;
        using EngineBench bench = await MigratedAsync(40, attempts: Attempts);
        bench.Source.Remove("k03");
        bench.FaultyDestination.Plan(StoreOperation.Delete, Fault.LoseAnswer(), "k03", times: Attempts);
        if (isLookLostToo)
            bench.FaultyDestination.Plan(StoreOperation.Head, Fault.LoseAnswer(), "k03", skip: 2, times: Attempts);
        MigrationReport removing = await bench.RunAsync(options: Removing, cancellationToken: Token);
        Assert.Equal((isLookLostToo ? 0L : 1L, isLookLostToo ? RunStatus.CompleteWithExceptions : RunStatus.Complete), (removing.Removed.Objects, removing.Status));
        bench.Source.Seed("k03", "content 3");
        bench.Engine.SetJob(EngineBench.JobName, new JobChanges { CutoverTime = DateTimeOffset.UtcNow.AddMinutes(-1) });

        // Where even the look was lost, the run that finds out says so, and the next one copies.
        for (int i = 0; i < (isLookLostToo ? 2 : 1); i++)
            await bench.RunAsync(cancellationToken: Token);

        Assert.Empty(bench.Items());
        Assert.Equal(bench.Source.Find("k03")!.Content, bench.Destination.Find("k03")?.Content);
        Assert.True((await bench.CompareAsync()).Summary.IsClean);
    }

    [Fact]
    public async Task A_key_that_neither_end_has_is_forgotten_before_cut_over_and_only_left_out_after_it()
    {
        using EngineBench bench = await MigratedAsync(10);
        Drop(bench, "k1");
        MigrationReport before = await bench.RunAsync(cancellationToken: Token);
        Assert.Equal((RunStatus.Complete, 0L), (before.Status, before.GoneAtSource.Objects));
        Assert.Equal(9, await SettledAsync(bench));

        bench.Engine.SetJob(EngineBench.JobName, new JobChanges { CutoverTime = DateTimeOffset.UtcNow.AddMinutes(-1) });
        Drop(bench, "k2");
        MigrationReport after = await bench.RunAsync(cancellationToken: Token);
        Assert.Equal((RunStatus.Complete, 0L), (after.Status, after.GoneAtSource.Objects));
        Assert.Empty(bench.Items());
        bench.Source.Seed("k2", "content 2");
        MigrationReport back = await bench.RunAsync(cancellationToken: Token);

        Assert.Equal((0L, MigrationItemState.DeletedAtDestination), (back.Copied.Objects, Assert.Single(bench.Items()).State));

        static void Drop(EngineBench bench, string key)
        {
            bench.Source.Remove(key);
            bench.Destination.Remove(key);
        }
    }

    [Fact]
    public async Task An_emptied_or_wrong_source_removes_nothing_unless_the_number_is_named()
    {
        using EngineBench bench = await MigratedAsync(40);
        foreach (string key in bench.Source.Keys)
            bench.Source.Remove(key);
        for (int i = 0; i < 500; i++)
            bench.Source.Seed($"other{i}", "another bucket");

        MigrationReport guarded = await bench.RunAsync(options: Removing, cancellationToken: Token);
        MigrationReport tooFew = await bench.RunAsync(options: Removing with { MaximumRemoved = 39 }, cancellationToken: Token);
        Assert.Equal(0, bench.Destination.Counters[StoreOperation.Delete]);
        MigrationReport named = await bench.RunAsync(options: Removing with { MaximumRemoved = 40 }, cancellationToken: Token);

        Assert.Equal((RunStatus.CompleteWithExceptions, 0L, 40L), (guarded.Status, guarded.Removed.Objects, guarded.GoneAtSource.Objects));
        Assert.Contains("40 of the 40 objects", guarded.Reason, StringComparison.Ordinal);
        Assert.Contains("-MaximumRemoved 40", guarded.Reason, StringComparison.Ordinal);
        Assert.Contains("at most 39", tooFew.Reason, StringComparison.Ordinal);
        Assert.Equal((RunStatus.Complete, 40L), (named.Status, named.Removed.Objects));
        Assert.Equal(bench.Source.Keys, bench.Destination.Keys);
    }

    [Fact]
    public async Task Nothing_is_removed_after_an_error_in_the_run()
    {
        using EngineBench bench = await MigratedAsync(40);
        bench.Source.Remove("k03");
        bench.Source.Seed("bad", "x");
        bench.FaultyDestination.Plan(StoreOperation.Put, Fault.Throw(StoreErrorKind.InvalidRequest));

        MigrationReport report = await bench.RunAsync(options: Removing, cancellationToken: Token);

        Assert.Equal((RunStatus.CompleteWithExceptions, 1L, 0L), (report.Status, report.Failed.Objects, report.Removed.Objects));
        Assert.Contains("Nothing was removed", report.Reason, StringComparison.Ordinal);
        Assert.NotNull(bench.Destination.Find("k03"));
    }

    [Fact]
    public async Task After_cut_over_removal_is_refused_before_anything_is_sent()
    {
        using EngineBench bench = await MigratedAsync(40);
        bench.Source.Remove("k03");
        bench.Engine.SetJob(EngineBench.JobName, new JobChanges { CutoverTime = DateTimeOffset.UtcNow.AddMinutes(-1) });
        bench.SourceSpy.Reset();

        RefusedException refusal = await Assert.ThrowsAsync<RefusedException>(() => bench.RunAsync(options: Removing, cancellationToken: Token));

        Assert.Equal("RunRemovalAfterCutover", refusal.ErrorId);
        Assert.Empty(bench.SourceSpy.Lists);
        Assert.Single(bench.Engine.GetReports(EngineBench.JobName));
    }

    [Fact]
    public async Task Cut_over_that_comes_while_objects_are_removed_saves_the_rest()
    {
        FakeTimeProvider time = new(DateTimeOffset.UtcNow);
        using EngineBench bench = await MigratedAsync(40, time);
        bench.Engine.SetJob(EngineBench.JobName, new JobChanges { CutoverTime = time.GetUtcNow().AddHours(1), Concurrency = 1 });
        foreach (string key in (string[])["k03", "k11", "k39"])
            bench.Source.Remove(key);
        bench.FaultyDestination.Plan(StoreOperation.Delete, Fault.Before(() => time.Advance(TimeSpan.FromHours(2))));

        MigrationReport report = await bench.RunAsync(options: Removing, cancellationToken: Token);

        Assert.Equal((RunStatus.CompleteWithExceptions, 1L), (report.Status, report.Removed.Objects));
        Assert.Equal(39, bench.Destination.Keys.Count);
    }

    [Fact]
    public async Task An_object_that_is_back_at_the_source_or_not_ours_at_the_destination_is_left()
    {
        using EngineBench bench = await MigratedAsync(60);
        foreach (string key in (string[])["k03", "k11", "k12", "k39"])
            bench.Source.Remove(key);
        bench.Destination.Seed("k11", "somebody else wrote this");
        bool isBack = false;
        bench.SourceSpy.Before = (operation, key, _) =>
        {
            if (operation == StoreOperation.Head && key == "k03" && !isBack)
            {
                isBack = true;
                bench.Source.Seed("k03", "back");
            }

            return default;
        };
        bench.DestinationSpy.Before = (operation, key, _) => operation == StoreOperation.Delete && key == "k12"
            ? throw new StoreException(StoreErrorKind.AccessDenied, "memory", "No.")
            : default;

        MigrationReport report = await bench.RunAsync(options: Removing, cancellationToken: Token);

        Assert.Equal((RunStatus.CompleteWithExceptions, 4L, 1L), (report.Status, report.GoneAtSource.Objects, report.Removed.Objects));
        Assert.Equal(
            [("k03", "BackAtSource"), ("k11", "ChangedAtDestination"), ("k12", "AccessDenied")],
            bench.Items(MigrationItemState.GoneAtSource).Select(item => (item.Key, item.ErrorKind)));
        Assert.Equal(["k39"], bench.Items(MigrationItemState.Removed).Select(item => item.Key));
        Assert.Contains("3 objects", report.Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1, false)]
    [InlineData(1, true)]
    [InlineData(3, true)]
    [InlineData(5, false)]
    public async Task A_run_killed_while_it_removes_is_carried_on_and_nothing_of_it_is_taken_for_deleted_by_the_business(int call, bool whenDone)
    {
        using EngineBench bench = await MigratedAsync(80);
        bench.Engine.SetJob(EngineBench.JobName, new JobChanges { Concurrency = 2 });
        string[] gone = [.. bench.Source.Keys.Where((_, i) => i % 16 == 3)];
        foreach (string key in gone)
            bench.Source.Remove(key);
        Killer killer = Killer.At(bench, StoreOperation.Delete, call, whenDone);
        await Assert.ThrowsAsync<KilledException>(() => bench.RunAsync(options: Removing, cancellationToken: Token));
        killer.Revive();
        foreach (string key in gone)
            bench.Source.Seed(key, "back " + key);
        bench.Engine.SetJob(EngineBench.JobName, new JobChanges { CutoverTime = DateTimeOffset.UtcNow.AddMinutes(-1) });
        string[] removed = [.. gone.Where(key => bench.Destination.Find(key) is null)];

        MigrationReport resumed = await bench.RunAsync(cancellationToken: Token);
        MigrationReport next = await bench.RunAsync(cancellationToken: Token);

        Assert.Equal((2, (long)removed.Length), (resumed.Run, resumed.Removed.Objects));
        Assert.Equal(removed.Length, next.Copied.Objects);
        Assert.Empty(bench.Items(MigrationItemState.DeletedAtDestination));
        Assert.Equal(gone.Length - removed.Length, next.Conflict.Objects);
        Assert.Equal(80, bench.Destination.Keys.Count);
    }

    [Fact]
    public async Task A_run_killed_while_it_removes_and_started_again_with_the_same_options_removes_the_rest()
    {
        using EngineBench bench = await MigratedAsync(80);
        foreach (string key in bench.Source.Keys.Where((_, i) => i % 16 == 3).ToList())
            bench.Source.Remove(key);
        Killer killer = Killer.At(bench, StoreOperation.Delete, 2, whenDone: true);
        await Assert.ThrowsAsync<KilledException>(() => bench.RunAsync(options: Removing, cancellationToken: Token));
        killer.Revive();

        MigrationReport report = await bench.RunAsync(options: Removing, cancellationToken: Token);

        Assert.Equal((RunStatus.Complete, 5L, 5L), (report.Status, report.GoneAtSource.Objects, report.Removed.Objects));
        Assert.Equal(bench.Source.Keys, bench.Destination.Keys);
    }

    private static async Task<EngineBench> MigratedAsync(int objects, TimeProvider? time = null, int? attempts = null)
    {
        EngineBench bench = new(time: time);
        for (int i = 0; i < objects; i++)
            bench.Source.Seed(objects > 10 ? $"k{i:D2}" : $"k{i}", $"content {i}");
        bench.Create(job => job with { MaxAttempts = attempts ?? job.MaxAttempts });
        await bench.RunAsync(cancellationToken: Token);
        return bench;
    }

    private static async Task<int> SettledAsync(EngineBench bench)
    {
        using JournalReader reader = bench.Journal();
        int count = 0;
        await foreach (OssMigration.Core.Manifests.SettledEntry _ in JobManifest.Open(new JobFolder(bench.Home, EngineBench.JobName), reader.Segments()).ReadAsync(null, null, Token))
            count++;
        return count;
    }
}
