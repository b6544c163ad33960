using OssMigration.Core.Jobs;
using OssMigration.Core.Lifecycle;
using OssMigration.Core.Reporting;
using OssMigration.Core.Tests.Jobs;
using OssMigration.TestKit;
using Xunit;

namespace OssMigration.Core.Tests.Versions;

/// <summary>Of a source whose histories were copied nothing is deleted for good that was not settled.</summary>
public sealed class HistorySurveyTests
{
    [Fact]
    public async Task The_markers_of_the_date_rule_are_its_own_and_any_other_version_is_not_settled()
    {
        using EngineBench bench = HistoryBench.Make();
        bench.Source.SeedHistory("a", HistoryBench.FiveVersions);
        bench.Source.SeedHistory("b", "one", "two");
        bench.CreateForHistories();
        await bench.RunAsync(cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal((0L, 1L, 3L), await SurveyAsync(bench, isRuleDone: false));
        Assert.Equal((await bench.CompareAsync()).Summary.SourceFingerprint, (await TakeAsync(bench, isRuleDone: false)).Fingerprint);

        bench.Source.SeedDeleteMarker("a");
        bench.Source.SeedDeleteMarker("b");
        Assert.Equal(2, (await SurveyAsync(bench, isRuleDone: false)).Unsettled);
        Assert.Equal((0L, 0L, 0L), await SurveyAsync(bench, isRuleDone: true));

        bench.Source.SeedHistory("b", "late", null);
        Assert.Equal(1, (await SurveyAsync(bench, isRuleDone: true)).Unsettled);
    }

    private static async Task<(long Unsettled, long Covered, long Bytes)> SurveyAsync(EngineBench bench, bool isRuleDone)
    {
        SourceSurvey survey = await TakeAsync(bench, isRuleDone);
        return (survey.Unsettled.Objects, survey.Covered.Objects, survey.Covered.Bytes);
    }

    private static async Task<SourceSurvey> TakeAsync(EngineBench bench, bool isRuleDone)
    {
        EngineEnvironment environment = new() { Home = bench.Home, Stores = new MemoryStoreFactory(bench.Source, bench.Destination) };
        await using OpenedBucket bucket = OpenedBucket.ForReading(environment, EngineBench.JobOf().Source, credential: null, SilentListener.Instance);
        return await SourceSurvey.TakeAsync(
            environment, new JobFolder(bench.Home, EngineBench.JobName), bench.Engine.GetJob(EngineBench.JobName).Job, bucket.Histories!, "", isRuleDone, TestContext.Current.CancellationToken);
    }
}
