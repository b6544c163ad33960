using OssMigration.TestKit;

namespace OssMigration.Core.Tests.Jobs;

/// <summary>The process is dead.</summary>
internal sealed class KilledException : Exception;

/// <summary>
/// Kills a run as SIGKILL would: at a chosen call the state on the disk is put aside, and from then on nothing that the
/// dying engine does reaches a store. <see cref="Revive"/> goes on from what was put aside.
/// </summary>
internal sealed class Killer
{
    private readonly EngineBench _bench;
    private readonly object _gate = new();
    private string? _snapshot;

    /// <param name="bench">Whose run is killed.</param>
    /// <param name="isTime">Asked at each call to the destination; true kills.</param>
    /// <param name="whenDone">True: the call reaches the store and its answer is lost; false: it is not sent any more.</param>
    public Killer(EngineBench bench, Func<StoreOperation, string?, bool> isTime, bool whenDone)
    {
        _bench = bench;
        bench.SourceSpy.Before = (_, _, _) => ThrowIfDead();
        bench.SourceSpy.After = (_, _, _) => ThrowIfDead();
        bench.DestinationSpy.Before = (operation, key, _) => Check(!whenDone && !IsDead && isTime(operation, key));
        bench.DestinationSpy.After = (operation, key, _) => Check(whenDone && !IsDead && isTime(operation, key));
    }

    public bool IsDead
    {
        get
        {
            lock (_gate)
                return _snapshot is not null;
        }
    }

    /// <summary>Kills at this call of the operation, counted from 1.</summary>
    public static Killer At(EngineBench bench, StoreOperation operation, int call, bool whenDone)
    {
        int calls = 0;
        return new Killer(bench, (asked, _) => asked == operation && Interlocked.Increment(ref calls) == call, whenDone);
    }

    /// <summary>A new process on what the dead one left.</summary>
    public void Revive()
    {
        _bench.MoveTo(_snapshot ?? throw new InvalidOperationException("Nobody was killed."));
        _bench.SourceSpy.Before = _bench.SourceSpy.After = _bench.DestinationSpy.Before = _bench.DestinationSpy.After = null;
    }

    private ValueTask Check(bool kill)
    {
        if (kill)
        {
            lock (_gate)
                _snapshot ??= _bench.TakeSnapshot();
        }

        return ThrowIfDead();
    }

    private ValueTask ThrowIfDead() => IsDead ? throw new KilledException() : default;
}
