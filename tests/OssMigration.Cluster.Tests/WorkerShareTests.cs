using Microsoft.Extensions.Time.Testing;
using OssMigration.Core.Jobs;
using OssMigration.Core.Slices;
using OssMigration.Core.Stores;
using OssMigration.Core.Throttling;
using Xunit;

namespace OssMigration.Cluster.Tests;

/// <summary>Shares follow the workers that are there, and a worker keeps to its own.</summary>
public sealed class WorkerShareTests
{
    private const string Name = "me";

    private readonly FakeTimeProvider _time = new();
    private readonly List<RateLimits> _obeyed = [];

    [Fact]
    public void Shares_follow_the_number_of_live_workers()
    {
        WorkerTable table = new("job", _time);
        WorkerShares shares = new(table, _time);
        RateLimits limits = new() { BytesPerSecond = 1_000_000, ObjectsPerSecond = 10 };
        Dictionary<string, Share> current = [];

        Tell("a");
        Assert.Equal(new Share(1_000_000, 10), current["a"]);

        Tell("a", "b");
        Tell("a", "b");
        Tell("a", "b");
        Assert.Equal(new Share(500_000, 5), current["a"]);
        Assert.Equal(new Share(500_000, 5), current["b"]);

        // B is cut off: nobody gets its share before it must have stopped.
        _time.Advance(WorkerTable.LostAfter / 2);
        Tell("a");
        Assert.Equal(new Share(500_000, 5), current["a"]);
        _time.Advance(WorkerTable.LostAfter / 2);
        Tell("a");
        Assert.Equal(new Share(1_000_000, 10), current["a"]);

        void Tell(params string[] workers)
        {
            foreach (string worker in workers)
                table.Hear(PresenceOf(worker, current.GetValueOrDefault(worker) ?? Share.Nothing));
            _sequence++;
            IReadOnlyDictionary<string, Share> told = shares.Divide(limits, areOrdersWaiting: false, _sequence);
            foreach (string worker in workers)
                current[worker] = told[worker];
        }
    }

    [Fact]
    public void A_worker_that_left_gives_its_share_up_at_once()
    {
        WorkerTable table = new("job", _time);
        WorkerShares shares = new(table, _time);
        table.Hear(PresenceOf("a", new Share(50, null)));
        table.Hear(PresenceOf("b", new Share(50, null)) with { State = WorkerState.Left });

        Assert.Equal(new Share(100, null), Assert.Single(shares.Divide(new RateLimits { BytesPerSecond = 100 }, areOrdersWaiting: false, sequence: 1)).Value);
    }

    [Fact]
    public void After_a_restart_of_the_coordinator_what_a_worker_that_is_not_heard_may_have_is_withheld_for_a_while()
    {
        WorkerTable table = new("job", _time);
        WorkerShares shares = new(table, _time) { AreResumed = true };
        RateLimits limits = new() { BytesPerSecond = 1_000_000 };

        table.Hear(PresenceOf("a", new Share(500_000, null)));
        Assert.Equal(500_000, shares.Divide(limits, areOrdersWaiting: false, 1)["a"].BytesPerSecond);

        _time.Advance(WorkerTable.LostAfter);
        table.Hear(PresenceOf("a", new Share(500_000, null)));
        Assert.Equal(1_000_000, shares.Divide(limits, areOrdersWaiting: false, 2)["a"].BytesPerSecond);
    }

    [Fact]
    public void A_worker_whose_coordinator_is_silent_keeps_its_share()
    {
        WorkerShare share = new(_obeyed.Add, _time);
        share.Hear(StateOf(new RateLimits { BytesPerSecond = 3_000_000 }, new Share(1_000_000, null)), Name);

        for (int second = 0; second < 120; second++)
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            share.HearEcho();
            share.Watch();
        }

        Assert.Equal([new RateLimits { BytesPerSecond = 1_000_000 }], _obeyed);
        Assert.False(share.IsNothing);
    }

    [Fact]
    public void A_worker_that_hears_nothing_takes_nothing_before_its_share_goes_to_others_and_its_share_again_when_it_hears()
    {
        WorkerShare share = new(_obeyed.Add, _time);
        share.Hear(StateOf(new RateLimits { BytesPerSecond = 3_000_000 }, new Share(1_000_000, null)), Name);
        _time.Advance(WorkerShare.CutOffAfter - TimeSpan.FromSeconds(1));
        share.Watch();
        Assert.False(share.IsNothing);

        _time.Advance(TimeSpan.FromSeconds(1));
        share.Watch();
        Assert.True(share.IsNothing);
        Assert.True(_obeyed[^1].IsPaused);
        Assert.Equal(RateLimits.LowestBytesPerSecond, _obeyed[^2].BytesPerSecond);
        Assert.True(WorkerShare.CutOffAfter + TimeSpan.FromSeconds(2) < WorkerTable.LostAfter);

        share.HearEcho();
        Assert.False(share.IsNothing);
        Assert.Equal(new RateLimits { BytesPerSecond = 1_000_000 }, _obeyed[^1]);
    }

    [Fact]
    public void A_worker_without_a_share_waits_where_there_is_a_limit_and_not_where_there_is_none()
    {
        WorkerShare share = new(_obeyed.Add, _time);
        share.Hear(StateOf(new RateLimits { ObjectsPerSecond = 5 }, share: null), Name);
        Assert.True(share.IsNothing);
        Assert.True(_obeyed[^1].IsPaused);

        share.Hear(StateOf(RateLimits.None, share: null), Name);
        Assert.False(share.IsNothing);
        Assert.Equal(RateLimits.None, _obeyed[^1]);
    }

    [Fact]
    public void A_pause_of_the_timetable_pauses_a_worker()
    {
        WorkerShare share = new(_obeyed.Add, _time);
        share.Hear(StateOf(new RateLimits { IsPaused = true }, share: null), Name);

        Assert.Equal([new RateLimits { IsPaused = true }], _obeyed);
    }

    private long _sequence;

    private Presence PresenceOf(string worker, Share share) => new()
    {
        Worker = worker,
        Host = "host",
        ProcessId = 1,
        Version = EngineVersion.Current,
        StartedAt = _time.GetUtcNow(),
        State = WorkerState.Working,
        Busy = new Dictionary<int, long> { [worker[0]] = 1 },
        Applied = _sequence,
        Share = share,
    };

    private State StateOf(RateLimits limits, Share? share) => new()
    {
        Sequence = ++_sequence,
        Version = EngineVersion.Current,
        Host = "host",
        Now = _time.GetUtcNow(),
        Shared = new SharedState
        {
            Job = new MigrationJob { Name = "job", Source = Address("s3"), Destination = Address("oss") },
            Run = 1,
            Limits = limits,
            Cuts = new Dictionary<int, string>(),
            Generations = new Dictionary<int, long>(),
        },
        Shares = share is null ? new Dictionary<string, Share>() : new Dictionary<string, Share> { [Name] = share },
    };

    private static StoreAddress Address(string scheme) => new() { Scheme = scheme, Bucket = "bucket" };
}
