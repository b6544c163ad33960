using System.Xml.Linq;
using OssMigration.Core.Jobs;
using OssMigration.Core.Lifecycle;
using OssMigration.Core.Listing;
using OssMigration.Core.Reporting;
using OssMigration.Core.Stores;
using OssMigration.Core.Tests.Jobs;
using OssMigration.TestKit;
using Xunit;

namespace OssMigration.Core.Tests.Lifecycle;

/// <summary>Rules as they are set among those of others, shown, watched and withdrawn.</summary>
public sealed class LifecycleRuleTests
{
    private const string OurRule = "<Rule><ID>ossmigration-bench-job</ID><Filter><Prefix></Prefix></Filter><Status>Enabled</Status><Expiration><Date>2030-01-12T00:00:00Z</Date></Expiration></Rule>";

    [Fact]
    public async Task A_rule_is_planned_set_shown_recorded_and_withdrawn()
    {
        using LifecycleBench bench = await LifecycleBench.CreateAsync();

        SourceLifecyclePlan plan = await bench.PlanAsync();
        Assert.Null(bench.Document());
        Assert.Empty(await bench.GetAsync());
        SourceLifecycleRule set = await bench.SetAsync();

        Assert.True(DocumentMeaning.IsSame(LifecycleBench.Parse(OurRule), bench.Document()));
        long bytes = bench.Bench.Source.Keys.Sum(key => (long)bench.Bench.Source.Find(key)!.Content.Length);
        Assert.Equal(("ossmigration-bench-job", "", LifecycleBench.Due, "Enabled", 3L, bytes), (set.RuleId, set.Prefix, set.Date!.Value, set.Status, set.Objects!.Value, set.Bytes!.Value));
        Assert.Equal((bench.Summary.ComparisonId, LifecycleBench.Noon), (set.ComparisonId, set.SetAt));
        Assert.Equal(LifecycleBench.Due, Assert.Single(bench.Bench.Engine.GetJob(EngineBench.JobName).LifecycleRules).Date);
        SourceLifecycleRule shown = Assert.Single(await bench.GetAsync());
        Assert.Equal((true, LifecyclePhase.Objects, false, false, null), (shown.IsOurs, shown.Phase, shown.HasFired, shown.IsDone, shown.LateWrites));
        foreach (string part in (string[])["3 objects", "2030-01-12 00:00:00Z", bench.Summary.ComparisonId, "<Date>2030-01-12T00:00:00Z</Date>"])
            Assert.Contains(plan.Description, line => line.Contains(part, StringComparison.Ordinal));

        Assert.Equal(false, Assert.Single(await bench.RemoveAsync()).HasFired);
        Assert.Null(bench.Document());
        Assert.Empty(bench.Bench.Engine.GetJob(EngineBench.JobName).LifecycleRules);
        Assert.Empty(await bench.RemoveAsync());
    }

    [Fact]
    public async Task Rules_of_others_survive_with_every_element_and_unknown_ones()
    {
        using LifecycleBench bench = await LifecycleBench.CreateAsync();
        BucketDocument before = LifecycleBench.Parse(LifecycleFixtures.EveryElement, "varies_by_storage_class");
        bench.Bench.Source.SeedDocument(BucketDocumentKind.Lifecycle, before);

        await bench.SetAsync();
        await bench.SetAsync(request => request with { Date = LifecycleBench.Due.AddDays(1) });

        BucketDocument with = bench.Document()!;
        Assert.Equal("varies_by_storage_class", with.Headers["x-amz-transition-default-minimum-object-size"]);
        XElement[] rules = [.. with.Root.Elements().Where(element => element.Name.LocalName == "Rule")];
        Assert.Equal(before.Root.Elements().Count(element => element.Name.LocalName == "Rule") + 1, rules.Length);
        Assert.Contains("2030-01-13", rules[^1].Value, StringComparison.Ordinal);
        Assert.Single(bench.Bench.Engine.GetJob(EngineBench.JobName).LifecycleRules);
        Assert.Equal(rules.Length - 1, (await bench.GetAsync(all: true)).Count(rule => !rule.IsOurs));
        await bench.RemoveAsync();
        Assert.True(DocumentMeaning.IsSame(before, bench.Document()));
        Assert.Equal(before.Root.ToString(), bench.Document()!.Root.ToString());
    }

    [Fact]
    public async Task The_style_of_the_document_is_kept()
    {
        using LifecycleBench bench = await LifecycleBench.CreateAsync();
        bench.Seed("<Rule><ID>old</ID><Prefix>logs/</Prefix><Status>Enabled</Status><Expiration><Days>3</Days></Expiration></Rule>");

        await bench.SetAsync();

        XElement ours = bench.Document()!.Root.Elements().Last();
        Assert.Equal(["ID", "Prefix", "Status", "Expiration"], ours.Elements().Select(element => element.Name.LocalName));
        bench.Seed("<Rule><ID>old</ID><Status>Enabled</Status><Expiration><Days>3</Days></Expiration></Rule>");
        await bench.SetAsync();
        Assert.Contains(bench.Document()!.Root.Descendants(), element => element.Name.LocalName == "Filter");
    }

    [Fact]
    public async Task A_rule_on_OSS_is_written_as_OSS_writes_it()
    {
        using LifecycleBench bench = await LifecycleBench.CreateAsync(job => job with { Source = job.Source with { Scheme = "oss", Region = "cn-beijing" } });

        await bench.SetAsync();

        BucketDocument expected = new(
            XElement.Parse("<LifecycleConfiguration><Rule><ID>ossmigration-bench-job</ID><Prefix></Prefix><Status>Enabled</Status><Expiration><CreatedBeforeDate>2030-01-12T00:00:00.000Z</CreatedBeforeDate></Expiration></Rule></LifecycleConfiguration>"),
            new Dictionary<string, string>());
        Assert.Equal(expected.Root.ToString(SaveOptions.DisableFormatting), bench.Document()!.Root.ToString(SaveOptions.DisableFormatting));
        Assert.Equal(LifecycleBench.Due, Assert.Single(await bench.GetAsync()).Date);
    }

    [Fact]
    public async Task Duplicates_and_conflicts_with_rules_of_others_are_named()
    {
        using LifecycleBench bench = await LifecycleBench.CreateAsync();
        bench.Seed("""
            <Rule><ID>soon</ID><Filter><Prefix>data/</Prefix></Filter><Status>Enabled</Status><Expiration><Days>3</Days></Expiration></Rule>
            <Rule><ID>before</ID><Filter><Prefix></Prefix></Filter><Status>Enabled</Status><Expiration><Date>2030-01-11T00:00:00.000Z</Date></Expiration></Rule>
            <Rule><ID>twin</ID><Filter><Prefix></Prefix></Filter><Status>Enabled</Status><Expiration><Date>2030-01-12T00:00:00.000Z</Date></Expiration></Rule>
            <Rule><ID>cold</ID><Filter><And><Prefix>data/</Prefix><Tag><Key>k</Key><Value>v</Value></Tag></And></Filter><Status>Enabled</Status><Transition><Days>1</Days><StorageClass>GLACIER</StorageClass></Transition></Rule>
            <Rule><ID>versions</ID><Filter><Prefix></Prefix></Filter><Status>Enabled</Status><NoncurrentVersionExpiration><NoncurrentDays>2</NoncurrentDays></NoncurrentVersionExpiration></Rule>
            <Rule><ID>later</ID><Filter><Prefix></Prefix></Filter><Status>Enabled</Status><Expiration><Date>2031-01-12T00:00:00.000Z</Date></Expiration></Rule>
            <Rule><ID>off</ID><Filter><Prefix></Prefix></Filter><Status>Disabled</Status><Expiration><Days>1</Days></Expiration></Rule>
            """);

        IReadOnlyList<string> warnings = (await bench.PlanAsync()).Warnings;

        Assert.Equal(["'soon'", "'before'", "'twin'", "'cold'", "'versions'"], warnings.Select(warning => warning.Split(' ')[1]));
        Assert.Contains("with a further filter", warnings[3], StringComparison.Ordinal);
        Assert.Contains("GLACIER", warnings[3], StringComparison.Ordinal);
        Assert.DoesNotContain((await bench.PlanAsync(request => request with { Prefix = "unlike/" })).Warnings, warning => warning.Contains("'soon'", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_thousand_and_first_rule_is_refused_and_one_of_ours_is_replaced()
    {
        using LifecycleBench bench = await LifecycleBench.CreateAsync();
        string[] rules = [.. Enumerable.Range(1, LifecycleDocument.MostRules).Select(i => $"<Rule><ID>r{i}</ID><Filter><Prefix>p{i}/</Prefix></Filter><Status>Enabled</Status><Expiration><Days>3</Days></Expiration></Rule>")];
        bench.Seed(string.Concat(rules));
        Assert.Equal("LifecycleTooManyRules", await bench.RefusalAsync());
        bench.Seed(string.Concat(rules[1..]) + OurRule.Replace("-12T", "-20T", StringComparison.Ordinal));

        await bench.SetAsync();

        Assert.Equal(LifecycleDocument.MostRules, bench.Document()!.Root.Elements().Count());
    }

    [Fact]
    public async Task A_change_of_somebody_else_between_plan_and_write_is_found_and_nothing_written()
    {
        using LifecycleBench bench = await LifecycleBench.CreateAsync();
        SourceLifecyclePlan plan = await bench.PlanAsync();
        bench.Seed(LifecycleFixtures.EveryElement);

        RefusedException refusal = await Assert.ThrowsAsync<RefusedException>(() => bench.Lifecycle.ApplyAsync(plan, bench.Bench.Listener, CancellationToken.None));

        Assert.Equal("LifecycleChangedMeanwhile", refusal.ErrorId);
        Assert.True(DocumentMeaning.IsSame(LifecycleBench.Parse(LifecycleFixtures.EveryElement), bench.Document()));
        Assert.Equal(0, bench.Bench.SourceSpy.Count(StoreOperation.WriteDocument, null));
        Assert.Empty(bench.Bench.Engine.GetJob(EngineBench.JobName).LifecycleRules);
    }

    [Fact]
    public async Task A_change_just_after_the_write_is_reported()
    {
        using LifecycleBench bench = await LifecycleBench.CreateAsync();
        bench.Seed(LifecycleFixtures.EveryElement);
        bench.Bench.FaultySource.Plan(StoreOperation.WriteDocument, Fault.After(() => bench.Seed(OurRule)));

        RefusedException refusal = await Assert.ThrowsAsync<RefusedException>(() => bench.SetAsync());

        Assert.Equal("LifecycleOthersChanged", refusal.ErrorId);
        Assert.Single(await bench.GetAsync());
    }

    [Theory]
    [InlineData("<Rule><ID>ossmigration-bench-job</ID><Status>Enabled</Status><Expiration><Days>1</Days></Expiration></Rule>", true)]
    [InlineData("<Rule><ID>ossmigration-bench-job</ID><Filter><Prefix>da</Prefix></Filter><Status>Enabled</Status><Expiration><Date>2030-01-12T00:00:00Z</Date></Expiration></Rule>", true)]
    [InlineData("<Rule><ID>ossmigration-bench-job</ID><Filter><Prefix></Prefix></Filter><Status>Enabled</Status><Expiration><Date>2030-01-11T00:00:00Z</Date></Expiration></Rule>", true)]
    [InlineData("", false)]
    public async Task A_rule_that_the_store_does_not_keep_is_taken_away_again(string kept, bool isTakenAway)
    {
        using LifecycleBench bench = await LifecycleBench.CreateAsync();
        const string Others = "<Rule><ID>old</ID><Filter><Prefix>logs/</Prefix></Filter><Status>Enabled</Status><Expiration><Days>3</Days></Expiration></Rule>";
        bench.Bench.FaultySource.Plan(StoreOperation.WriteDocument, Fault.After(() => bench.Seed(Others + kept)));

        RefusedException refusal = await Assert.ThrowsAsync<RefusedException>(() => bench.SetAsync());

        Assert.Equal("LifecycleNotKept", refusal.ErrorId);
        Assert.Equal(isTakenAway, refusal.Message.Contains("taken away", StringComparison.Ordinal));
        Assert.True(DocumentMeaning.IsSame(LifecycleBench.Parse(Others), bench.Document()));
        Assert.Empty(bench.Bench.Engine.GetJob(EngineBench.JobName).LifecycleRules);
    }

    [Fact]
    public async Task An_answer_to_the_write_that_was_lost_does_not_write_twice()
    {
        using LifecycleBench bench = await LifecycleBench.CreateAsync();
        bench.Bench.FaultySource.Plan(StoreOperation.WriteDocument, Fault.LoseAnswer());

        await bench.SetAsync();

        Assert.Equal(1, bench.Bench.SourceSpy.Count(StoreOperation.WriteDocument, null));
        Assert.Single(await bench.GetAsync());
    }

    [Fact]
    public async Task Late_writes_are_told_while_the_rule_waits_and_deletions_are_none()
    {
        using LifecycleBench bench = await LifecycleBench.CreateAsync();
        await bench.SetAsync();
        Assert.Equal(0, Assert.Single(await bench.GetAsync(late: true)).LateWrites);
        bench.Bench.Source.Remove("other");
        Assert.Equal(0, Assert.Single(await bench.GetAsync(late: true)).LateWrites);
        bench.Time.Advance(TimeSpan.FromHours(3));
        bench.Bench.Source.Seed("data/new", "x");
        bench.Bench.Source.Seed("data/b", "y");

        SourceLifecycleRule rule = Assert.Single(await bench.GetAsync(late: true));

        Assert.Equal(2, rule.LateWrites);
        Assert.Equal(["data/b", "data/new"], rule.LateKeys);
    }

    [Fact]
    public async Task A_rule_that_has_fired_is_told_to_be_done_when_nothing_is_left()
    {
        using LifecycleBench bench = await LifecycleBench.CreateAsync(job => job with { Filter = new ObjectFilter { Prefix = "data/" } });
        await bench.SetAsync();
        bench.Time.SetUtcNow(LifecycleBench.Due);
        bench.Bench.Source.Remove("data/a");
        Assert.Equal((true, false), Fired(Assert.Single(await bench.GetAsync())));
        bench.Bench.Source.Remove("data/b");
        Assert.Equal((true, true), Fired(Assert.Single(await bench.GetAsync())));
        Assert.Equal(true, Assert.Single(await bench.RemoveAsync()).HasFired);

        static (bool?, bool?) Fired(SourceLifecycleRule rule) => (rule.HasFired, rule.IsDone);
    }

    [Fact]
    public async Task Old_versions_go_in_a_second_step_with_their_number_acknowledged()
    {
        using LifecycleBench bench = await LifecycleBench.CreateAsync(versioning: BucketVersioning.Enabled);
        SourceLifecycleRequest second = new() { JobName = EngineBench.JobName, Phase = LifecyclePhase.NoncurrentVersions };
        Assert.Equal("LifecycleFirstPhaseMissing", await bench.RefusalAsync(_ => second));
        await bench.SetAsync();
        Assert.Equal("LifecycleFirstPhaseWaiting", await bench.RefusalAsync(_ => second));
        bench.Time.SetUtcNow(LifecycleBench.Due.AddHours(2));
        Assert.Equal("LifecycleFirstPhaseWaiting", await bench.RefusalAsync(_ => second));
        Hide(bench, "data/a", "data/b", "other");
        Assert.Equal("LifecycleVersionsNotAcknowledged", await bench.RefusalAsync(_ => second));
        Assert.Contains("4 old versions with 51 bytes and 3 delete markers", bench.LastMessage, StringComparison.Ordinal);
        Assert.Equal("LifecycleVersionsNotAcknowledged", await bench.RefusalAsync(_ => second with { AcknowledgedVersions = 3 }));
        using (LifecycleBench narrow = await NarrowAsync())
            Assert.Equal("LifecyclePrefixTooWide", await narrow.RefusalAsync(_ => second with { Prefix = "" }));

        SourceLifecycleRule rule = await bench.SetAsync(_ => second with { AcknowledgedVersions = 4 });

        Assert.Equal(("ossmigration-bench-job.versions", 4L, 51L, bench.Summary.ComparisonId), (rule.RuleId, rule.Objects, rule.Bytes, rule.ComparisonId));
        Assert.Contains("<NoncurrentDays>1</NoncurrentDays>", rule.Xml, StringComparison.Ordinal);
        Assert.Contains("<ExpiredObjectDeleteMarker>true</ExpiredObjectDeleteMarker>", rule.Xml, StringComparison.Ordinal);
        Assert.Equal([LifecyclePhase.Objects, LifecyclePhase.NoncurrentVersions], (await bench.GetAsync()).Select(found => found.Phase!.Value));
        Assert.Equal([true, false], (await bench.GetAsync()).Select(found => found.IsDone!.Value));
        bench.Bench.Source.ClearVersions();
        Assert.Equal([true, true], (await bench.GetAsync()).Select(found => found.IsDone!.Value));
        Assert.Equal(2, (await bench.RemoveAsync()).Count);
        Assert.Null(bench.Document());

        static async Task<LifecycleBench> NarrowAsync()
        {
            LifecycleBench narrow = await LifecycleBench.CreateAsync(job => job with { Filter = new ObjectFilter { Prefix = "data/" } }, BucketVersioning.Suspended);
            await narrow.SetAsync();
            narrow.Time.SetUtcNow(LifecycleBench.Due);
            return narrow;
        }
    }

    [Fact]
    public async Task A_version_that_no_comparison_has_seen_is_not_deleted_for_good()
    {
        using LifecycleBench bench = await LifecycleBench.CreateAsync(versioning: BucketVersioning.Enabled);
        await bench.SetAsync();
        bench.Time.SetUtcNow(LifecycleBench.Due.AddHours(2));
        Hide(bench, "data/a", "data/b", "other");
        bench.Bench.Source.SeedVersion("zz-late", "marker", 0, LifecycleBench.Due, isDeleteMarker: true, isLatest: true);
        bench.Bench.Source.SeedVersion("zz-late", "v1", 5, LifecycleBench.Noon.AddHours(1));
        SourceLifecycleRequest second = new() { JobName = EngineBench.JobName, Phase = LifecyclePhase.NoncurrentVersions, AcknowledgedVersions = 5 };

        Assert.Equal("LifecycleLateWrites", await bench.RefusalAsync(_ => second));
        Assert.Contains("'zz-late'", bench.LastMessage, StringComparison.Ordinal);
        Assert.Equal(5, (await bench.PlanAsync(_ => second with { AcceptLateWrites = true })).Rule.Deletes.Objects);
    }

    [Fact]
    public async Task Without_versioning_there_is_no_second_step()
    {
        using LifecycleBench bench = await LifecycleBench.CreateAsync();
        await bench.SetAsync();

        Assert.Equal("LifecycleNotVersioned", await bench.RefusalAsync(_ => new SourceLifecycleRequest { JobName = EngineBench.JobName, Phase = LifecyclePhase.NoncurrentVersions }));
    }

    [Fact]
    public async Task A_listing_of_versions_that_goes_in_circles_is_caught()
    {
        using LifecycleBench bench = await LifecycleBench.CreateAsync(versioning: BucketVersioning.Enabled);
        CircularVersions lister = new();
        await using OpenedBucket bucket = OpenedBucket.ForReading(
            new EngineEnvironment { Stores = new MemoryStoreFactory(bench.Bench.Source, bench.Bench.Destination), Home = bench.Bench.Home }, EngineBench.JobOf().Source, null, SilentListener.Instance);

        StoreException error = await Assert.ThrowsAsync<StoreException>(() => VersionSurvey.TakeAsync(bucket, lister, "", default, CancellationToken.None));

        Assert.Equal(StoreErrorKind.Listing, error.Kind);
        Assert.InRange(lister.Pages, 1, 3);
    }

    // As S3 leaves it after the date rule: a marker on top, the object below, and one older version of data/a.
    private static void Hide(LifecycleBench bench, params string[] keys)
    {
        foreach (string key in keys)
        {
            MemoryObject found = bench.Bench.Source.Find(key)!;
            bench.Bench.Source.Remove(key);
            bench.Bench.Source.SeedVersion(key, "marker", 0, LifecycleBench.Due, isDeleteMarker: true, isLatest: true);
            bench.Bench.Source.SeedVersion(key, "v2", found.Content.Length, found.LastModified);
        }

        bench.Bench.Source.SeedVersion("data/a", "v1", 1, LifecycleBench.Noon.AddYears(-1));
    }

    private sealed class CircularVersions : IVersionLister
    {
        public int Pages { get; private set; }

        public Task<VersionPage> ListVersionPageAsync(string keyPrefix, VersionMarker? after, CancellationToken cancellationToken)
        {
            Pages++;
            return Task.FromResult(new VersionPage([new ObjectVersion("k", "v", true, false, 1, default)], new VersionMarker("k", "v")));
        }
    }
}
