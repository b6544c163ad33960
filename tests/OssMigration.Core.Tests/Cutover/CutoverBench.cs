using Microsoft.Extensions.Time.Testing;
using OssMigration.Core.Cutover;
using OssMigration.Core.Jobs;
using OssMigration.Core.Mirroring;
using OssMigration.Core.Reporting;
using OssMigration.Core.Stores;
using OssMigration.Core.Tests.Jobs;
using OssMigration.TestKit;
using Xunit;

namespace OssMigration.Core.Tests.Cutover;

/// <summary>A migrated job on a clock that stands still unless a test moves it, with a mirror that a test scripts.</summary>
internal sealed class CutoverBench : IDisposable
{
    private readonly EngineEnvironment _environment;

    public CutoverBench(MemoryStoreOptions? source = null, MemoryStoreOptions? destination = null)
    {
        Mirror = new ScriptedMirror(Time);
        Jobs = new EngineBench(source, destination, Time);
        _environment = new EngineEnvironment
        {
            Home = Jobs.Home,
            Stores = new MemoryStoreFactory(Jobs.FaultySource, Jobs.FaultyDestination),
            Time = Time,
            Random = new Random(2),
            Retry = new RetryOptions { BaseDelay = TimeSpan.Zero },
        };
        foreach (string key in (string[])["a", "b", "c", "d"])
            Jobs.Source.Seed(key, $"content of {key}");
    }

    public WatchedClock Time { get; } = new(new DateTimeOffset(2026, 6, 1, 12, 0, 0, TimeSpan.Zero));

    public EngineBench Jobs { get; }

    public ScriptedMirror Mirror { get; }

    public DateTimeOffset Now => Time.GetUtcNow();

    public CutoverCheck Check => new(_environment, Mirror);

    public CutoverWait Wait => new(_environment, Check);

    public IReadOnlyList<ComparisonSummary> Comparisons => Jobs.Engine.GetComparisons(EngineBench.JobName);

    /// <summary>A bench whose job ran once; a minute later writes stop, and one new object is written after that.</summary>
    public static async Task<CutoverBench> ReadyAsync(MemoryStoreOptions? source = null, MemoryStoreOptions? destination = null)
    {
        CutoverBench bench = new(source, destination);
        bench.Jobs.Create();
        await bench.RunAsync();
        bench.StopWrites();
        bench.Jobs.Source.Seed("new", "not yet arrived");
        return bench;
    }

    /// <summary>What a user asks for once the writes have stopped.</summary>
    public CutoverRequest Request { get; private set; } = new() { JobName = EngineBench.JobName };

    public void StopWrites()
    {
        Time.Advance(TimeSpan.FromMinutes(1));
        Request = Request with { WritesStoppedAt = Now };
        Time.Advance(TimeSpan.FromMinutes(1));
    }

    public async Task<MigrationReport> RunAsync()
    {
        MigrationReport report = await Jobs.RunAsync(cancellationToken: TestContext.Current.CancellationToken);
        Time.Advance(TimeSpan.FromMinutes(1));
        return report;
    }

    public Task<CutoverReadiness> CheckAsync(Func<CutoverRequest, CutoverRequest>? change = null)
        => Check.CheckAsync((change ?? (same => same))(Request), Jobs.Listener, TestContext.Current.CancellationToken);

    public void Dispose() => Jobs.Dispose();
}

/// <summary>A clock that tells when somebody begins to wait for a certain time.</summary>
internal sealed class WatchedClock(DateTimeOffset start) : FakeTimeProvider(start)
{
    public TimeSpan Watched { get; set; }

    public SemaphoreSlim Waits { get; } = new(0);

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        ITimer timer = base.CreateTimer(callback, state, dueTime, period);
        if (dueTime == Watched)
            Waits.Release();
        return timer;
    }
}

/// <summary>A mirror that answers what a test says, and remembers what it was asked.</summary>
internal sealed class ScriptedMirror(TimeProvider time) : IMirrorTester
{
    public List<MirrorTestRequest> Requests { get; } = [];

    /// <summary>By default a named key is fetched, and without one there is nothing to fetch.</summary>
    public Func<MirrorTestRequest, MirrorTestCause> Answer { get; set; }
        = request => request.Key is null && !request.CreateProbe ? MirrorTestCause.NothingToFetch : MirrorTestCause.None;

    public Task<MirrorTest> TestAsync(MirrorTestRequest request, IRunListener listener, CancellationToken cancellationToken)
    {
        Requests.Add(request);
        return Task.FromResult(new MirrorTest { Cause = Answer(request), Message = "The mirror answered.", Key = request.Key, TestedAt = time.GetUtcNow() });
    }
}

internal static class CutoverAssert
{
    public static CutoverCondition On(this CutoverReadiness readiness, CutoverSubject subject)
        => Assert.Single(readiness.Conditions, condition => condition.Subject == subject);

    /// <summary>Exactly these conditions are open, and each says what to do.</summary>
    public static void AssertOpen(this CutoverReadiness readiness, params CutoverSubject[] subjects)
    {
        Assert.Equal(subjects, readiness.Open.Select(condition => condition.Subject));
        Assert.Equal(subjects.Length == 0, readiness.IsReady);
        Assert.All(readiness.Conditions, condition => Assert.NotEmpty(condition.Evidence));
    }
}
