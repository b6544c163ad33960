namespace OssMigration.Core.Throttling;

/// <summary>
/// Finds how many requests at a time an endpoint is best asked with, between 1 and an upper bound. It climbs hill: in
/// epochs of at least half a second it tries an eighth more and keeps it while throughput climbs by 3 %, then an eighth
/// less and keeps it while throughput stays within 3 % of the best of late; then it rests for a while. Throttling takes
/// three tenths away at once, throughput that falls while latency doubles a fifth; near where it was throttled it climbs
/// by one. It begins at 32 (the bound, where that is lower), so that a short run is not spent on finding out, and doubles as
/// long as that brings a quarter more: where answers are long under way, hundreds are needed within seconds. An epoch in
/// which the places were not all in use says nothing. Not thread-safe: its gate holds a lock.
/// </summary>
internal sealed class AdaptiveConcurrency
{
    /// <summary>Where it begins.</summary>
    public const int Start = 32;

    // A request costs an endpoint about as much as this many bytes: so one figure does for small objects and large ones.
    private const double RequestWeight = 32 * 1024;
    private const double Gain = 1.03;
    private const double Loss = 0.97;
    private const double GainOfDoubling = 1.25;
    private const int LongestRest = 32;
    private static readonly TimeSpan Epoch = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan ThrottledRest = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestThrottledRest = TimeSpan.FromSeconds(10);

    private readonly TimeProvider _time;
    private readonly int _most;
    private Sample _sample;
    private long _begunAt;
    private int _toSettle;
    private Phase _phase = Phase.Rest;
    private bool _doubles = true;
    private int _restsLeft = 1;
    private int _rest = 1;
    private int _limitBefore;
    private Rate? _known;
    private double _best;
    private int _throttledAt = int.MaxValue;
    private long _deafUntil;

    /// <summary>Begins.</summary>
    /// <param name="most">The upper bound, at least 1.</param>
    /// <param name="time">The clock.</param>
    public AdaptiveConcurrency(int most, TimeProvider time)
    {
        _most = most;
        _time = time;
        _begunAt = time.GetTimestamp();
        _deafUntil = _begunAt;
        Limit = Math.Min(Start, most);
    }

    private enum Phase
    {
        Rest,
        More,
        Fewer,
    }

    /// <summary>Requests at a time now.</summary>
    public int Limit { get; private set; }

    /// <summary>A request succeeded.</summary>
    /// <param name="bytes">Content that it moved.</param>
    /// <param name="latency">From its sending to the last byte of its answer.</param>
    /// <param name="isFull">Whether all places were taken while it ran.</param>
    public void OnCompleted(long bytes, TimeSpan latency, bool isFull)
    {
        if (_toSettle > 0)
        {
            // It began under another limit.
            if (--_toSettle == 0)
                BeginEpoch();
            return;
        }

        _sample.Requests++;
        _sample.Full += isFull ? 1 : 0;
        _sample.Work += bytes + RequestWeight;
        _sample.Latency += latency.TotalSeconds;
        TimeSpan elapsed = _time.GetElapsedTime(_begunAt);
        if (elapsed >= Epoch && _sample.Requests >= Limit)
            EndEpoch(elapsed.TotalSeconds);
    }

    /// <summary>The endpoint asked for less. Counts once for all requests that it hit together.</summary>
    /// <param name="retryAfter">How long it asks to wait; null where it does not say.</param>
    public void OnThrottled(TimeSpan? retryAfter)
    {
        long now = _time.GetTimestamp();
        if (now < _deafUntil)
            return;
        TimeSpan rest = retryAfter is { } asked && asked > ThrottledRest ? asked : ThrottledRest;
        rest = rest < LongestThrottledRest ? rest : LongestThrottledRest;
        _deafUntil = now + (long)(rest.TotalSeconds * _time.TimestampFrequency);
        _throttledAt = Limit;
        _doubles = false;
        Change(Limit * 7 / 10);
        Rest(4);
        _known = null;
        _best = 0;
    }

    private void EndEpoch(double seconds)
    {
        Rate rate = new(_sample.Work / seconds, _sample.Latency / _sample.Requests);
        bool isTelling = _sample.Full * 2 >= _sample.Requests;
        BeginEpoch();
        if (!isTelling)
            return;
        _best = Math.Max(_best * 0.99, rate.Throughput);
        switch (_phase)
        {
            case Phase.More when rate.Throughput >= _known!.Value.Throughput * (_doubles ? GainOfDoubling : Gain):
                _known = rate;
                _rest = 1;
                TryMore();
                break;
            case Phase.More:
                _doubles = false;
                Change(_limitBefore);
                TryFewer();
                break;
            case Phase.Fewer when rate.Throughput >= _best * Loss:
                _known = rate;
                TryFewer();
                break;
            case Phase.Fewer:
                Change(_limitBefore);
                _rest = Math.Min(_rest * 2, LongestRest);
                Rest(_rest);
                break;
            default:
                OnRested(rate);
                break;
        }
    }

    private void OnRested(Rate rate)
    {
        if (_known is { } known && rate.Throughput < known.Throughput * 0.8 && rate.Latency > known.Latency * 2)
        {
            _known = null;
            _best = 0;
            _doubles = false;
            Change(Limit * 8 / 10);
            Rest(2);
            return;
        }

        _known = rate;
        if (--_restsLeft <= 0)
            TryMore();
    }

    private void TryMore()
    {
        _limitBefore = Limit;
        int step = Limit >= _throttledAt * 8L / 10 ? 1 : _doubles ? Limit : Math.Max(1, Limit / 8);
        if (Limit == _most)
        {
            _doubles = false;
            TryFewer();
            return;
        }

        _phase = Phase.More;
        Change(Limit + step);
    }

    private void TryFewer()
    {
        _limitBefore = Limit;
        if (Limit == 1)
        {
            Rest(_rest);
            return;
        }

        _phase = Phase.Fewer;
        Change(Limit - Math.Max(1, Limit / 8));
    }

    private void Rest(int epochs)
    {
        _phase = Phase.Rest;
        _restsLeft = epochs;
    }

    private void Change(int limit)
    {
        int before = Limit;
        Limit = Math.Clamp(limit, 1, _most);
        _toSettle = Math.Max(before, Limit);
        BeginEpoch();
    }

    private void BeginEpoch()
    {
        _sample = default;
        _begunAt = _time.GetTimestamp();
    }

    private record struct Sample(int Requests, int Full, double Work, double Latency);

    private readonly record struct Rate(double Throughput, double Latency);
}
