using System.Buffers;
using System.Security.Cryptography;
using OssMigration.Sandbox.Hosting;
using OssMigration.Sandbox.Link;

namespace OssMigration.Sandbox.Business;

/// <summary>
/// Readers, writers and deleters that go on whatever the migration does: an open-loop load, whose operations fall due at
/// times drawn before and whose latency counts from then. It knows what every key must hold. Safe for concurrent use.
/// </summary>
internal sealed class LiveBusiness : IDisposable
{
    // Due times lie anywhere in this part of their even spacing.
    private const double Jitter = 0.9;

    private readonly BusinessClients _clients;
    private readonly LinkTime _time;
    private readonly Lock _gate = new();
    private readonly SemaphoreSlim _changing = new(1);
    private readonly SemaphoreSlim _slots;
    private readonly CancellationTokenSource _end = new();
    private readonly SortedDictionary<BusinessPhase, PhaseCount> _counts = [];
    private readonly List<(string Name, DateTimeOffset From)> _windows;
    private Stay _stay = new(BusinessPhase.Stopped);
    private Task _load = Task.CompletedTask;

    /// <summary>A business that does nothing yet.</summary>
    /// <param name="plan">What it is like.</param>
    /// <param name="clients">What it speaks to the two sides.</param>
    /// <param name="time">The clock behind due times and latencies; the caller disposes it.</param>
    public LiveBusiness(BusinessPlan plan, BusinessClients clients, LinkTime time)
    {
        Plan = plan;
        _clients = clients;
        _time = time;
        _slots = new SemaphoreSlim(plan.MostInFlight);
        Model = new BusinessModel(plan);
        _windows = [("start", time.GetUtcNow())];
        Since = time.GetUtcNow();
    }

    /// <summary>What it is like.</summary>
    public BusinessPlan Plan { get; }

    /// <summary>What every key must hold.</summary>
    public BusinessModel Model { get; }

    /// <summary>Every operation.</summary>
    public OperationLog Log { get; } = new();

    /// <summary>Waits for its counts.</summary>
    public CountWaits Waits { get; } = new();

    /// <summary>How many keys were there at the beginning that it knows.</summary>
    public int Population { get; private set; }

    /// <summary>Whether these are all that were there.</summary>
    public bool IsPopulationComplete { get; private set; } = true;

    /// <summary>What it does now.</summary>
    public BusinessPhase Phase
    {
        get
        {
            lock (_gate)
                return _stay.Phase;
        }
    }

    /// <summary>Since when nothing of the former phase is under way.</summary>
    public DateTimeOffset Since { get; private set; }

    /// <summary>Learns what is there at the beginning.</summary>
    public async Task LearnAsync(CancellationToken cancellationToken)
    {
        await foreach (ListedObject listed in _clients.SourceDirect.ListAsync(cancellationToken))
        {
            if (Population == Plan.PopulationLimit)
            {
                IsPopulationComplete = false;
                return;
            }
            Model.Add(listed);
            Population++;
        }
    }

    /// <summary>Goes over to a phase, and waits until no operation of the former one is under way.</summary>
    /// <returns>That moment.</returns>
    public async Task<DateTimeOffset> ChangeAsync(BusinessPhase phase)
    {
        await _changing.WaitAsync();
        try
        {
            Stay former;
            lock (_gate)
            {
                former = _stay;
                _stay = new Stay(phase);
            }
            former.Close();
            await former.Ended;
            if (phase == BusinessPhase.Stopped)
                await _load;
            else if (_load.IsCompleted)
                _load = Task.Run(RunAsync);
            return Since = _time.GetUtcNow();
        }
        finally
        {
            _changing.Release();
        }
    }

    /// <summary>Begins a window, which ends the one before.</summary>
    /// <exception cref="ArgumentException">The name is taken.</exception>
    public DateTimeOffset BeginWindow(string name)
    {
        lock (_gate)
        {
            if (_windows.Exists(window => window.Name == name))
                throw new ArgumentException($"There is a window '{name}' already.");
            DateTimeOffset now = _time.GetUtcNow();
            _windows.Add((name, now));
            return now;
        }
    }

    /// <summary>The windows; the last one has not ended.</summary>
    public IReadOnlyList<(string Name, DateTimeOffset From, DateTimeOffset? To)> Windows()
    {
        lock (_gate)
            return [.. _windows.Select((window, i) => (window.Name, window.From, i + 1 < _windows.Count ? _windows[i + 1].From : (DateTimeOffset?)null))];
    }

    /// <summary>What was done in each phase so far.</summary>
    public IReadOnlyDictionary<BusinessPhase, PhaseCount> Counts()
    {
        lock (_gate)
        {
            var copies = new SortedDictionary<BusinessPhase, PhaseCount>();
            foreach ((BusinessPhase phase, PhaseCount count) in _counts)
            {
                copies[phase] = new PhaseCount();
                copies[phase].Add(count);
            }
            return copies;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_gate)
            _stay = new Stay(BusinessPhase.Stopped);
        _end.Cancel();
        _clients.Dispose();
    }

    private async Task RunAsync()
    {
        DateTimeOffset start = _time.GetUtcNow();
        long started = _time.GetTimestamp();
        for (long number = 0; ; number++)
        {
            TimeSpan due = TimeSpan.FromSeconds((number + (Jitter * Model.Draw())) / Plan.OperationsPerSecond);
            TimeSpan wait = due - _time.GetElapsedTime(started);
            if (wait > TimeSpan.Zero)
                await Task.Delay(wait, _time);
            Stay stay;
            BusinessOperation operation;
            lock (_gate)
            {
                stay = _stay;
                if (stay.Phase == BusinessPhase.Stopped)
                    return;
                stay.Enter();
                operation = Model.Choose(stay.Phase);
            }
            _ = RunAsync(operation, stay, Log.Begin(start + due, operation.Contents?.Size ?? 0, operation.Action == BusinessAction.Read), started, due);
        }
    }

    private async Task RunAsync(BusinessOperation operation, Stay stay, long number, long started, TimeSpan due)
    {
        bool hasBegun = false;
        string? failure = null;
        var limit = TimeSpan.FromMilliseconds(Plan.TimeoutMs);
        try
        {
            TimeSpan left = limit - (_time.GetElapsedTime(started) - due);
            using var late = CancellationTokenSource.CreateLinkedTokenSource(_end.Token);
            late.CancelAfter(left > TimeSpan.Zero ? left : TimeSpan.Zero);
            await _slots.WaitAsync(late.Token);
            try
            {
                hasBegun = true;
                BusinessClient client = stay.Phase is BusinessPhase.Oss or BusinessPhase.Settled ? _clients.Destination : _clients.Source;
                failure = await DoAsync(operation, client, late.Token);
            }
            finally
            {
                _slots.Release();
            }
        }
        catch (OperationCanceledException)
        {
            failure = hasBegun ? $"no answer within {Plan.TimeoutMs} ms" : $"{Plan.MostInFlight} others were under way for {Plan.TimeoutMs} ms";
        }
        catch (Exception e) when (e is HttpRequestException or IOException or ObjectDisposedException)
        {
            failure = e.Message;
        }
        Model.Finish(operation, hasBegun, failure is null);
        Log.End(number, _time.GetElapsedTime(started) - due, failure is null ? OperationEnd.Success : OperationEnd.Failure);
        lock (_gate)
        {
            if (!_counts.TryGetValue(stay.Phase, out PhaseCount? count))
                _counts[stay.Phase] = count = new PhaseCount();
            count.Count(operation, failure is null ? null : $"{operation.Action} {operation.Object.Key}: {failure}");
        }
        Waits.Look();
        stay.Leave();
    }

    private async Task<string?> DoAsync(BusinessOperation operation, BusinessClient client, CancellationToken cancellationToken)
    {
        string key = operation.Object.Key;
        if (operation.Contents is not { } contents)
        {
            await client.DeleteAsync(key, cancellationToken);
            return null;
        }
        if (operation.Action != BusinessAction.Read)
        {
            // Not rented: a request that was given up may go on reading it for a moment.
            byte[] bytes = new byte[contents.Size];
            contents.Fill(bytes);
            await client.WriteAsync(key, bytes, cancellationToken);
            return null;
        }
        // One byte more than expected shows that there is too much.
        byte[] buffer = ArrayPool<byte>.Shared.Rent((int)contents.Size + 1);
        try
        {
            int read = await client.ReadAsync(key, buffer.AsMemory(0, (int)contents.Size + 1), cancellationToken);
            string? difference = contents.Compare(buffer.AsSpan(0, read));
            if (difference is null && contents is { Seed: null, Md5: null })
                Model.Learn(operation.Object, Convert.ToHexString(MD5.HashData(buffer.AsSpan(0, read))));
            return difference;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>The business in one phase, and the operations that began in it.</summary>
    private sealed class Stay(BusinessPhase phase)
    {
        private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

        // The stay itself counts as one until it is closed.
        private int _underWay = 1;

        public BusinessPhase Phase => phase;

        public Task Ended => _ended.Task;

        public void Enter() => Interlocked.Increment(ref _underWay);

        public void Close() => Leave();

        public void Leave()
        {
            if (Interlocked.Decrement(ref _underWay) == 0)
                _ended.TrySetResult();
        }
    }
}
