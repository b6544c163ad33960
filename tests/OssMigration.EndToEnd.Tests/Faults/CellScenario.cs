using System.Xml.Linq;
using OssMigration.Core.Comparing;
using OssMigration.Core.Jobs;
using OssMigration.Core.Lifecycle;
using OssMigration.Core.Mirroring;
using OssMigration.Core.RemoteState;
using OssMigration.Core.Reporting;
using OssMigration.Core.Stores;
using OssMigration.TestKit;
using Xunit;

namespace OssMigration.EndToEnd.Tests.Faults;

/// <summary>What a user does in a cell, once with the fault and once more without it, and what came of it in a word or two.</summary>
internal sealed class CellScenario(CellBench bench, MatrixScenario scenario)
{
    /// <summary>The word for an end that is as good as without any fault.</summary>
    public const string Complete = "complete";

    private const string ForeignRule = "foreign rule";

    private SourceLifecycleRequest? _deletion;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private StateLocation State => new(bench.DestinationAddress with { Prefix = bench.PrefixOfState });

    /// <summary>What must be before the fault comes.</summary>
    public async Task PrepareAsync()
    {
        bench.Create();
        switch (scenario)
        {
            case MatrixScenario.Found:
                Assert.Equal(Complete, await RunAsync());
                bench.MoveToNewHome();
                bench.Create();
                break;
            case MatrixScenario.BegunTwice:
                bench.DestinationLine.Plan(LineFault.ResetAfter, asked => asked.Method == "POST" && asked.Has("uploads"), times: 1);
                break;
            case MatrixScenario.Website:
                await SetDocumentAsync(bench.Destination, BucketDocumentKind.Website, "<WebsiteConfiguration><IndexDocument><Suffix>home.html</Suffix></IndexDocument></WebsiteConfiguration>");
                break;
            case MatrixScenario.Lifecycle:
                await SetDocumentAsync(
                    bench.Source, BucketDocumentKind.Lifecycle,
                    $"<LifecycleConfiguration xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Rule><ID>{ForeignRule}</ID><Filter><Prefix>logs/</Prefix></Filter><Status>Enabled</Status><Expiration><Days>400</Days></Expiration></Rule></LifecycleConfiguration>");
                Assert.Equal(Complete, await RunAsync());
                bench.Engine.SetJob(CellBench.JobName, new JobChanges { CutoverTime = bench.Environment.Time.GetUtcNow() });
                _deletion = new SourceLifecycleRequest { JobName = CellBench.JobName, Comparison = ComparisonClaim.Of(await CompareAsync()) };
                break;
        }
    }

    /// <summary>Does it.</summary>
    public async Task<string> AttemptAsync()
    {
        try
        {
            return scenario switch
            {
                MatrixScenario.Website => await SetMirrorRuleAsync(),
                MatrixScenario.Lifecycle => await OrderDeletionAsync(),
                MatrixScenario.Snapshot => await RunWithStateAsync(),
                _ => await RunAsync(),
            };
        }
        catch (StoreException exception)
        {
            return $"stopped: {exception.Kind}";
        }
        catch (RefusedException exception)
        {
            return $"stopped: {exception.ErrorId}";
        }
    }

    private async Task<string> RunAsync(RunOptions? options = null)
    {
        MigrationEngine engine = bench.Engine;
        MigrationReport report = await engine.RunAsync(CellBench.JobName, options ?? new RunOptions(), SilentListener.Instance, Token);
        if (report.Status == RunStatus.Complete && report.Reconciled)
            return await bench.FindDifferenceAsync() ?? Complete;
        if (report.Status == RunStatus.Incomplete)
            return $"stopped: {report.Reason!.Split(':')[0]}";
        IEnumerable<string> kinds = engine.GetItems(CellBench.JobName, report.Run, null).Select(item => item.ErrorKind).Distinct().Order(StringComparer.Ordinal);
        return $"failed: {string.Join(", ", kinds)}";
    }

    private async Task<ComparisonSummary> CompareAsync()
    {
        IComparison comparison = bench.Engine.Compare(new ComparisonRequest { JobName = CellBench.JobName }, SilentListener.Instance);
        await foreach (ComparisonItem item in comparison.Items(Token))
            Assert.Fail($"{item.Key} is {item.Status}.");
        return comparison.Summary!;
    }

    private async Task<string> SetMirrorRuleAsync()
    {
        MirrorRules rules = new(bench.Environment);
        MirrorRuleChange change = new()
        {
            Destination = bench.DestinationAddress,
            Rule = new MirrorRule { Prefix = bench.Prefix, Origin = new Uri("http://127.0.0.1:9/") },
        };
        await rules.ApplyAsync(await rules.PlanSetAsync(change, null, SilentListener.Instance, Token), null, SilentListener.Instance, Token);
        XElement standing = await DocumentAsync(bench.Destination, BucketDocumentKind.Website);
        int set = standing.Descendants().Count(element => element.Name.LocalName == "RoutingRule");
        return set == 1 && standing.Value.Contains("home.html", StringComparison.Ordinal) ? Complete : $"{set} rules: {standing}";
    }

    private async Task<string> OrderDeletionAsync()
    {
        SourceLifecycle lifecycle = new(bench.Environment);
        await lifecycle.ApplyAsync(await lifecycle.PlanAsync(_deletion!, SilentListener.Instance, Token), SilentListener.Instance, Token);
        XElement standing = await DocumentAsync(bench.Source, BucketDocumentKind.Lifecycle);
        string[] ids = [.. standing.Descendants().Where(element => element.Name.LocalName == "ID").Select(id => id.Value).Order(StringComparer.Ordinal)];
        string[] expected = [ForeignRule, SourceLifecycle.RuleId(CellBench.JobName, LifecyclePhase.Objects)];
        return ids.SequenceEqual(expected) ? Complete : $"rules {string.Join(", ", ids)}";
    }

    private async Task<string> RunWithStateAsync()
    {
        string came;
        await using (KeptState state = await bench.Engine.OpenStateAsync(CellBench.JobName, State, SilentListener.Instance, Token))
            came = await RunAsync(new RunOptions { State = state });
        if (came != Complete)
            return came;

        // What another machine finds.
        JobStatus status = await bench.Engine.GetJobAsync(CellBench.JobName, State, SilentListener.Instance, Token);
        return status is { State: JobState.Finished, LastReport.Status: RunStatus.Complete } ? Complete : $"another machine finds {status.State}";
    }

    private static async Task SetDocumentAsync(IObjectStore store, BucketDocumentKind kind, string xml)
        => await ((IBucketDocuments)store).WriteDocumentAsync(kind, new BucketDocument(XElement.Parse(xml), new Dictionary<string, string>()), Token);

    private static async Task<XElement> DocumentAsync(IObjectStore store, BucketDocumentKind kind)
        => (await ((IBucketDocuments)store).ReadDocumentAsync(kind, Token))!.Root;
}
