using System.Globalization;
using OssMigration.Core.Reporting;
using OssMigration.Core.Stores;

namespace OssMigration.Core.RemoteState;

/// <summary>
/// The right to run a job, kept at its state. Each taking creates the object of the next generation, which only one can; the holder shows
/// by a second object that it lives. One that sees a higher generation, or could not renew in time, has lost the lease for good.
/// Thread-safe.
/// </summary>
internal sealed class StateLease : IDisposable
{
    private const string Generations = "lease/";
    private const int Kept = 3;

    private readonly StateStore _store;
    private readonly LeaseHolder _holder;
    private readonly StateTiming _timing;
    private readonly TimeProvider _time;
    private readonly string _jobName;
    private readonly CancellationTokenSource _lost = new();
    private long _confirmed;
    private volatile string? _whyLost;

    private StateLease(StateStore store, LeaseHolder holder, string jobName, long generation, long asked, StateTiming timing, TimeProvider time)
    {
        _store = store;
        _holder = holder;
        _jobName = jobName;
        Generation = generation;
        _confirmed = asked;
        _timing = timing;
        _time = time;
    }

    /// <summary>Higher than that of every holder before.</summary>
    public long Generation { get; }

    /// <summary>Cancelled when the lease is lost.</summary>
    public CancellationToken Lost => _lost.Token;

    /// <summary>Whether nobody else can have it at this moment.</summary>
    public bool IsHeld => _whyLost is null && _time.GetElapsedTime(Interlocked.Read(ref _confirmed)) < _timing.GiveUpAfter;

    /// <summary>Takes the lease.</summary>
    /// <exception cref="RefusedException">StateLeaseHeld: somebody has it.</exception>
    /// <exception cref="StoreException">The store cannot be asked.</exception>
    public static async Task<StateLease> TakeAsync(StateStore store, LeaseHolder holder, string jobName, StateTiming timing, TimeProvider time, CancellationToken cancellationToken)
    {
        while (true)
        {
            List<long> generations = await GenerationsAsync(store, after: null, cancellationToken).ConfigureAwait(false);
            if (generations is [.., var newest])
                await RefuseIfHeldAsync(store, holder, jobName, newest, timing, cancellationToken).ConfigureAwait(false);
            long next = generations is [.., var last] ? last + 1 : 1;
            long asked = time.GetTimestamp();
            if (!await store.TryCreateAsync(KeyOf(next), StateJson.ToBytes(holder), cancellationToken).ConfigureAwait(false)
                && (await HolderAsync(store, next, cancellationToken).ConfigureAwait(false))?.Id != holder.Id)
                continue;
            StateLease lease = new(store, holder, jobName, next, asked, timing, time);
            await lease.RenewAsync(cancellationToken).ConfigureAwait(false);
            foreach (long old in generations.SkipLast(Kept))
            {
                await store.DeleteAsync(SignOf(old), cancellationToken).ConfigureAwait(false);
                await store.DeleteAsync(KeyOf(old), cancellationToken).ConfigureAwait(false);
            }

            return lease;
        }
    }

    /// <summary>Who has a job's lease now, and since when by the store's clock; null where nobody does.</summary>
    public static async Task<(LeaseHolder Holder, DateTimeOffset Since)?> FindHolderAsync(StateStore store, StateTiming timing, CancellationToken cancellationToken)
        => await GenerationsAsync(store, after: null, cancellationToken).ConfigureAwait(false) is [.., var newest]
            ? await FindHolderAsync(store, newest, timing, cancellationToken).ConfigureAwait(false)
            : null;

    /// <summary>Renews until cancelled, or the lease is lost.</summary>
    public async Task KeepAsync(CancellationToken cancellationToken)
    {
        while (_whyLost is null)
        {
            try
            {
                await Task.Delay(_timing.RenewEvery, _time, cancellationToken).ConfigureAwait(false);
                TimeSpan left = _timing.GiveUpAfter - _time.GetElapsedTime(Interlocked.Read(ref _confirmed));
                if (left <= TimeSpan.Zero)
                    break;
                using CancellationTokenSource patience = new(left, _time);
                using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, patience.Token);
                await RenewAsync(either.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception exception) when (exception is StoreException or OperationCanceledException or RefusedException)
            {
                // Tried again until it is certain that the lease may be somebody else's.
            }
        }

        Lose($"it could not be renewed for {_timing.GiveUpAfter.TotalSeconds.ToString("F0", CultureInfo.InvariantCulture)} seconds, after which another machine may take it");
    }

    /// <summary>Returns where the lease is held.</summary>
    /// <exception cref="RefusedException">StateLeaseLost.</exception>
    public void Require()
    {
        if (!IsHeld)
            throw LostError();
    }

    /// <summary>The error of a lease that was lost.</summary>
    public RefusedException LostError() => new(
        "StateLeaseLost",
        $"This process has lost the lease of the state of job '{_jobName}' at {_store.Place}: {_whyLost ?? "it was not renewed in time"}. It stopped, and what it did since its last snapshot is looked at again.",
        "Start the job again where no other process runs it.");

    /// <summary>Gives it back, so that the next need not wait.</summary>
    public async Task ReleaseAsync(CancellationToken cancellationToken)
    {
        if (IsHeld)
            await SignAsync(isReleased: true, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public void Dispose() => _lost.Dispose();

    private async Task RenewAsync(CancellationToken cancellationToken)
    {
        long asked = _time.GetTimestamp();
        await SignAsync(isReleased: false, cancellationToken).ConfigureAwait(false);
        if (await GenerationsAsync(_store, KeyOf(Generation), cancellationToken).ConfigureAwait(false) is [.., var higher])
        {
            LeaseHolder? other = await HolderAsync(_store, higher, cancellationToken).ConfigureAwait(false);
            Lose($"{other?.ToString() ?? "another process"} has taken it");
            throw LostError();
        }

        Interlocked.Exchange(ref _confirmed, asked);
    }

    private Task SignAsync(bool isReleased, CancellationToken cancellationToken)
        => _store.PutAsync(SignOf(Generation), StateJson.ToBytes(new LeaseSign(_holder.Id, isReleased)), cancellationToken);

    private void Lose(string why)
    {
        _whyLost ??= why;
        _lost.Cancel();
    }

    private static async Task RefuseIfHeldAsync(StateStore store, LeaseHolder holder, string jobName, long generation, StateTiming timing, CancellationToken cancellationToken)
    {
        if (await FindHolderAsync(store, generation, timing, cancellationToken).ConfigureAwait(false) is not { } held || held.Holder.IsPredecessorOf(holder))
            return;
        throw new RefusedException(
            "StateLeaseHeld",
            FormattableString.Invariant($"Job '{jobName}' is run by {held.Holder} since {held.Since:u}, which holds the lease of its state at {store.Place}."),
            FormattableString.Invariant($"Wait until it ends. Where its machine was lost, the lease is free {timing.LeaseDuration.TotalSeconds:F0} seconds after its last sign of life."));
    }

    private static async Task<(LeaseHolder Holder, DateTimeOffset Since)?> FindHolderAsync(StateStore store, long generation, StateTiming timing, CancellationToken cancellationToken)
    {
        LeaseSign? sign = StateJson.Read<LeaseSign>(await store.ReadAsync(SignOf(generation), cancellationToken).ConfigureAwait(false));
        if (sign is { IsReleased: true })
            return null;
        DateTimeOffset? since = await store.WrittenAtAsync(KeyOf(generation), cancellationToken).ConfigureAwait(false);
        DateTimeOffset? alive = await store.WrittenAtAsync(SignOf(generation), cancellationToken).ConfigureAwait(false) ?? since;
        if (since is null || alive is null || await store.AskTimeAsync(cancellationToken).ConfigureAwait(false) - alive > timing.LeaseDuration)
            return null;
        return (await HolderAsync(store, generation, cancellationToken).ConfigureAwait(false) ?? new LeaseHolder("", "a machine that is not named", 0, ""), since.Value);
    }

    private static async Task<LeaseHolder?> HolderAsync(StateStore store, long generation, CancellationToken cancellationToken)
        => StateJson.Read<LeaseHolder>(await store.ReadAsync(KeyOf(generation), cancellationToken).ConfigureAwait(false));

    private static async Task<List<long>> GenerationsAsync(StateStore store, string? after, CancellationToken cancellationToken)
    {
        List<long> found = [];
        await foreach (ObjectEntry entry in store.ListAsync(Generations, after, cancellationToken).ConfigureAwait(false))
        {
            if (long.TryParse(entry.Key.AsSpan(Generations.Length), NumberStyles.None, CultureInfo.InvariantCulture, out long generation))
                found.Add(generation);
        }

        return found;
    }

    private static string KeyOf(long generation) => Generations + StateStore.Number(generation);

    private static string SignOf(long generation) => "sign/" + StateStore.Number(generation);
}
