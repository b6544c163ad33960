using OssMigration.Core.Cutover;
using OssMigration.Core.Jobs;
using OssMigration.Core.Listing;
using OssMigration.Core.Mirroring;
using OssMigration.Core.Reporting;
using OssMigration.Core.Stores;
using OssMigration.Core.Tests.Jobs;
using OssMigration.TestKit;
using Xunit;

namespace OssMigration.Core.Tests.Cutover;

public sealed class CutoverCheckTests
{
    [Fact]
    public async Task A_job_that_is_ready_says_so_with_evidence_for_every_condition()
    {
        using CutoverBench bench = await CutoverBench.ReadyAsync();

        CutoverReadiness readiness = await bench.CheckAsync();

        readiness.AssertOpen();
        Assert.Equal(Enum.GetValues<CutoverSubject>(), readiness.Conditions.Select(condition => condition.Subject));
        Assert.Contains("4 objects copied", readiness.On(CutoverSubject.FullRun).Evidence, StringComparison.Ordinal);
        Assert.Contains("00:01:00 after writes to existing objects stopped, found nothing stale of 5 objects", readiness.On(CutoverSubject.StaleObjects).Evidence, StringComparison.Ordinal);
        Assert.Contains("1 object (15 bytes) only at the source", readiness.On(CutoverSubject.Listing).Evidence, StringComparison.Ordinal);
        Assert.Contains("Left to move: 1 object (15 bytes)", readiness.On(CutoverSubject.Forecast).Evidence, StringComparison.Ordinal);
        Assert.Equal("new", Assert.Single(bench.Mirror.Requests).Key);
        Assert.Equal(bench.Comparisons.Single(), readiness.Comparison);
        Assert.Equal(bench.Now, readiness.Forecast!.EarliestMoment);
    }

    [Theory]
    [InlineData("no run", CutoverSubject.FullRun, CutoverSubject.Comparison, CutoverSubject.StaleObjects, CutoverSubject.Exceptions, CutoverSubject.Deletions)]
    [InlineData("stopped run", CutoverSubject.FullRun, CutoverSubject.Comparison, CutoverSubject.StaleObjects, CutoverSubject.Deletions)]
    [InlineData("running", CutoverSubject.FullRun, CutoverSubject.Comparison, CutoverSubject.StaleObjects, CutoverSubject.Deletions)]
    [InlineData("failed object", CutoverSubject.FullRun, CutoverSubject.Exceptions)]
    [InlineData("archived object", CutoverSubject.FullRun, CutoverSubject.Exceptions)]
    [InlineData("impossible key", CutoverSubject.FullRun, CutoverSubject.Exceptions)]
    [InlineData("size filter", CutoverSubject.Coverage)]
    [InlineData("changed object", CutoverSubject.Comparison, CutoverSubject.StaleObjects)]
    [InlineData("unproved object", CutoverSubject.Comparison, CutoverSubject.StaleObjects, CutoverSubject.Exceptions)]
    [InlineData("left out of a page", CutoverSubject.Comparison, CutoverSubject.StaleObjects, CutoverSubject.Deletions)]
    [InlineData("writes go on", CutoverSubject.StaleObjects)]
    [InlineData("writes stop later", CutoverSubject.StaleObjects)]
    [InlineData("broken mirror", CutoverSubject.MirrorRule)]
    [InlineData("mirror out of reach", CutoverSubject.MirrorRule)]
    [InlineData("everything arrived", CutoverSubject.MirrorRule)]
    [InlineData("versioning", CutoverSubject.Versioning)]
    [InlineData("versioning unknown", CutoverSubject.Versioning)]
    [InlineData("bucket out of reach", CutoverSubject.Versioning)]
    [InlineData("business lists", CutoverSubject.Listing)]
    [InlineData("deleted object", CutoverSubject.Deletions)]
    public async Task Each_condition_that_is_not_met_is_open_and_no_other(string what, params CutoverSubject[] open)
    {
        using CutoverBench bench = await BrokenAsync(what);
        using IDisposable? held = what == "running" ? new JobFolder(bench.Jobs.Home, EngineBench.JobName).Lock() : null;

        CutoverReadiness readiness = await bench.CheckAsync(request => what switch
        {
            "writes go on" => request with { WritesStoppedAt = null },
            "writes stop later" => request with { WritesStoppedAt = bench.Now.AddSeconds(1) },
            "business lists" => request with { BusinessLists = true },
            _ => request,
        });

        readiness.AssertOpen(open);
        Assert.Equal(Enum.GetValues<CutoverSubject>(), readiness.Conditions.Select(condition => condition.Subject));
        Assert.NotNull(readiness.On(open[0]).Mend ?? readiness.On(open[^1]).Mend);
    }

    [Fact]
    public async Task A_run_under_way_is_told_from_one_that_was_stopped_and_from_a_series_that_waits_for_its_next()
    {
        using CutoverBench stopped = await BrokenAsync("stopped run");
        using CutoverBench ended = await CutoverBench.ReadyAsync();
        string before = (await stopped.CheckAsync()).On(CutoverSubject.FullRun).Evidence;
        using IDisposable first = new JobFolder(stopped.Jobs.Home, EngineBench.JobName).Lock();
        using IDisposable second = new JobFolder(ended.Jobs.Home, EngineBench.JobName).Lock();

        Assert.Contains("was stopped", before, StringComparison.Ordinal);
        Assert.Contains("under way", (await stopped.CheckAsync()).On(CutoverSubject.FullRun).Evidence, StringComparison.Ordinal);
        (await ended.CheckAsync()).AssertOpen();
    }

    [Fact]
    public async Task A_run_over_chosen_objects_does_not_stand_for_one_over_everything()
    {
        using CutoverBench bench = await CutoverBench.ReadyAsync();
        bench.Jobs.Tamper("UPDATE runs SET report = replace(report, '\"Scope\":\"Everything\"', '\"Scope\":\"Selection\"')");

        CutoverReadiness readiness = await bench.CheckAsync();

        Assert.Contains("no run over everything", readiness.On(CutoverSubject.FullRun).Evidence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Objects_that_changed_after_their_copy_are_named_the_first_twenty_in_the_sentence_and_all_as_data()
    {
        using CutoverBench bench = new();
        for (int i = 0; i < 30; i++)
            bench.Jobs.Source.Seed($"photo{i:D2}", $"first {i:D2}");
        bench.Jobs.Create();
        await bench.RunAsync();
        for (int i = 0; i < 25; i++)
            bench.Jobs.Source.Seed($"photo{i:D2}", $"later {i:D2}");
        bench.StopWrites();
        bench.Jobs.Source.Seed("zz-new", "x");

        CutoverCondition stale = (await bench.CheckAsync()).On(CutoverSubject.StaleObjects);

        Assert.Equal(CutoverState.NotMet, stale.State);
        Assert.Contains("25 objects stale at the destination of 35 objects", stale.Evidence, StringComparison.Ordinal);
        Assert.Contains("'photo00', 'photo01'", stale.Evidence, StringComparison.Ordinal);
        Assert.Contains("'photo19' and 5 more", stale.Evidence, StringComparison.Ordinal);
        Assert.DoesNotContain("photo20", stale.Evidence, StringComparison.Ordinal);
        Assert.Equal(25, Assert.IsType<IReadOnlyList<ComparisonItem>>(stale.Data, exactMatch: false).Count);
        Assert.Contains("Start-OssMigration", stale.Mend, StringComparison.Ordinal);

        // A run mends it.
        await bench.RunAsync();
        bench.Jobs.Source.Seed("zz-newer", "x");
        (await bench.CheckAsync()).AssertOpen();
    }

    [Theory]
    [InlineData("clean, after the stop, young", true)]
    [InlineData("level Content", true)]
    [InlineData("only at the source", true)]
    [InlineData("before the stop", false)]
    [InlineData("too old", false)]
    [InlineData("level Size", false)]
    [InlineData("stopped early", false)]
    [InlineData("not clean", false)]
    [InlineData("edited", false)]
    [InlineData("deletions", false)]
    public async Task A_recorded_comparison_serves_by_its_start_its_age_and_its_result_otherwise_one_is_made_and_recorded(string which, bool serves)
    {
        using CutoverBench bench = new();
        bench.Jobs.Create();
        await bench.RunAsync();
        if (which == "before the stop")
            await bench.Jobs.CompareAsync();
        bench.StopWrites();
        if (which is "only at the source" or "stopped early")
            bench.Jobs.Source.Seed("new", "not yet arrived");
        if (which == "not clean")
            bench.Jobs.Source.Seed("a", "something else");
        if (which == "deletions")
            bench.Jobs.Source.Remove("a");
        if (which == "stopped early")
            await LeaveEarlyAsync(bench);
        else if (which != "before the stop")
            await bench.Jobs.CompareAsync(which switch { "level Content" => ComparisonLevel.Content, "level Size" => ComparisonLevel.Size, _ => ComparisonLevel.Checksum });
        if (which == "edited")
            bench.Jobs.Tamper("UPDATE comparisons SET summary = replace(summary, '\"Unproved\":{\"Objects\":0', '\"Unproved\":{\"Objects\":1')");
        bench.Time.Advance(which == "too old" ? TimeSpan.FromMinutes(61) : TimeSpan.FromMinutes(59));
        int before = bench.Comparisons.Count;
        bench.Jobs.Source.Counters.Reset();

        CutoverReadiness readiness = await bench.CheckAsync(request => request with { CreateProbe = true });

        Assert.Equal(serves ? before : before + 1, bench.Comparisons.Count);
        Assert.Equal(serves ? 0 : 1, bench.Jobs.Source.Counters[StoreOperation.List]);
        Assert.Equal(which is not ("not clean" or "deletions"), readiness.IsReady);
        Assert.Equal(bench.Comparisons[^1].ComparisonId, readiness.Comparison!.ComparisonId);
    }

    [Fact]
    public async Task A_fault_during_the_pass_is_a_condition_that_is_not_met_with_the_reason()
    {
        using CutoverBench bench = await CutoverBench.ReadyAsync();
        bench.Jobs.FaultySource.Plan(StoreOperation.List, Fault.Throw(StoreErrorKind.AccessDenied));

        CutoverReadiness readiness = await bench.CheckAsync();

        CutoverCondition stale = readiness.On(CutoverSubject.StaleObjects);
        Assert.Equal(CutoverState.NotMet, stale.State);
        Assert.Contains("broke off", stale.Evidence, StringComparison.Ordinal);
        Assert.Contains("planned-fault", stale.Evidence, StringComparison.Ordinal);
        Assert.False(bench.Comparisons.Single().IsComplete);
        Assert.True((await bench.CheckAsync()).IsReady);
    }

    [Fact]
    public async Task A_check_that_is_cancelled_ends_and_leaves_a_comparison_that_is_not_complete()
    {
        using CutoverBench bench = await CutoverBench.ReadyAsync();
        using CancellationTokenSource cancel = new();
        bench.Jobs.FaultySource.Plan(StoreOperation.List, Fault.Before(cancel.Cancel));

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => bench.Check.CheckAsync(bench.Request, bench.Jobs.Listener, cancel.Token));

        Assert.False(bench.Comparisons.Single().IsComplete);
    }

    [Fact]
    public async Task Deletions_are_counted_also_when_an_earlier_run_saw_them_first_and_what_others_wrote_is_not()
    {
        using CutoverBench bench = new();
        bench.Jobs.Create();
        bench.Jobs.Destination.Seed("theirs", "never ours");
        await bench.RunAsync();
        bench.Jobs.Source.Remove("a");
        MigrationReport second = await bench.RunAsync();
        await bench.RunAsync();
        bench.Jobs.Source.Remove("b");
        bench.StopWrites();
        bench.Jobs.Source.Seed("new", "not yet arrived");

        CutoverCondition deletions = (await bench.CheckAsync()).On(CutoverSubject.Deletions);

        Assert.Equal(1, second.GoneAtSource.Objects);
        Assert.Equal(CutoverState.NotMet, deletions.State);
        Assert.Contains("2 objects (24 bytes)", deletions.Evidence, StringComparison.Ordinal);
        Assert.Contains("'a', 'b'", deletions.Evidence, StringComparison.Ordinal);
        Assert.Contains("left alone: 1 object.", deletions.Evidence, StringComparison.Ordinal);
        Assert.Contains("-RemoveDeleted", deletions.Mend, StringComparison.Ordinal);
        Assert.Equal(["a", "b"], Assert.IsType<IReadOnlyList<ComparisonItem>>(deletions.Data, exactMatch: false).Select(item => item.Key));
    }

    [Fact]
    public async Task An_object_that_failed_and_is_proved_to_be_there_since_is_no_exception_any_more()
    {
        using CutoverBench bench = await BrokenAsync("failed object");
        CutoverReadiness before = await bench.CheckAsync();
        bench.Jobs.Destination.Seed("a", "content of a");
        bench.Jobs.Source.Seed("new", "not yet arrived");

        CutoverReadiness after = await bench.CheckAsync();

        before.AssertOpen(CutoverSubject.FullRun, CutoverSubject.Exceptions);
        Assert.Contains("1 failed", before.On(CutoverSubject.FullRun).Evidence, StringComparison.Ordinal);
        Assert.Contains("failed: 'a'", before.On(CutoverSubject.Exceptions).Evidence, StringComparison.Ordinal);
        after.AssertOpen();
        Assert.Contains("mended since", after.On(CutoverSubject.FullRun).Evidence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_mirror_is_tried_with_the_smallest_objects_that_wait_then_with_the_users_key_then_with_a_probe()
    {
        using CutoverBench bench = await CutoverBench.ReadyAsync();
        foreach ((string key, int size) in (ReadOnlySpan<(string, int)>)[("w1", 500), ("w2", 5), ("w3", 50), ("w4", 5000)])
            bench.Jobs.Source.Seed(key, new string('x', size));
        bench.Mirror.Answer = request => request.CreateProbe ? MirrorTestCause.None : MirrorTestCause.NothingToFetch;

        CutoverReadiness readiness = await bench.CheckAsync(request => request with { ProbeKey = "mine", CreateProbe = true });

        Assert.Equal(["w2", "new", "w3", "mine", null], bench.Mirror.Requests.Select(request => request.Key));
        Assert.Equal([false, false, false, false, true], bench.Mirror.Requests.Select(request => request.CreateProbe));
        readiness.AssertOpen();

        // An answer that tells something is the last one.
        bench.Mirror.Requests.Clear();
        bench.Mirror.Answer = _ => MirrorTestCause.OriginDenied;
        (await bench.CheckAsync(request => request with { MaximumAge = TimeSpan.FromTicks(1) })).AssertOpen(CutoverSubject.MirrorRule);
        Assert.Single(bench.Mirror.Requests);
    }

    [Fact]
    public async Task Without_a_mirror_nothing_is_tried_and_the_user_is_told_what_that_means()
    {
        using CutoverBench bench = await CutoverBench.ReadyAsync();

        CutoverReadiness readiness = await bench.CheckAsync(request => request with { SkipMirror = true });

        Assert.Empty(bench.Mirror.Requests);
        readiness.AssertOpen();
        Assert.Equal(CutoverState.Advisory, readiness.On(CutoverSubject.MirrorRule).State);
        Assert.Contains("-SkipMirror", readiness.On(CutoverSubject.MirrorRule).Evidence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_job_that_was_cut_over_already_says_so_and_nothing_is_listed()
    {
        using CutoverBench bench = await CutoverBench.ReadyAsync();
        bench.Jobs.Engine.SetJob(EngineBench.JobName, new JobChanges { CutoverTime = bench.Now });
        bench.Jobs.Source.Counters.Reset();

        CutoverReadiness readiness = await bench.CheckAsync();

        Assert.False(readiness.IsReady);
        Assert.Contains("2026-06-01 12:03:00Z", Assert.Single(readiness.Conditions).Evidence, StringComparison.Ordinal);
        Assert.Equal(0, bench.Jobs.Source.Counters[StoreOperation.List]);
        Assert.Empty(bench.Mirror.Requests);
    }

    [Fact]
    public async Task A_moment_of_cutover_that_is_still_ahead_is_named_and_stops_nothing()
    {
        using CutoverBench bench = await CutoverBench.ReadyAsync();
        bench.Jobs.Engine.SetJob(EngineBench.JobName, new JobChanges { CutoverTime = bench.Now.AddHours(1) });

        CutoverReadiness readiness = await bench.CheckAsync();

        readiness.AssertOpen();
        Assert.Equal(CutoverState.Advisory, readiness.On(CutoverSubject.Moment).State);
    }

    [Fact]
    public async Task A_filter_by_names_is_worth_a_word_and_stops_nothing()
    {
        using CutoverBench bench = new();
        bench.Jobs.Create(job => job with { Filter = new ObjectFilter { Exclude = ["d"] } });
        await bench.RunAsync();
        bench.StopWrites();
        bench.Jobs.Source.Seed("new", "not yet arrived");

        CutoverReadiness readiness = await bench.CheckAsync();

        readiness.AssertOpen();
        Assert.Equal(CutoverState.Advisory, readiness.On(CutoverSubject.Coverage).State);
        Assert.Contains("left out 1 object", readiness.On(CutoverSubject.Coverage).Evidence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_business_that_lists_is_ready_when_nothing_waits()
    {
        using CutoverBench bench = await CutoverBench.ReadyAsync();
        await bench.RunAsync();

        CutoverReadiness readiness = await bench.CheckAsync(request => request with { BusinessLists = true, CreateProbe = true });

        readiness.AssertOpen();
        Assert.Equal(CutoverState.Met, readiness.On(CutoverSubject.Listing).State);
    }

    [Fact]
    public async Task Contradictions_and_unknown_jobs_are_refused()
    {
        using CutoverBench bench = await CutoverBench.ReadyAsync();
        foreach (Func<CutoverRequest, CutoverRequest> wrong in (Func<CutoverRequest, CutoverRequest>[])
            [r => r with { MaximumAge = TimeSpan.Zero }, r => r with { SkipMirror = true, CreateProbe = true }, r => r with { SkipMirror = true, ProbeKey = "k" }, r => r with { ProbeKey = "" }])
            await Assert.ThrowsAsync<ArgumentException>(() => bench.CheckAsync(wrong));

        JobStateException refusal = await Assert.ThrowsAsync<JobStateException>(() => bench.CheckAsync(r => r with { JobName = "no-such-job" }));

        Assert.Equal(JobStateError.NotFound, refusal.Error);
    }

    private static async Task<CutoverBench> BrokenAsync(string what)
    {
        BucketVersioning versioning = what switch { "versioning" => BucketVersioning.Suspended, "versioning unknown" => BucketVersioning.Unknown, _ => BucketVersioning.Off };
        CutoverBench bench = new(
            new MemoryStoreOptions { ETagStyle = what == "unproved object" ? ETagStyle.Kms : ETagStyle.Md5 }, new MemoryStoreOptions { Versioning = versioning });
        MemoryStore source = bench.Jobs.Source;
        if (what == "failed object")
            bench.Jobs.FaultySource.Plan(StoreOperation.Read, Fault.Throw(StoreErrorKind.AccessDenied), "a");
        if (what == "archived object")
            source.Change("a", found => found with { StorageClass = "GLACIER", Availability = ObjectAvailability.NeedsRestore });
        if (what == "impossible key")
            source.Seed("/slash", "x");
        bench.Jobs.Create(job => what == "size filter" ? job with { Filter = new ObjectFilter { MaxSize = 1000 } } : job);
        if (what is "stopped run" or "running")
            await StopAsync(bench);
        else if (what != "no run")
            await bench.RunAsync();

        if (what == "changed object")
            source.Seed("a", "something else");
        if (what == "deleted object")
            source.Remove("a");
        if (what == "unproved object")
        {
            source.Seed("foreign", "same size");
            bench.Jobs.Destination.Seed("foreign", "same size");
        }

        if (what == "writes go on")
            await bench.Jobs.CompareAsync();
        if (what == "writes stop later")
            await bench.Jobs.CompareAsync();
        bench.StopWrites();
        if (what != "everything arrived")
            source.Seed("new", "not yet arrived");
        if (what is "writes go on" or "writes stop later")
            bench.Mirror.Answer = _ => MirrorTestCause.None;
        if (what is "no run" or "stopped run" or "running")
            bench.Mirror.Answer = _ => MirrorTestCause.None;
        if (what == "broken mirror")
            bench.Mirror.Answer = _ => MirrorTestCause.OriginDenied;
        if (what == "mirror out of reach")
            bench.Mirror.Answer = _ => throw new StoreException(StoreErrorKind.Credential, "oss://to", "The key id is unknown.");
        if (what == "bucket out of reach")
            bench.Jobs.FaultyDestination.Plan(StoreOperation.Inspect, Fault.Throw(StoreErrorKind.AccessDenied));
        if (what == "left out of a page")
            bench.Jobs.FaultySource.Plan(StoreOperation.List, Fault.DropKey("a"));
        return bench;
    }

    private static async Task StopAsync(CutoverBench bench)
    {
        using CancellationTokenSource stop = new();
        bench.Jobs.FaultyDestination.Plan(StoreOperation.Put, Fault.Before(stop.Cancel));
        MigrationReport report = await bench.Jobs.RunAsync(cancellationToken: stop.Token);
        Assert.Equal(RunStatus.Incomplete, report.Status);
    }

    private static async Task LeaveEarlyAsync(CutoverBench bench)
    {
        await foreach (ComparisonItem item in bench.Jobs.Engine.Compare(
            new Core.Comparing.ComparisonRequest { JobName = EngineBench.JobName }, bench.Jobs.Listener).Items(TestContext.Current.CancellationToken))
            break;
    }
}
