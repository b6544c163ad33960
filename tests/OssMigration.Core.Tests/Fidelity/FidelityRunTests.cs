using OssMigration.Core.Fidelity;
using OssMigration.Core.Jobs;
using OssMigration.Core.Journal;
using OssMigration.Core.Reporting;
using OssMigration.Core.Stores;
using OssMigration.Core.Tests.Jobs;
using OssMigration.TestKit;
using Xunit;

namespace OssMigration.Core.Tests.Fidelity;

/// <summary>The rules at work: in a run, in its forecast, in the journal.</summary>
public sealed class FidelityRunTests
{
    private static readonly FidelityPolicy Everything = new() { CopyTags = true, CopyAcls = true };
    private static readonly AccessList PublicRead = new(null, [new AccessGrant(GranteeKind.Owner, "FULL_CONTROL"), new AccessGrant(GranteeKind.Everyone, "READ")]);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Nothing_is_asked_for_that_the_job_does_not_copy()
    {
        using EngineBench bench = Awkward();
        bench.Create();

        MigrationReport report = await bench.RunAsync(cancellationToken: Token);

        Assert.Equal(RunStatus.Complete, report.Status);
        Assert.Equal((0L, 0L), (bench.Source.Counters[StoreOperation.ReadTags], bench.Source.Counters[StoreOperation.ReadAccess]));
        Assert.Empty(bench.Destination.Find("tagged")!.Tags);
        Assert.Equal("IA", bench.Destination.Find("cold")!.StorageClass);
        Assert.Equal(new ObjectCount(1, 1), Total(report, FidelityAspect.Tags, FidelityEffect.Dropped).Happened);
    }

    [Theory]
    [InlineData(32 << 20)]
    [InlineData(1 << 20)]
    public async Task Tags_are_asked_for_where_the_object_says_it_has_some_and_travel_with_it_in_one_request_or_in_parts(int singlePutLimit)
    {
        using EngineBench bench = Awkward();
        bench.Source.Seed("large", EngineBench.Noise(3 << 20));
        bench.Source.Change("large", found => found with { Tags = [new("team", "red")], StorageClass = "GLACIER_IR", Access = PublicRead });
        bench.Create(job => job with { Fidelity = Everything, SinglePutLimit = singlePutLimit, PartSize = 1 << 20 });

        MigrationReport report = await bench.RunAsync(cancellationToken: Token);

        Assert.Equal(RunStatus.Complete, report.Status);
        Assert.Equal(["large", "tagged"], bench.SourceSpy.CountByKey(StoreOperation.ReadTags).Keys.Order());
        Assert.Equal(bench.Source.Keys.Count, bench.SourceSpy.CountByKey(StoreOperation.ReadAccess).Count);
        MemoryObject large = bench.Destination.Find("large")!;
        Assert.Equal(("IA", "public-read", "red"), (large.StorageClass, large.Access.Canned, Assert.Single(large.Tags).Value));
        Assert.Equal("private", bench.Destination.Find("plain")!.Access.Canned);
    }

    [Fact]
    public async Task The_forecast_of_headers_is_what_happens()
    {
        using EngineBench bench = Awkward();
        bench.Create(job => job with { Fidelity = Everything with { Actions = new Dictionary<FidelityAspect, UnfitAction> { [FidelityAspect.Retention] = UnfitAction.Refuse } } });

        (FidelityForecast forecast, IReadOnlyList<FidelityForecastItem> items) = await ForecastAsync(bench, readsHeaders: true);
        Assert.Empty(bench.Destination.Keys);
        MigrationReport report = await bench.RunAsync(cancellationToken: Token);

        Assert.All(report.Fidelity!, total => Assert.Equal(total.Foreseen, total.Happened));
        Assert.Equal((report.Copied, report.Unsupported, report.NeedsRestore), (forecast.Copied, forecast.Unsupported, forecast.NeedsRestore));
        Assert.Equal(new ObjectCount(1, 1), Total(report, FidelityAspect.Retention, FidelityEffect.Refused).Happened);
        Assert.Equal(
            items.OrderBy(item => item.Key, KeyOrder.Instance).Select(item => (item.Key, item.Reason)),
            bench.Engine.GetChangedObjects(EngineBench.JobName, run: null).Select(changed => (changed.Key, string.Join(" ", changed.Findings.Select(finding => $"{finding.Aspect}: {finding.Reason}")))));
    }

    [Fact]
    public async Task A_forecast_of_the_listing_reads_no_headers_and_tells_keys_and_classes_only()
    {
        using EngineBench bench = Awkward();
        bench.Create();

        (FidelityForecast forecast, _) = await ForecastAsync(bench, readsHeaders: false);
        long heads = bench.Source.Counters[StoreOperation.Head];
        MigrationReport report = await bench.RunAsync(cancellationToken: Token);

        Assert.Equal(0, heads);
        Assert.Equal([FidelityAspect.StorageClass], forecast.Totals.Select(total => total.Aspect).Distinct());
        Assert.Null(Total(report, FidelityAspect.ContentType, FidelityEffect.Carried).Foreseen);
        FidelityTotal carried = Total(report, FidelityAspect.StorageClass, FidelityEffect.Carried);
        Assert.Equal(carried.Happened, carried.Foreseen);
    }

    [Fact]
    public async Task What_the_job_refuses_is_unsupported_and_neither_written_nor_left_half_way()
    {
        using EngineBench bench = new();
        bench.Source.Seed("locked", EngineBench.Noise(3 << 20));
        bench.Source.Change("locked", found => found with { Traits = new ObjectTraits { Retention = "legal hold" } });
        bench.CreateForParts(job => job with { Fidelity = new FidelityPolicy { Actions = new Dictionary<FidelityAspect, UnfitAction> { [FidelityAspect.Retention] = UnfitAction.Refuse } } });

        MigrationReport report = await bench.RunAsync(cancellationToken: Token);

        Assert.Equal((RunStatus.CompleteWithExceptions, 1L), (report.Status, report.Unsupported.Objects));
        MigrationItem item = Assert.Single(bench.Items());
        Assert.Equal((MigrationItemState.Unsupported, "NotTranslatable"), (item.State, item.ErrorKind));
        Assert.Equal((0L, 0L), (bench.Destination.Counters[StoreOperation.Initiate], bench.Destination.Counters[StoreOperation.Put]));
        using JournalReader journal = bench.Journal();
        Assert.Empty(journal.Uploads());
    }

    [Fact]
    public async Task An_object_whose_tags_may_not_be_read_fails_and_is_not_written_without_them()
    {
        using EngineBench bench = Awkward();
        bench.Create(job => job with { Fidelity = Everything });
        bench.FaultySource.Plan(StoreOperation.ReadTags, Fault.Throw(StoreErrorKind.AccessDenied), "tagged");

        MigrationReport report = await bench.RunAsync(cancellationToken: Token);

        Assert.Equal((1L, "AccessDenied"), (report.Failed.Objects, Assert.Single(bench.Items()).ErrorKind));
        Assert.Null(bench.Destination.Find("tagged"));
        bench.FaultySource.VerifyAllFaultsFired();
    }

    [Fact]
    public async Task Metadata_of_mirrored_objects_are_put_right_in_the_form_that_the_destination_takes()
    {
        using EngineBench bench = new();
        bench.Source.Seed("k", [1, 2, 3], new ObjectMetadata { ContentType = "text/x-own", User = new Dictionary<string, string> { ["my_name"] = "v" } });
        bench.Source.Change("k", found => found with { Tags = [new("team", "red")], StorageClass = "STANDARD_IA" });
        bench.Destination.Seed("k", [1, 2, 3], new ObjectMetadata { ContentType = "text/x-own" });
        bench.Create(job => job with { RepairMetadata = true, Fidelity = new FidelityPolicy { CopyTags = true } });

        MigrationReport report = await bench.RunAsync(cancellationToken: Token);

        Assert.Equal((1L, 0L), (report.MetadataRepaired.Objects, report.Copied.Objects));
        MemoryObject repaired = bench.Destination.Find("k")!;
        Assert.Equal("v", repaired.Metadata.User["my-name"]);
    }

    [Fact]
    public void The_policy_is_part_of_the_fingerprint_and_the_default_one_is_none()
    {
        MigrationJob job = EngineBench.JobOf();

        Assert.Equal(job.Fingerprint, (job with { Fidelity = new FidelityPolicy() }).Fingerprint);
        Assert.NotEqual(job.Fingerprint, (job with { Fidelity = Everything }).Fingerprint);
        FidelityPolicy one = new() { StorageClasses = new Dictionary<string, string> { ["A"] = "IA", ["B"] = "Archive" } };
        FidelityPolicy other = new() { StorageClasses = new Dictionary<string, string> { ["B"] = "Archive", ["A"] = "IA" } };
        Assert.Equal((job with { Fidelity = one }).Fingerprint, (job with { Fidelity = other }).Fingerprint);
    }

    [Fact]
    public async Task A_journal_of_version_3_is_brought_forward()
    {
        using EngineBench bench = new();
        bench.Source.Seed("k", "x");
        bench.Create();
        await bench.RunAsync(cancellationToken: Token);
        bench.Tamper("DROP TABLE fidelity; DROP TABLE arrived; DROP TABLE changes; UPDATE meta SET value = '3' WHERE name = 'schema'");
        bench.Source.Seed("l", "y");

        MigrationReport second = await bench.RunAsync(cancellationToken: Token);

        Assert.Equal((RunStatus.Complete, 1L), (second.Status, second.Copied.Objects));
        Assert.Equal(1, Total(second, FidelityAspect.ContentType, FidelityEffect.Carried).Happened.Objects);
    }

    private static EngineBench Awkward()
    {
        EngineBench bench = new();
        bench.Source.Seed("plain", "x");
        bench.Source.Seed("renamed", [1], new ObjectMetadata { ContentType = "text/plain", User = new Dictionary<string, string> { ["my_name"] = "\u00e9" } });
        bench.Source.Seed("tagged", "x");
        bench.Source.Change("tagged", found => found with { Tags = [new("team", "red"), new("mail", "a@b")] });
        bench.Source.Seed("cold", "x");
        bench.Source.Change("cold", found => found with { StorageClass = "STANDARD_IA" });
        bench.Source.Seed("locked", "x");
        bench.Source.Change("locked", found => found with { Traits = new ObjectTraits { Retention = "legal hold" }, Access = new AccessList(null, [new AccessGrant(GranteeKind.Other, "READ")]) });
        return bench;
    }

    private static async Task<(FidelityForecast Forecast, IReadOnlyList<FidelityForecastItem> Items)> ForecastAsync(EngineBench bench, bool readsHeaders)
    {
        FidelityForecaster forecaster = bench.Engine.Foresee(new FidelityForecastRequest { JobName = EngineBench.JobName, ReadsHeaders = readsHeaders }, bench.Listener);
        List<FidelityForecastItem> items = [];
        await foreach (FidelityForecastItem item in forecaster.ItemsAsync(Token))
            items.Add(item);
        return (forecaster.Forecast!, items);
    }

    private static FidelityTotal Total(MigrationReport report, FidelityAspect aspect, FidelityEffect effect)
        => Assert.Single(report.Fidelity!, total => total.Aspect == aspect && total.Effect == effect);
}
