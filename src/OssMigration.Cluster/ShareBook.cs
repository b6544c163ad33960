namespace OssMigration.Cluster;

/// <summary>A worker that wants its share.</summary>
/// <param name="Worker">Its id.</param>
/// <param name="Applied">The newest state that it keeps to.</param>
/// <param name="Current">What it says it may take; null for no limit.</param>
/// <param name="IsBusy">Whether it has something to do.</param>
internal readonly record struct ShareClaim(string Worker, long Applied, long? Current, bool IsBusy);

/// <summary>
/// Divides a limit among workers so that together they never take more, while they come and go: what one gives up is given
/// to another only once the first has said that it keeps to less, or cannot be there any more. Not thread-safe.
/// </summary>
/// <param name="least">The smallest share of use. Where there are too many workers for it, some get nothing and wait.</param>
internal sealed class ShareBook(long least)
{
    private readonly Dictionary<string, Entry> _entries = new(StringComparer.Ordinal);

    /// <summary>
    /// The shares that go out with this state. A worker that is not among the claims any more is taken to have stopped: the
    /// caller waits with that until it must have.
    /// </summary>
    /// <param name="total">What all may take together; null for no limit.</param>
    /// <param name="withheld">What of it is kept for workers that nobody has heard of yet.</param>
    /// <param name="claims">The workers.</param>
    /// <param name="sequence">The number of the state.</param>
    public IReadOnlyDictionary<string, long?> Divide(long? total, long withheld, IReadOnlyList<ShareClaim> claims, long sequence)
    {
        Update(claims);
        if (total is not { } limit)
        {
            foreach (Entry entry in _entries.Values)
                entry.Give(null, sequence);
            return _entries.ToDictionary(entry => entry.Key, entry => (long?)null);
        }

        Dictionary<string, long> targets = Targets(limit, claims);
        long held = withheld;
        foreach ((string worker, Entry entry) in _entries)
        {
            if (entry.Newest is not { } now || now > targets[worker])
                entry.Give(targets[worker], sequence);
            held = AddUp(held, entry.Held);
        }

        foreach ((string worker, Entry entry) in _entries.OrderBy(entry => entry.Value.Newest))
        {
            long more = Math.Min(targets[worker] - entry.Held, limit - held);
            if (more > 0)
            {
                entry.Give(entry.Held + more, sequence);
                held += more;
            }
        }

        return _entries.ToDictionary(entry => entry.Key, entry => entry.Value.Newest);
    }

    // Who has a share keeps it before others get one, and who has what is left over of the division keeps that.
    private Dictionary<string, long> Targets(long limit, IReadOnlyList<ShareClaim> claims)
    {
        List<string> served = [.. claims.Where(claim => claim.IsBusy).Select(claim => claim.Worker)
            .OrderByDescending(worker => _entries[worker].Newest ?? long.MaxValue).ThenBy(worker => worker, StringComparer.Ordinal)
            .Take((int)Math.Clamp(limit / least, 1, int.MaxValue))];
        Dictionary<string, long> targets = claims.ToDictionary(claim => claim.Worker, _ => 0L);
        for (int place = 0; place < served.Count; place++)
            targets[served[place]] = (limit / served.Count) + (place < limit % served.Count ? 1 : 0);
        return targets;
    }

    private void Update(IReadOnlyList<ShareClaim> claims)
    {
        foreach (string gone in _entries.Keys.Except(claims.Select(claim => claim.Worker)).ToList())
            _entries.Remove(gone);
        foreach (ShareClaim claim in claims)
        {
            if (_entries.TryGetValue(claim.Worker, out Entry? entry))
                entry.Acknowledge(claim.Applied);
            else
                _entries.Add(claim.Worker, new Entry(claim.Current));
        }
    }

    // No limit at all is more than any sum.
    private static long AddUp(long held, long more) => held > long.MaxValue - more ? long.MaxValue : held + more;

    /// <summary>What one worker was given and has not said yet that it keeps to.</summary>
    private sealed class Entry(long? current)
    {
        private readonly List<(long Sequence, long? Amount)> _given = [(long.MinValue, current)];

        /// <summary>What it was given last.</summary>
        public long? Newest => _given[^1].Amount;

        /// <summary>The most that it may be taking.</summary>
        public long Held => _given.Max(given => given.Amount ?? long.MaxValue);

        public void Give(long? amount, long sequence)
        {
            if (amount != Newest)
                _given.Add((sequence, amount));
        }

        public void Acknowledge(long sequence)
        {
            int kept = _given.FindLastIndex(given => given.Sequence <= sequence);
            if (kept > 0)
                _given.RemoveRange(0, kept);
        }
    }
}
