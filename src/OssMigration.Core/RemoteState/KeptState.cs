using OssMigration.Core.Jobs;
using OssMigration.Core.Journal;
using OssMigration.Core.Reporting;
using OssMigration.Core.Stores;

namespace OssMigration.Core.RemoteState;

/// <summary>
/// A job that is this process's own, with its state kept apart from this machine: the folder's lock and the lease are held, the newest
/// journal is in the folder, and a snapshot is taken every minute. Dispose it after the run. Made by <see cref="MigrationEngine.OpenStateAsync"/>.
/// </summary>
public sealed class KeptState : IAsyncDisposable
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan EndPatience = TimeSpan.FromSeconds(30);

    // A snapshot that is slow to take is taken more seldom.
    private const int Rest = 20;

    private readonly EngineEnvironment _environment;
    private readonly StateStore _store;
    private readonly SnapshotStore _snapshots;
    private readonly StateLease _lease;
    private readonly JobFolder _folder;
    private readonly IDisposable _folderLock;
    private readonly IRunListener _listener;
    private readonly SnapshotTaker _taker;
    private readonly CancellationTokenSource _end = new();
    private readonly SemaphoreSlim _taking = new(1, 1);
    private readonly Task _renewal;
    private JournalWatch? _watch;
    private Task _regular = Task.CompletedTask;
    private DateTimeOffset? _cutover;
    private long _version;
    private int _taken;

    private KeptState(EngineEnvironment environment, StateStore store, SnapshotStore snapshots, StateLease lease, JobFolder folder, IDisposable folderLock, StoreAddress address, IRunListener listener)
    {
        _environment = environment;
        _store = store;
        _snapshots = snapshots;
        _lease = lease;
        _folder = folder;
        _folderLock = folderLock;
        _listener = listener;
        _taker = new SnapshotTaker(snapshots, lease, folder, address, environment.Time);
        _renewal = Task.Run(() => lease.KeepAsync(_end.Token), CancellationToken.None);
    }

    /// <summary>The job.</summary>
    public string JobName => _folder.Name;

    /// <summary>Cancelled when the lease is lost: nothing may be written any more then.</summary>
    internal CancellationToken Lost => _lease.Lost;

    /// <summary>The error of a lease that was lost.</summary>
    internal RefusedException LostError() => _lease.LostError();

    /// <summary>Takes the job, and brings its newest journal here.</summary>
    internal static async Task<KeptState> OpenAsync(EngineEnvironment environment, JobFolder folder, StateLocation location, IRunListener listener, CancellationToken cancellationToken)
    {
        StateStore store = new(environment, location, folder.Name, listener);
        IDisposable? held = null;
        KeptState? state = null;
        try
        {
            LocalState before = Local(folder);
            if (before.Job is { } job)
            {
                StateRules.CheckList(job);
                StateRules.CheckPlace(job, location.Address);
            }
            await store.CheckAsync(cancellationToken).ConfigureAwait(false);
            SnapshotStore snapshots = new(store, folder.Name);
            if (StateRules.Choose(folder.Name, before, await snapshots.NewestAsync(cancellationToken).ConfigureAwait(false), location.Address) == StateChoice.Nothing)
                throw NotFound(folder, store);
            held = await folder.TakeAsync(environment.Time, cancellationToken).ConfigureAwait(false);
            LeaseHolder holder = LeaseHolder.OfThisProcess(folder.OwnName());
            StateLease lease = await StateLease.TakeAsync(store, holder, folder.Name, environment.StateTiming, environment.Time, cancellationToken).ConfigureAwait(false);
            state = new KeptState(environment, store, snapshots, lease, folder, held, location.Address, listener);
            await state.BeginAsync(location, cancellationToken).ConfigureAwait(false);
            return state;
        }
        catch
        {
            if (state is not null)
            {
                await state.DisposeAsync().ConfigureAwait(false);
            }
            else
            {
                held?.Dispose();
                await store.DisposeAsync().ConfigureAwait(false);
            }

            throw;
        }
    }

    /// <summary>Where a job stands by its newest snapshot; the folder gets its journal only.</summary>
    internal static async Task<bool> FetchAsync(EngineEnvironment environment, JobFolder folder, StateLocation location, IRunListener listener, CancellationToken cancellationToken)
    {
        StateStore store = new(environment, location, folder.Name, listener);
        await using (store.ConfigureAwait(false))
        {
            SnapshotStore snapshots = new(store, folder.Name);
            Snapshot newest = await snapshots.NewestAsync(cancellationToken).ConfigureAwait(false) ?? throw NotFound(folder, store);
            await new SnapshotRestorer(snapshots, folder).FetchJournalAsync(newest, cancellationToken).ConfigureAwait(false);
            return await StateLease.FindHolderAsync(store, environment.StateTiming, cancellationToken).ConfigureAwait(false) is not null;
        }
    }

    /// <summary>Takes a snapshot now.</summary>
    /// <exception cref="RefusedException">StateLeaseLost.</exception>
    /// <exception cref="StoreException">It could not be stored.</exception>
    public async Task TakeAsync(CancellationToken cancellationToken)
    {
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _lease.Lost);
        await _taking.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            JournalWatch watch = _watch ??= new JournalWatch(_folder);
            _version = watch.Version;
            StateMarker marker = await _taker.TakeAsync(either.Token).ConfigureAwait(false);
            watch.Put(marker);
            _cutover = marker.CutoverTime;
            if (_taken++ % 30 == 0)
                await _snapshots.CollectAsync(_environment.StateTiming.KeepPieces, () => _lease.IsHeld, either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (_lease.Lost.IsCancellationRequested)
        {
            throw _lease.LostError();
        }
        finally
        {
            _taking.Release();
        }
    }

    /// <summary>Ends the snapshots and gives the job back.</summary>
    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync().ConfigureAwait(false);
        await _regular.ConfigureAwait(false);
        await _renewal.ConfigureAwait(false);
        try
        {
            using CancellationTokenSource patience = new(EndPatience, _environment.Time);
            await _lease.ReleaseAsync(patience.Token).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is StoreException or OperationCanceledException)
        {
            // It runs out by itself.
            _listener.OnEvent(new RunEvent(EventLevel.Warning, $"The lease of the state of job '{JobName}' could not be given back, and the next start elsewhere waits until it has run out. {exception.Message}"));
        }

        _watch?.Dispose();
        _lease.Dispose();
        _folderLock.Dispose();
        await _store.DisposeAsync().ConfigureAwait(false);
        _taking.Dispose();
        _end.Dispose();
    }

    private async Task BeginAsync(StateLocation location, CancellationToken cancellationToken)
    {
        // Only now, with lock and lease, does nothing of it change any more.
        LocalState local = Local(_folder);
        Snapshot? newest = await _snapshots.NewestAsync(cancellationToken).ConfigureAwait(false);
        switch (StateRules.Choose(JobName, local, newest, location.Address))
        {
            case StateChoice.Nothing:
                throw NotFound(_folder, _store);
            case StateChoice.Snapshot:
                await new SnapshotRestorer(_snapshots, _folder).RestoreAsync(newest!, cancellationToken).ConfigureAwait(false);
                _listener.OnEvent(new RunEvent(EventLevel.Information, FormattableString.Invariant($"Job '{JobName}' goes on from its snapshot of {newest!.TakenAt:u} at {_store.Place}.")));
                break;
            case StateChoice.Local when newest is null && local.Marker is not null:
                _listener.OnEvent(new RunEvent(EventLevel.Warning, $"The snapshots of job '{JobName}' at {_store.Place} are gone; they are taken anew of what this machine has."));
                break;
        }

        if (newest is not null)
            _snapshots.Know(newest);

        // From here on nothing that a holder before may still have under way is the newest.
        await TakeAsync(cancellationToken).ConfigureAwait(false);
        _regular = Task.Run(TakeRegularlyAsync, CancellationToken.None);
    }

    private async Task TakeRegularlyAsync()
    {
        TimeProvider time = _environment.Time;
        long ended = time.GetTimestamp();
        TimeSpan pause = _environment.StateTiming.SnapshotEvery;
        try
        {
            while (!_lease.Lost.IsCancellationRequested)
            {
                await Task.Delay(LookEvery, time, _end.Token).ConfigureAwait(false);
                long begun = time.GetTimestamp();
                if (!await TakeIfDueAsync(time.GetElapsedTime(ended) >= pause).ConfigureAwait(false))
                    continue;
                ended = time.GetTimestamp();
                TimeSpan rest = time.GetElapsedTime(begun, ended) * Rest;
                pause = rest > _environment.StateTiming.SnapshotEvery ? rest : _environment.StateTiming.SnapshotEvery;
            }
        }
        catch (OperationCanceledException) when (_end.IsCancellationRequested)
        {
        }
        catch (RefusedException)
        {
            // The run hears of the lost lease by itself.
        }
    }

    private async Task<bool> TakeIfDueAsync(bool isTime)
    {
        try
        {
            if (!(isTime && HasChanged()) && !IsCutoverMoved())
                return false;
            await TakeAsync(_end.Token).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is StoreException or JobStateException)
        {
            _listener.OnEvent(new RunEvent(EventLevel.Warning, $"No snapshot of job '{JobName}' could be taken; it is tried again. {(exception as StoreException)?.Describe() ?? exception.Message}"));
        }

        return true;
    }

    private bool HasChanged() => Look(watch => watch.Version != _version);

    // Another machine that did not know of it would overwrite what the business has written.
    private bool IsCutoverMoved() => Look(watch => watch.CutoverTime != _cutover);

    private bool Look(Func<JournalWatch, bool> look)
    {
        if (!_taking.Wait(0))
            return false;
        try
        {
            return _watch is { } watch && look(watch);
        }
        finally
        {
            _taking.Release();
        }
    }

    private static LocalState Local(JobFolder folder)
    {
        if (!folder.Exists)
            return new LocalState(null, null);
        using JournalReader reader = folder.Read();
        return new LocalState(reader.Job(), reader.State());
    }

    private static JobStateException NotFound(JobFolder folder, StateStore store)
        => new(JobStateError.NotFound, folder.Name, $"There is no job '{folder.Name}', neither on this machine nor at {store.Place}.");
}
