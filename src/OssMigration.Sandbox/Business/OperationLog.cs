namespace OssMigration.Sandbox.Business;

/// <summary>Every operation from its due time on, the last million of them. Safe for concurrent use.</summary>
internal sealed class OperationLog
{
    /// <summary>How many are kept.</summary>
    public const int Kept = 1 << 20;

    private readonly Lock _gate = new();
    private Entry[] _entries = new Entry[4096];
    private long _count;

    /// <summary>Records that an operation is due.</summary>
    /// <param name="due">When.</param>
    /// <param name="bytes">How many bytes it moves.</param>
    /// <param name="isRead">Whether it reads.</param>
    /// <returns>Its number.</returns>
    public long Begin(DateTimeOffset due, long bytes, bool isRead)
    {
        lock (_gate)
        {
            if (_count == _entries.Length && _count < Kept)
                Array.Resize(ref _entries, _entries.Length * 2);
            _entries[_count % _entries.Length] = new Entry(due.UtcTicks, bytes, isRead, OperationEnd.None, 0);
            return _count++;
        }
    }

    /// <summary>Records how it ended.</summary>
    public void End(long number, TimeSpan latency, OperationEnd end)
    {
        lock (_gate)
        {
            // One that is not kept any more may have given its place to another.
            if (number < _count - _entries.Length)
                return;
            ref Entry entry = ref _entries[number % _entries.Length];
            entry = entry with { End = end, Latency = latency.Ticks };
        }
    }

    /// <summary>The operations that were due in a span.</summary>
    public List<Entry> Between(DateTimeOffset from, DateTimeOffset to)
    {
        List<Entry> found = [];
        lock (_gate)
        {
            for (long number = Math.Max(0, _count - _entries.Length); number < _count; number++)
            {
                Entry entry = _entries[number % _entries.Length];
                if (entry.Due >= from.UtcTicks && entry.Due < to.UtcTicks)
                    found.Add(entry);
            }
        }
        return found;
    }

    /// <summary>One operation.</summary>
    /// <param name="Due">When it was due, in UTC ticks.</param>
    /// <param name="Bytes">How many bytes it moves.</param>
    /// <param name="IsRead">Whether it reads.</param>
    /// <param name="End">How it ended.</param>
    /// <param name="Latency">Ticks from its due time to its end.</param>
    internal readonly record struct Entry(long Due, long Bytes, bool IsRead, OperationEnd End, long Latency);
}

/// <summary>How an operation ended.</summary>
internal enum OperationEnd
{
    /// <summary>Not yet.</summary>
    None,

    /// <summary>As it should.</summary>
    Success,

    /// <summary>It did not; a read also when it brought other bytes.</summary>
    Failure,
}
