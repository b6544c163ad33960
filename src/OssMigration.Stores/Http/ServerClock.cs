namespace OssMigration.Stores.Http;

/// <summary>The server's time as far as it is known: the local clock plus an offset that was learnt. Thread-safe.</summary>
internal sealed class ServerClock(TimeProvider time)
{
    private long _offsetTicks;

    /// <summary>The time to sign with.</summary>
    public DateTimeOffset UtcNow => time.GetUtcNow() + Offset;

    /// <summary>Server minus local; zero until learnt.</summary>
    public TimeSpan Offset => new(Interlocked.Read(ref _offsetTicks));

    /// <summary>Takes over the server's time from the Date header of an answer.</summary>
    /// <returns>False where there is no such header, so that nothing was learnt.</returns>
    public bool Learn(HttpAnswer answer)
    {
        if (!HttpDate.TryParse(answer.Header("Date"), out DateTimeOffset server))
            return false;
        Interlocked.Exchange(ref _offsetTicks, (server - time.GetUtcNow()).Ticks);
        return true;
    }
}
