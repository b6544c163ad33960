using OssMigration.Core.Slices;

namespace OssMigration.Cluster;

/// <summary>The slices that a worker has under way, and what its coordinator told last, which may end them. Thread-safe.</summary>
internal sealed class WorkerSlices(State first) : IDisposable
{
    private readonly object _gate = new();
    private readonly List<Slice> _running = [];
    private readonly CancellationTokenSource _leave = new();
    private State _state = first;
    private TaskCompletionSource _heard = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>What the coordinator told last.</summary>
    public State State
    {
        get
        {
            lock (_gate)
                return _state;
        }
    }

    /// <summary>Fires when nothing is begun any more.</summary>
    public CancellationToken Left => _leave.Token;

    /// <summary>Ranges that are worked on, with the generation of the order.</summary>
    public IReadOnlyDictionary<int, long> Busy()
    {
        Dictionary<int, long> busy = [];
        lock (_gate)
        {
            foreach (Slice slice in _running)
                busy[slice.Order.Range] = slice.Order.Generation;
        }

        return busy;
    }

    /// <summary>The coordinator told something: slices of ranges that were ordered anew come to nothing.</summary>
    public void Hear(State state)
    {
        lock (_gate)
        {
            _state = state;
            _heard.SetResult();
            _heard = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            foreach (Slice slice in _running.Where(slice => IsVoid(slice.Order)))
                slice.Void();
        }
    }

    /// <summary>
    /// Waits where an order is of a run that this worker has not heard of: the order may come before what is told of its run, and what is
    /// told next may be older than the order too. False where it does not hear enough before it ends.
    /// </summary>
    public async Task<bool> HearOfAsync(SliceOrder order, CancellationToken cancellationToken)
    {
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, Left);
        for (int told = 0; told < 2 && !either.IsCancellationRequested; told++)
        {
            Task next;
            lock (_gate)
            {
                if (order.Run == _state.Shared.Run)
                    return true;
                next = _heard.Task;
            }

            await next.WaitAsync(either.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        return !either.IsCancellationRequested;
    }

    /// <summary>Begins a slice; null where none may be begun. It is under way until it is disposed.</summary>
    /// <param name="order">What is asked for.</param>
    /// <param name="lost">Ends it too.</param>
    public Slice? TryBegin(SliceOrder order, CancellationToken lost)
    {
        lock (_gate)
        {
            if (Left.IsCancellationRequested || !_state.MayWork())
                return null;
            Slice slice = new(this, order, lost);
            _running.Add(slice);
            return slice;
        }
    }

    /// <summary>Ends what is under way where it stands.</summary>
    public void HandOver()
    {
        lock (_gate)
            _running.ForEach(slice => slice.HandOver());
    }

    /// <summary>As <see cref="HandOver"/>, and nothing is begun any more.</summary>
    public Task LeaveAsync() => _leave.CancelAsync();

    /// <summary>Whether an order is of another run, or of a chain that was given up.</summary>
    public bool IsVoid(SliceOrder order)
    {
        SharedState shared = State.Shared;
        return order.Run != shared.Run || order.Generation < shared.Generations.GetValueOrDefault(order.Range);
    }

    /// <summary>Where its range is to be cut; null for nowhere.</summary>
    public string? CutOf(SliceOrder order)
    {
        SharedState shared = State.Shared;
        return order.Run == shared.Run ? shared.Cuts.GetValueOrDefault(order.Range) : null;
    }

    /// <inheritdoc/>
    public void Dispose() => _leave.Dispose();

    /// <summary>A slice under way.</summary>
    public sealed class Slice(WorkerSlices owner, SliceOrder order, CancellationToken lost) : IDisposable
    {
        private readonly CancellationTokenSource _end = CancellationTokenSource.CreateLinkedTokenSource(owner.Left, lost);

        /// <summary>What is asked for.</summary>
        public SliceOrder Order => order;

        /// <summary>Fires when it is to end where it stands.</summary>
        public CancellationToken Token => _end.Token;

        /// <summary>Whether nobody wants to know what came of it.</summary>
        public bool IsVoid { get; private set; }

        /// <summary>Ends it where it stands. What goes on then does so on another thread, because this one holds the lock.</summary>
        public void HandOver() => _ = _end.CancelAsync();

        /// <summary>As <see cref="HandOver"/>, and it came to nothing.</summary>
        public void Void()
        {
            IsVoid = true;
            HandOver();
        }

        /// <inheritdoc/>
        public void Dispose()
        {
            lock (owner._gate)
                owner._running.Remove(this);
            _end.Dispose();
        }
    }
}
