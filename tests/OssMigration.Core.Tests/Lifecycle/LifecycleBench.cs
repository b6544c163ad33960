using System.Xml.Linq;
using Microsoft.Extensions.Time.Testing;
using OssMigration.Core.Jobs;
using OssMigration.Core.Lifecycle;
using OssMigration.Core.Reporting;
using OssMigration.Core.Stores;
using OssMigration.Core.Tests.Jobs;
using OssMigration.TestKit;
using Xunit;

namespace OssMigration.Core.Tests.Lifecycle;

/// <summary>A job that is migrated, cut over and compared at noon of 10 January 2030, with a clock that a test moves.</summary>
internal sealed class LifecycleBench : IDisposable
{
    public static readonly DateTimeOffset Noon = new(2030, 1, 10, 12, 0, 0, TimeSpan.Zero);

    /// <summary>The first midnight on or after a day past <see cref="Noon"/>.</summary>
    public static readonly DateTimeOffset Due = new(2030, 1, 12, 0, 0, 0, TimeSpan.Zero);

    private static readonly string[] Keys = ["data/a", "data/b", "other"];

    private LifecycleBench(EngineBench engine, FakeTimeProvider time)
    {
        Bench = engine;
        Time = time;
    }

    public EngineBench Bench { get; }

    public FakeTimeProvider Time { get; }

    public ComparisonSummary Summary { get; set; } = null!;

    public SourceLifecycle Lifecycle => new(new EngineEnvironment
    {
        Home = Bench.Home,
        Stores = new MemoryStoreFactory(Bench.FaultySource, Bench.FaultyDestination),
        Time = Time,
        Random = new Random(1),
        Retry = new RetryOptions { BaseDelay = TimeSpan.Zero },
    });

    public static async Task<LifecycleBench> CreateAsync(
        Func<MigrationJob, MigrationJob>? change = null, BucketVersioning versioning = BucketVersioning.Off, ETagStyle etags = ETagStyle.Md5, BucketVersioning destination = BucketVersioning.Off)
    {
        FakeTimeProvider time = new(Noon.AddHours(-2));
        LifecycleBench bench = new(
            new EngineBench(new MemoryStoreOptions { Versioning = versioning, Time = time, ETagStyle = etags }, new MemoryStoreOptions { Versioning = destination, Time = time }, time), time);
        foreach (string key in Keys)
            bench.Bench.Source.Seed(key, $"content of {key}");
        bench.Bench.Create(change);
        time.Advance(TimeSpan.FromMinutes(1));
        await bench.Bench.RunAsync();
        bench.Bench.Engine.SetJob(EngineBench.JobName, new JobChanges { CutoverTime = Noon.AddHours(-1) });
        time.SetUtcNow(Noon);
        await bench.CompareAsync();
        return bench;
    }

    public async Task CompareAsync(ComparisonLevel level = ComparisonLevel.Checksum) => Summary = (await Bench.CompareAsync(level)).Summary;

    public SourceLifecycleRequest Request() => new() { JobName = EngineBench.JobName, Comparison = ComparisonClaim.Of(Summary) };

    public Task<SourceLifecyclePlan> PlanAsync(Func<SourceLifecycleRequest, SourceLifecycleRequest>? change = null)
        => Lifecycle.PlanAsync((change ?? (same => same))(Request()), Bench.Listener, CancellationToken.None);

    public async Task<SourceLifecycleRule> SetAsync(Func<SourceLifecycleRequest, SourceLifecycleRequest>? change = null)
        => await Lifecycle.ApplyAsync(await PlanAsync(change), Bench.Listener, CancellationToken.None);

    public async Task<string> RefusalAsync(Func<SourceLifecycleRequest, SourceLifecycleRequest>? change = null)
    {
        BucketDocument? before = Document();
        RefusedException refusal = await Assert.ThrowsAsync<RefusedException>(() => SetAsync(change));
        Assert.True(DocumentMeaning.IsSame(before, Document()));
        Assert.Contains(refusal.Mend!, refusal.Message, StringComparison.Ordinal);
        LastMessage = refusal.Message;
        return refusal.ErrorId;
    }

    /// <summary>What the last refusal said.</summary>
    public string LastMessage { get; private set; } = "";

    public Task<IReadOnlyList<SourceLifecycleRule>> GetAsync(bool all = false, bool late = false)
        => Lifecycle.GetAsync(new SourceLifecycleQuery { JobName = EngineBench.JobName, IncludesOthers = all, ChecksLateWrites = late }, Bench.Listener, CancellationToken.None);

    public Task<IReadOnlyList<SourceLifecycleRule>> RemoveAsync()
        => Lifecycle.RemoveAsync(new SourceLifecycleQuery { JobName = EngineBench.JobName }, Bench.Listener, CancellationToken.None);

    public BucketDocument? Document() => Bench.Source.FindDocument(BucketDocumentKind.Lifecycle);

    public void Seed(string rules, string? header = null) => Bench.Source.SeedDocument(BucketDocumentKind.Lifecycle, Parse(rules, header));

    public static BucketDocument Parse(string rules, string? header = null) => new(
        XElement.Parse($"<LifecycleConfiguration xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">{rules}</LifecycleConfiguration>", LoadOptions.PreserveWhitespace),
        header is null ? new Dictionary<string, string>() : new Dictionary<string, string> { ["x-amz-transition-default-minimum-object-size"] = header });

    public void Dispose() => Bench.Dispose();
}
