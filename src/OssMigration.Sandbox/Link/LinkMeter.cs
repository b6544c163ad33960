namespace OssMigration.Sandbox.Link;

/// <summary>The bytes that passed one direction of a link, for every second and class. Keeps the last two hours. Safe for concurrent use.</summary>
internal sealed class LinkMeter(TimeProvider time)
{
    /// <summary>How many seconds are kept.</summary>
    public const int Kept = 7200;

    private readonly Lock _gate = new();
    private readonly long[] _business = new long[Kept];
    private readonly long[] _other = new long[Kept];
    private long _last = SecondOf(time.GetUtcNow());

    /// <summary>The number of the second that a moment belongs to.</summary>
    public static long SecondOf(DateTimeOffset moment) => moment.ToUnixTimeSeconds();

    /// <summary>Counts bytes in the second that runs now.</summary>
    public void Count(LinkClass @class, int bytes)
    {
        lock (_gate)
        {
            // A clock that is set back must not clear what was counted.
            long second = Math.Max(_last, SecondOf(time.GetUtcNow()));
            MoveTo(second);
            (@class == LinkClass.Business ? _business : _other)[second % Kept] += bytes;
        }
    }

    /// <summary>The bytes of one second; zero for one that is not kept any more or not there yet.</summary>
    public (long Business, long Other) Of(long second)
    {
        lock (_gate)
            return second > _last || second <= _last - Kept ? default : (_business[second % Kept], _other[second % Kept]);
    }

    private void MoveTo(long second)
    {
        for (long next = Math.Max(_last + 1, second - Kept + 1); next <= second; next++)
            _business[next % Kept] = _other[next % Kept] = 0;
        _last = second;
    }
}
