using System.Collections.Concurrent;
using OssMigration.Core.Jobs;
using OssMigration.Core.Lifecycle;
using OssMigration.Core.Reporting;
using OssMigration.Core.Stores;
using OssMigration.Core.Tests.Jobs;
using OssMigration.TestKit;
using Xunit;

namespace OssMigration.Core.Tests.Model;

/// <summary>Plays a scenario on the engine, and holds what comes of it against the truth after each run and at the end.</summary>
internal sealed class MoveModel : IDisposable
{
    private static readonly DateTimeOffset LongAgo = new(2001, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly StoreErrorKind[] Refusals = [StoreErrorKind.ServerError, StoreErrorKind.Network, StoreErrorKind.Throttled, StoreErrorKind.AccessDenied];

    private readonly object _gate = new();
    private readonly EngineBench _bench;
    private readonly MoveTruth _truth;
    private readonly MoveScenario _scenario;
    private readonly ConcurrentDictionary<string, int> _happened;

    private List<(Moment At, Event Event)> _plan = [];
    private int _calls;
    private string? _snapshot;
    private bool _wasDenied;

    public MoveModel(MoveScenario scenario, ConcurrentDictionary<string, int> happened)
    {
        _scenario = scenario;
        _happened = happened;
        _bench = new EngineBench(new MemoryStoreOptions { PageSize = scenario.PageSize, ETagStyle = scenario.Style }, new MemoryStoreOptions { PageSize = scenario.PageSize });
        _truth = new MoveTruth(_bench);
        _bench.CreateForParts(job => job with { Concurrency = scenario.Concurrency });
        _bench.SourceSpy.Before = _bench.DestinationSpy.Before = (operation, _, _) => Call(operation, isDone: false);
        _bench.SourceSpy.After = _bench.DestinationSpy.After = (operation, _, _) => Call(operation, isDone: true);
    }

    /// <summary>Plays it.</summary>
    public async Task PlayAsync()
    {
        foreach (Event happens in _scenario.Before)
            Happen(happens);
        foreach (Stretch stretch in _scenario.Stretches)
        {
            await RunAsync(stretch.During, stretch.Removes && !_truth.IsAfterCutover);
            foreach (Event happens in stretch.After)
                Happen(happens);
            if (stretch.CutsOver && !_truth.IsAfterCutover)
                CutOver();
        }

        // From here on nothing changes and nothing fails. The first of these may finish one that was broken off, which looks only at what lies ahead.
        MigrationReport? last = null;
        for (int i = 0; i < 3; i++)
            last = await RunAsync([], removes: false);
        await AssertEndAsync(last);
    }

    public void Dispose()
    {
        _bench.FaultySource.Withdraw();
        _bench.FaultyDestination.Withdraw();
        _bench.Dispose();
    }

    private async Task<MigrationReport?> RunAsync(IReadOnlyList<(Moment At, Event Event)> during, bool removes)
    {
        _plan = [.. during];
        _calls = 0;
        _truth.BeginRun(removes);
        MigrationReport? report = null;
        try
        {
            report = await _bench.RunAsync(options: new RunOptions { RemoveDeleted = removes, MaximumRemoved = removes ? MoveScenario.Keys.Length : null });
        }
        catch (Exception) when (_snapshot is not null)
        {
            // The process is dead, whatever it said last.
        }
        catch (StoreException error) when (Refusals.Contains(error.Kind) || error.Kind == StoreErrorKind.Listing)
        {
            Count($"run ended by {error.Kind}");
        }

        _plan.Clear();
        _bench.FaultySource.Withdraw();
        _bench.FaultyDestination.Withdraw();
        if (_snapshot is not null)
        {
            _bench.MoveTo(_snapshot);
            _snapshot = null;
            report = null;
        }

        if (report is { Status: not RunStatus.Incomplete })
        {
            if (report.Removed.Objects > 0)
                Count("runs that removed");
            Assert.True(report.Reconciled, $"Listed {report.Listed}, outcomes {report.Outcomes}.");
            _truth.EndRun(_bench.Engine.GetItems(EngineBench.JobName, report.Run, MigrationItemState.Failed).Select(item => item.Key));
        }

        _truth.AssertNothingIsLost();
        return report;
    }

    // A call of either store, before it is done or after.
    private ValueTask Call(StoreOperation operation, bool isDone)
    {
        lock (_gate)
        {
            if (_snapshot is not null)
                throw new KilledException();
            if (!isDone)
                _calls++;
            while (_plan.FindIndex(next => IsNow(next.At, operation) && Fits(next.Event, isDone)) is var index and >= 0)
            {
                (Moment at, Event happens) = _plan[index];
                _plan.RemoveAt(index);
                if (happens is Event.Fails { Times: > 1 } fails)
                    _plan.Add((at, fails with { Times = fails.Times - 1 }));
                Happen(happens);
                if (_snapshot is not null)
                    throw new KilledException();
            }
        }

        return default;
    }

    private bool IsNow(Moment at, StoreOperation operation) => at.Call <= _calls && (at.Operation ?? operation) == operation;

    private static bool Fits(Event happens, bool isDone) => happens switch
    {
        // What is not permitted is not done.
        Event.Fails fails => (fails.WhenDone && Refusals[fails.Kind] != StoreErrorKind.AccessDenied) == isDone,
        Event.Kill kill => kill.WhenDone == isDone,
        _ => true,
    };

    private void Happen(Event happens)
    {
        lock (_gate)
        {
            Count(happens.GetType().Name);
            switch (happens)
            {
                case Event.SourceWrites(int key, int size, int content):
                    _truth.SourceWrites(MoveScenario.Keys[key], EngineBench.Noise(size, content));
                    break;
                case Event.SourceDeletes(int key):
                    _truth.SourceDeletes(MoveScenario.Keys[key]);
                    break;
                case Event.UserWrites(int key, int size, int content):
                    _truth.UserWrites(MoveScenario.Keys[key], EngineBench.Noise(size, content));
                    break;
                case Event.UserDeletes(int key):
                    _truth.UserDeletes(MoveScenario.Keys[key]);
                    break;
                case Event.UploadsExpire:
                    _bench.Destination.ExpireUploads();
                    break;
                case Event.Kill:
                    _snapshot = _bench.TakeSnapshot();
                    break;
                case Event.Fails(int kind, _, _):
                    _wasDenied |= Refusals[kind] == StoreErrorKind.AccessDenied;
                    throw new StoreException(Refusals[kind], "model", "Refused by the scenario.");
                case Event.Spoils spoils:
                    Spoil(spoils);
                    break;
            }
        }
    }

    private void Spoil(Event.Spoils spoils)
    {
        (FaultyStore store, StoreOperation operation, Fault fault, string? key) = spoils.Kind switch
        {
            0 => (_bench.FaultySource, StoreOperation.List, Fault.ShortPage(1), null),
            1 => (_bench.FaultySource, StoreOperation.List, Fault.EmptyPage(), null),
            2 => (_bench.FaultySource, StoreOperation.List, Fault.RepeatPage(), null),
            3 => (_bench.FaultySource, StoreOperation.List, Fault.UnorderedPage(), null),
            4 => (_bench.FaultyDestination, StoreOperation.List, Fault.ShortPage(1), null),
            5 => (_bench.FaultySource, StoreOperation.Read, Fault.CutBody(spoils.At), null),
            6 => (_bench.FaultyDestination, StoreOperation.UploadPart, Fault.FlipByte(), null),
            7 => (_bench.FaultyDestination, StoreOperation.Put, Fault.LoseAnswer(), null),
            _ => (_bench.FaultySource, StoreOperation.Read, Fault.FlipByte(spoils.At), (string?)MoveScenario.Keys[spoils.Key]),
        };

        // What was spoiled before it came here shows where the ETag is the MD5 of the whole only.
        if (key is null || (_scenario.Style == ETagStyle.Md5 && MoveScenario.IsAlwaysSmall(spoils.Key)))
            store.Plan(operation, fault, key);
    }

    private void CutOver()
    {
        _bench.Engine.SetJob(EngineBench.JobName, new JobChanges { CutoverTime = LongAgo });
        _truth.CutOver();
    }

    private async Task AssertEndAsync(MigrationReport? last)
    {
        Assert.True(last is { Reconciled: true, Status: not RunStatus.Incomplete }, $"The last run: {last?.Status}, {last?.Reason}");
        _truth.AssertEnd(_bench.Engine.GetItems(EngineBench.JobName, last!.Run, state: null).ToDictionary(item => item.Key));
        (IReadOnlyList<ComparisonItem> items, ComparisonSummary summary) = await _bench.CompareAsync(includeSame: true);
        Assert.True(summary.IsComplete);
        _truth.AssertTold(items);
        if (_truth.IsAfterCutover)
        {
            await AssertCleanUpAsync(items, summary);
        }
        else
        {
            Assert.Equal(RunStatus.Complete, last.Status);
            Assert.Equal(_bench.Source.Keys.Count, summary.Same.Objects);
            if (!_wasDenied)
                Assert.Equal(0, _bench.Destination.OpenUploads);
        }

        Count(_truth.IsAfterCutover ? "moves after cut-over" : "moves before cut-over");
    }

    // The source may be deleted only where each of its objects is at the destination, or the business overwrote or deleted it there.
    private async Task AssertCleanUpAsync(IReadOnlyList<ComparisonItem> items, ComparisonSummary summary)
    {
        SourceLifecycle lifecycle = new(new EngineEnvironment
        {
            Home = _bench.Home,
            Stores = new MemoryStoreFactory(_bench.FaultySource, _bench.FaultyDestination),
            Time = TimeProvider.System,
            Random = new Random(1),
            Retry = new RetryOptions { BaseDelay = TimeSpan.Zero },
        });
        bool isProved = items.All(item => item.Status is ComparisonStatus.Same or ComparisonStatus.DestinationOnly or ComparisonStatus.Superseded or ComparisonStatus.DeletedAtDestination);
        try
        {
            await lifecycle.PlanAsync(
                new SourceLifecycleRequest { JobName = EngineBench.JobName, Comparison = ComparisonClaim.Of(summary), AcceptSuperseded = true }, _bench.Listener, CancellationToken.None);
            Assert.True(isProved, "The clean-up was allowed without proof.");
            Count("clean-ups allowed");
        }
        catch (RefusedException)
        {
            Count("clean-ups refused");
        }
    }

    private void Count(string what) => _happened.AddOrUpdate(what, 1, static (_, count) => count + 1);
}
