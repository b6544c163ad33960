using OssMigration.Core.Comparing;
using OssMigration.Core.Fidelity;
using OssMigration.Core.Jobs;
using OssMigration.Core.Journal;
using OssMigration.Core.Lifecycle;
using OssMigration.Core.Reporting;
using OssMigration.Core.Stores;
using OssMigration.Core.Tests.Jobs;
using OssMigration.TestKit;
using Xunit;

namespace OssMigration.Core.Tests.Lifecycle;

/// <summary>Where exactly a plan, its rule and its record end, beyond the gates.</summary>
public sealed class LifecycleEdgeTests
{
    private static readonly SourceLifecycleRequest Second = new() { JobName = EngineBench.JobName, Phase = LifecyclePhase.NoncurrentVersions };

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_plan_is_good_for_exactly_a_quarter_of_an_hour()
    {
        using LifecycleBench bench = await LifecycleBench.CreateAsync();
        SourceLifecyclePlan plan = await bench.PlanAsync();
        bench.Time.Advance(TimeSpan.FromMinutes(15));

        Assert.Equal(LifecycleBench.Due, (await bench.Lifecycle.ApplyAsync(plan, bench.Bench.Listener, Token)).Date);
        bench.Time.Advance(TimeSpan.FromTicks(1));
        Assert.Equal("LifecyclePlanStale", (await Assert.ThrowsAsync<RefusedException>(() => bench.Lifecycle.ApplyAsync(plan, bench.Bench.Listener, Token))).ErrorId);
    }

    [Fact]
    public async Task A_job_that_was_started_after_the_plan_keeps_its_source()
    {
        using LifecycleBench bench = await LifecycleBench.CreateAsync();
        SourceLifecyclePlan plan = await bench.PlanAsync();
        using (new JobFolder(bench.Bench.Home, EngineBench.JobName).Lock())
            Assert.Equal("LifecycleJobRunning", (await Assert.ThrowsAsync<RefusedException>(() => bench.Lifecycle.ApplyAsync(plan, bench.Bench.Listener, Token))).ErrorId);

        Assert.Null(bench.Document());
    }

    [Fact]
    public async Task A_job_that_wrote_keys_in_another_form_needs_that_accepted()
    {
        using LifecycleBench bench = await LifecycleBench.CreateAsync(job => job with { InvalidKeyAction = InvalidKeyAction.Encode });

        Assert.Equal("LifecycleKeysEncoded", await bench.RefusalAsync());
        await bench.PlanAsync(request => request with { AcceptEncodedKeys = true });
    }

    [Fact]
    public async Task Without_a_fingerprint_the_counts_must_agree()
    {
        using LifecycleBench bench = await LifecycleBench.CreateAsync();
        bench.Summary = bench.Summary with { ComparisonId = "earlier", SourceFingerprint = null };
        bench.Summary = bench.Summary with { Digest = ComparisonTally.DigestOf(bench.Summary) };
        await using (JournalWriter journal = new(new JobFolder(bench.Bench.Home, EngineBench.JobName).Journal, EngineBench.JobName))
            await journal.WriteAsync(writes => writes.PutComparison(bench.Summary));

        Assert.Equal(3, (await bench.PlanAsync()).Rule.Deletes.Objects);
        bench.Bench.Source.Remove("other");
        Assert.Equal("LifecycleListingDiffers", await bench.RefusalAsync());
    }

    [Fact]
    public async Task What_the_comparison_has_seen_is_no_late_write_even_where_no_run_has_settled_it()
    {
        using LifecycleBench bench = await LifecycleBench.CreateAsync();
        bench.Bench.Source.Seed("business", "of the source"u8.ToArray(), lastModified: LifecycleBench.Noon.AddHours(-2));
        bench.Bench.Destination.Seed("business", "of the business"u8.ToArray(), lastModified: LifecycleBench.Noon.AddMinutes(-30));
        await bench.CompareAsync();
        Assert.Equal(1, bench.Summary.Superseded.Objects);
        await bench.SetAsync(request => request with { AcceptSuperseded = true });
        Assert.Equal(0, Assert.Single(await bench.GetAsync(late: true)).LateWrites);
        await bench.CompareAsync(ComparisonLevel.Content);
        Assert.Equal(0, Assert.Single(await bench.GetAsync(late: true)).LateWrites);

        // Where the comparison is not known any more, only what was settled is none.
        bench.Bench.Tamper("DELETE FROM comparisons");
        SourceLifecycleRule rule = Assert.Single(await bench.GetAsync(late: true));

        Assert.Equal((1L, "business"), (rule.LateWrites, Assert.Single(rule.LateKeys)));
    }

    [Fact]
    public async Task The_second_step_waits_for_the_date_even_where_nothing_is_left_before_it()
    {
        using LifecycleBench bench = await LifecycleBench.CreateAsync(versioning: BucketVersioning.Enabled);
        await bench.SetAsync();
        Hide(bench);
        bench.Time.SetUtcNow(LifecycleBench.Due.AddTicks(-1));

        Assert.Equal("LifecycleFirstPhaseWaiting", await bench.RefusalAsync(_ => Second with { AcknowledgedVersions = 3 }));
        Assert.Contains("acts on 2030-01-12", bench.LastMessage, StringComparison.Ordinal);
        bench.Time.SetUtcNow(LifecycleBench.Due);
        using (new JobFolder(bench.Bench.Home, EngineBench.JobName).Lock())
            Assert.Equal("LifecycleJobRunning", (await Assert.ThrowsAsync<RefusedException>(() => bench.PlanAsync(_ => Second with { AcknowledgedVersions = 3 }))).ErrorId);
        Assert.Equal("LifecycleVersionsNotAcknowledged", await bench.RefusalAsync(_ => Second));
        Assert.Contains("none of what was old then", bench.LastMessage, StringComparison.Ordinal);
        await bench.SetAsync(_ => Second with { AcknowledgedVersions = 3 });
        Assert.Equal([true, true], (await bench.GetAsync()).Select(rule => rule.HasFired!.Value));
        Assert.Equal([true, false], (await bench.GetAsync()).Select(rule => rule.IsDone!.Value));
    }

    [Fact]
    public async Task The_second_step_rests_on_a_comparison_that_the_journal_has()
    {
        using LifecycleBench bench = await LifecycleBench.CreateAsync(versioning: BucketVersioning.Enabled);
        await bench.SetAsync();
        Hide(bench);
        bench.Time.SetUtcNow(LifecycleBench.Due);
        bench.Bench.Tamper("DELETE FROM comparisons");

        Assert.Equal("LifecycleNoComparison", await bench.RefusalAsync(_ => Second with { AcknowledgedVersions = 3 }));
    }

    [Fact]
    public async Task Of_copied_histories_only_those_go_for_good_that_are_as_the_job_has_settled_them()
    {
        using LifecycleBench bench = await LifecycleBench.CreateAsync(
            job => job with { Versions = VersionScope.All }, BucketVersioning.Enabled, destination: BucketVersioning.Enabled);
        await bench.SetAsync();
        foreach (string key in bench.Bench.Source.Keys)
            bench.Bench.Source.SeedDeleteMarker(key);
        bench.Time.SetUtcNow(LifecycleBench.Due);
        Assert.Equal("LifecycleVersionsNotAcknowledged", await bench.RefusalAsync(_ => Second));
        Assert.Contains("with their histories", bench.LastMessage, StringComparison.Ordinal);
        Assert.Equal(3, (await bench.PlanAsync(_ => Second with { AcknowledgedVersions = 3 })).Rule.Deletes.Objects);

        bench.Bench.Source.ChangeVersion("data/a", 0, version => version with { ETag = "another" });
        Assert.Equal("LifecycleLateWrites", await bench.RefusalAsync(_ => Second with { AcknowledgedVersions = 3 }));
        Assert.Contains("1 histories are not as the job has settled them, but for the delete markers of the date rule. The first: 'data/a'", bench.LastMessage, StringComparison.Ordinal);
        Assert.Equal(3, (await bench.PlanAsync(_ => Second with { AcknowledgedVersions = 3, AcceptLateWrites = true })).Rule.Deletes.Objects);
    }

    [Fact]
    public async Task Only_the_rule_that_the_store_did_not_keep_is_forgotten()
    {
        using LifecycleBench bench = await LifecycleBench.CreateAsync(versioning: BucketVersioning.Enabled);
        await bench.SetAsync();
        Hide(bench);
        bench.Time.SetUtcNow(LifecycleBench.Due);
        BucketDocument first = bench.Document()!;
        bench.Bench.FaultySource.Plan(StoreOperation.WriteDocument, Fault.After(() => bench.Bench.Source.SeedDocument(BucketDocumentKind.Lifecycle, first)));

        RefusedException refusal = await Assert.ThrowsAsync<RefusedException>(() => bench.SetAsync(_ => Second with { AcknowledgedVersions = 3 }));

        Assert.Equal("LifecycleNotKept", refusal.ErrorId);
        Assert.Equal(LifecyclePhase.Objects, Assert.Single(bench.Bench.Engine.GetJob(EngineBench.JobName).LifecycleRules).Phase);
    }

    [Fact]
    public async Task A_rule_that_was_withdrawn_keeps_its_moment_and_is_no_record_of_another()
    {
        using LifecycleBench bench = await LifecycleBench.CreateAsync();
        LifecycleRecord earlier = Record("earlier") with { WithdrawnAt = LifecycleBench.Noon };
        LifecycleJob job = LifecycleJob.Read(Environment(bench), EngineBench.JobName);
        await job.RecordAsync([earlier, Record("standing")]);
        job = LifecycleJob.Read(Environment(bench), EngineBench.JobName);

        Assert.Equal(("standing", null, null), (job.RecordOf("standing")?.RuleId, job.RecordOf("earlier"), job.RecordOf("unknown")));
        await job.WithdrawAsync(LifecycleBench.Due);

        Assert.Equal(
            [("earlier", LifecycleBench.Noon), ("standing", LifecycleBench.Due)],
            LifecycleJob.Read(Environment(bench), EngineBench.JobName).Records.Select(record => (record.RuleId, record.WithdrawnAt!.Value)));

        static LifecycleRecord Record(string id) => new() { RuleId = id, ComparisonId = "c" };
    }

    [Fact]
    public async Task A_journal_of_another_job_sets_no_rule()
    {
        using LifecycleBench bench = await LifecycleBench.CreateAsync();
        bench.Bench.Tamper("UPDATE meta SET value = 'another' WHERE name = 'fingerprint'");

        Assert.Equal(JobStateError.OtherJob, (await Assert.ThrowsAsync<JobStateException>(() => bench.PlanAsync())).Error);
    }

    [Fact]
    public async Task A_rule_that_somebody_widened_is_done_when_all_below_the_address_is_gone()
    {
        using LifecycleBench bench = await LifecycleBench.CreateAsync(job => job with { Source = job.Source with { Prefix = "data/" } });
        await bench.SetAsync();
        bench.Seed("<Rule><ID>ossmigration-bench-job</ID><Filter><Prefix>da</Prefix></Filter><Status>Enabled</Status><Expiration><Date>2030-01-12T00:00:00Z</Date></Expiration></Rule>");
        bench.Time.SetUtcNow(LifecycleBench.Due);

        Assert.Equal(("da", false), Shown(Assert.Single(await bench.GetAsync())));
        bench.Bench.FaultySource.Plan(StoreOperation.List, Fault.EmptyPage());
        Assert.Equal(("da", false), Shown(Assert.Single(await bench.GetAsync())));
        bench.Bench.Source.Remove("data/a");
        bench.Bench.Source.Remove("data/b");
        Assert.Equal(("da", true), Shown(Assert.Single(await bench.GetAsync())));

        static (string, bool?) Shown(SourceLifecycleRule rule) => (rule.Prefix, rule.IsDone);
    }

    [Fact]
    public async Task A_listing_that_does_not_come_to_its_end_does_not_say_that_nothing_is_left()
    {
        using LifecycleBench bench = await LifecycleBench.CreateAsync();
        await using LifecycleSource source = await OpenAsync(bench, new EndlessStore(bench.Bench.Source));

        Assert.Equal(StoreErrorKind.Listing, (await Assert.ThrowsAsync<StoreException>(() => source.IsEmptyAsync("", Token))).Kind);
    }

    [Fact]
    public async Task A_store_without_lifecycle_rules_is_closed_again_and_told()
    {
        using LifecycleBench bench = await LifecycleBench.CreateAsync();
        PlainStore plain = new(bench.Bench.Source);

        RefusedException refusal = await Assert.ThrowsAsync<RefusedException>(() => OpenAsync(bench, plain));

        Assert.Equal(("LifecycleNotSupported", 1), (refusal.ErrorId, plain.Closed));
        Assert.Contains("has no lifecycle rules", refusal.Message, StringComparison.Ordinal);

        refusal = await Assert.ThrowsAsync<RefusedException>(() => OpenAsync(bench, new EndlessStore(bench.Bench.Source) { WhyNot = "it is read-only." }));
        Assert.Contains("No lifecycle rule can be set at s3://from: it is read-only.", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_right_that_is_missing_is_named_as_its_store_names_it()
    {
        using LifecycleBench bench = await LifecycleBench.CreateAsync(job => job with { Source = job.Source with { Scheme = "oss", Region = "cn-beijing" } }, BucketVersioning.Unknown);

        Assert.Equal("LifecycleVersioningUnknown", await bench.RefusalAsync());
        Assert.Contains("oss:GetBucketVersioning", bench.LastMessage, StringComparison.Ordinal);
    }

    private static EngineEnvironment Environment(LifecycleBench bench, IObjectReader? source = null)
        => new() { Home = bench.Bench.Home, Stores = new MemoryStoreFactory(source ?? bench.Bench.Source, bench.Bench.Destination), Time = bench.Time };

    private static Task<LifecycleSource> OpenAsync(LifecycleBench bench, IObjectReader source)
        => LifecycleSource.OpenAsync(Environment(bench, source), EngineBench.JobOf(), RunCredentials.None, SilentListener.Instance);

    private static void Hide(LifecycleBench bench)
    {
        foreach (string key in bench.Bench.Source.Keys)
        {
            MemoryObject found = bench.Bench.Source.Find(key)!;
            bench.Bench.Source.Remove(key);
            bench.Bench.Source.SeedVersion(key, "marker", 0, LifecycleBench.Due, isDeleteMarker: true, isLatest: true);
            bench.Bench.Source.SeedVersion(key, "v1", found.Content.Length, found.LastModified);
        }
    }

    private sealed class PlainStore(IObjectStore inner) : StoreDecorator(inner), IAsyncDisposable
    {
        public int Closed { get; private set; }

        ValueTask IAsyncDisposable.DisposeAsync()
        {
            Closed++;
            return default;
        }
    }

    private sealed class EndlessStore(MemoryStore inner) : StoreDecorator(inner), IBucketDocuments
    {
        public string? WhyNot { get; init; }

        public string? WhyNoDocument(BucketDocumentKind kind) => WhyNot;

        public override Task<ListPage> ListPageAsync(ListPageRequest request, CancellationToken cancellationToken) => Task.FromResult(new ListPage([], "again", 0));

        public Task<BucketDocument?> ReadDocumentAsync(BucketDocumentKind kind, CancellationToken cancellationToken) => inner.ReadDocumentAsync(kind, cancellationToken);

        public Task WriteDocumentAsync(BucketDocumentKind kind, BucketDocument document, CancellationToken cancellationToken) => inner.WriteDocumentAsync(kind, document, cancellationToken);

        public Task DeleteDocumentAsync(BucketDocumentKind kind, CancellationToken cancellationToken) => inner.DeleteDocumentAsync(kind, cancellationToken);
    }
}
