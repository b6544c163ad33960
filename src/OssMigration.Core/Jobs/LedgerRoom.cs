namespace OssMigration.Core.Jobs;

/// <summary>
/// How many keys the books of a range may hold between the cursor and the newest key, so that the books of all ranges together stay
/// within bounds however many are open. Thread-safe.
/// </summary>
internal sealed class LedgerRoom
{
    /// <summary>Most keys of one range.</summary>
    public const int MostOfRange = 10_000;

    /// <summary>Most keys of all ranges together: some 40 MB.</summary>
    public const int MostOfAll = 100_000;

    private int _ranges;

    /// <summary>Most keys of a range as things stand.</summary>
    public int OfRange => Math.Min(MostOfRange, MostOfAll / Math.Max(1, Volatile.Read(ref _ranges)));

    /// <summary>A range is opened.</summary>
    public void Open() => Interlocked.Increment(ref _ranges);

    /// <summary>A range is closed.</summary>
    public void Close() => Interlocked.Decrement(ref _ranges);
}
