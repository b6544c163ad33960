using OssMigration.Core.Throttling;

namespace OssMigration.Cluster;

/// <summary>
/// Keeps a worker to its share of the limits. While the coordinator is silent the last share holds; when not even the broker
/// is reached any more, the share may go to others, and this worker takes nothing. Thread-safe.
/// </summary>
/// <param name="obey">Takes up limits, at once.</param>
/// <param name="time">The clock.</param>
internal sealed class WorkerShare(Action<RateLimits> obey, TimeProvider time)
{
    /// <summary>After this time without a sign of the broker a worker takes nothing; before <see cref="WorkerTable.LostAfter"/> is over.</summary>
    public static readonly TimeSpan CutOffAfter = TimeSpan.FromSeconds(12);

    private readonly object _gate = new();
    private bool _isPaused;
    private bool _isCutOff;
    private long _heardAt = time.GetTimestamp();

    /// <summary>The newest state that is kept to.</summary>
    public long Applied { get; private set; }

    /// <summary>The share; null for no limit.</summary>
    public Share? Current { get; private set; }

    /// <summary>Whether nothing may be taken.</summary>
    public bool IsNothing
    {
        get
        {
            lock (_gate)
                return Current is { IsNothing: true } || _isCutOff;
        }
    }

    /// <summary>The coordinator told the shares.</summary>
    public void Hear(State state, string worker)
    {
        lock (_gate)
        {
            RateLimits limits = state.Shared.Limits;
            bool isLimited = limits.BytesPerSecond is not null || limits.ObjectsPerSecond is not null;
            _heardAt = time.GetTimestamp();
            _isPaused = limits.IsPaused;
            _isCutOff = false;
            Current = isLimited ? state.Shares.GetValueOrDefault(worker) ?? Share.Nothing : null;
            Apply();
            Applied = state.Sequence;
        }
    }

    /// <summary>The broker was heard.</summary>
    public void HearEcho()
    {
        lock (_gate)
        {
            _heardAt = time.GetTimestamp();
            if (!_isCutOff)
                return;
            _isCutOff = false;
            Apply();
        }
    }

    /// <summary>Looks whether the broker is still heard.</summary>
    public void Watch()
    {
        lock (_gate)
        {
            if (_isCutOff || Current is null || time.GetElapsedTime(_heardAt) < CutOffAfter)
                return;
            _isCutOff = true;
            Apply();
        }
    }

    private void Apply()
    {
        bool isNothing = _isCutOff || _isPaused || Current is { IsNothing: true };

        // A pause lets what is under way go on at the rate that held before, and of that nothing is left.
        if (isNothing && Current is not null)
            obey(new RateLimits { BytesPerSecond = RateLimits.LowestBytesPerSecond, ObjectsPerSecond = 1 });
        obey(isNothing
            ? new RateLimits { IsPaused = true }
            : new RateLimits { BytesPerSecond = Current?.BytesPerSecond, ObjectsPerSecond = (int?)Current?.ObjectsPerSecond });
    }
}
