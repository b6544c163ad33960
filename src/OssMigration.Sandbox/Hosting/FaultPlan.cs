using System.Globalization;

namespace OssMigration.Sandbox.Hosting;

/// <summary>
/// The planned faults of one side. A request takes the first fault that waits for it, and every delay that does; all that
/// match count the request for their own skip. A fault that could not act on the request that took it (a body too short, a
/// page too small) goes on waiting and has not fired. Safe for concurrent use.
/// </summary>
internal sealed class FaultPlan
{
    private readonly Lock _gate = new();
    private readonly List<Entry> _entries = [];
    private volatile bool _isEmpty = true;

    /// <summary>Adds a fault behind those that stand.</summary>
    public void Add(Fault fault)
    {
        lock (_gate)
        {
            _entries.Add(new Entry(fault));
            _isEmpty = false;
        }
    }

    /// <summary>Removes all faults, or those for keys that begin with exactly this.</summary>
    public void Clear(string? keyPrefix = null)
    {
        lock (_gate)
        {
            _entries.RemoveAll(entry => keyPrefix is null || entry.Fault.KeyPrefix == keyPrefix);
            _isEmpty = _entries.Count == 0;
        }
    }

    /// <summary>All faults with how often they fired.</summary>
    public IReadOnlyList<Fault> List()
    {
        lock (_gate)
            return [.. _entries.Select(entry => entry.Fault with { Fired = entry.Fired })];
    }

    /// <summary>Takes what is planned for a request.</summary>
    /// <param name="operation">The operation's name.</param>
    /// <param name="key">The key, or the prefix of a listing; null when there is none.</param>
    /// <returns>The fault taken, or null, and the time to wait before.</returns>
    public (ArmedFault? Armed, TimeSpan Delay) Take(string operation, string? key)
    {
        if (_isEmpty)
            return (null, TimeSpan.Zero);
        ArmedFault? armed = null;
        TimeSpan delay = TimeSpan.Zero;
        lock (_gate)
        {
            foreach (Entry entry in _entries)
            {
                if (!entry.Matches(operation, key) || !entry.IsDue())
                    continue;
                if (entry.Fault.Kind == FaultKind.Delay)
                {
                    delay += TimeSpan.FromMilliseconds(double.Parse(entry.Fault.Value ?? "0", CultureInfo.InvariantCulture));
                    entry.Fired++;
                }
                else if (armed is null)
                {
                    entry.Taken++;
                    armed = new ArmedFault(entry.Fault, hasActed => Settle(entry, hasActed));
                }
            }
        }
        return (armed, delay);
    }

    private void Settle(Entry entry, bool hasActed)
    {
        lock (_gate)
        {
            entry.Taken--;
            if (hasActed)
                entry.Fired++;
        }
    }

    private sealed class Entry(Fault fault)
    {
        private int _toSkip = fault.Skip;

        public Fault Fault => fault;

        public int Fired { get; set; }

        // Held by requests in flight that it has not acted on yet.
        public int Taken { get; set; }

        public bool Matches(string operation, string? key)
        {
            if (fault.Operation != "*" && !string.Equals(fault.Operation, operation, StringComparison.OrdinalIgnoreCase))
                return false;
            if (fault.Key is not null && !string.Equals(fault.Key, key, StringComparison.Ordinal))
                return false;
            return fault.KeyPrefix is null || (key is not null && key.StartsWith(fault.KeyPrefix, StringComparison.Ordinal));
        }

        public bool IsDue()
        {
            if (_toSkip > 0)
            {
                _toSkip--;
                return false;
            }
            return fault.Times < 0 || Fired + Taken < fault.Times;
        }
    }
}

/// <summary>A fault that a request holds. It has fired when it has acted; otherwise it is given back when the request ends.</summary>
internal sealed class ArmedFault(Fault fault, Action<bool> settle)
{
    private int _isSettled;

    /// <summary>The plan.</summary>
    public Fault Fault => fault;

    /// <summary>Tells that it acts now. To be called before the client can see it.</summary>
    public void Act() => Settle(hasActed: true);

    /// <summary>Gives it back when it has not acted.</summary>
    public void GiveBack() => Settle(hasActed: false);

    private void Settle(bool hasActed)
    {
        if (Interlocked.Exchange(ref _isSettled, 1) == 0)
            settle(hasActed);
    }
}
