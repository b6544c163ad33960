using OssMigration.Core.Copying;
using OssMigration.Core.Jobs;
using OssMigration.Core.Journal;
using OssMigration.Core.Reporting;
using OssMigration.Core.Stores;
using OssMigration.Core.Throttling;

namespace OssMigration.Core.Slices;

/// <summary>
/// Works on slices of one job by the same engine as a run on one machine, each over a journal and a manifest of its own,
/// which it hands over. Several slices at a time share the stores, the rate and the memory. Thread-safe.
/// </summary>
public sealed class SliceWorker : IAsyncDisposable
{
    private readonly EngineEnvironment _environment;
    private readonly IRunListener _listener;
    private readonly CutoverClock _cutover;
    private readonly StoreChain _stores;
    private readonly string _scratch;
    private readonly MemoryBudget _memory;
    private readonly object _gate = new();
    private readonly Dictionary<int, Slice> _running = [];
    private MigrationJob _job;
    private StoreUsage _reportedSource;
    private StoreUsage _reportedDestination;
    private int _lastSlice;

    /// <summary>Opens both ends. Nothing is sent yet.</summary>
    /// <param name="environment">The engine's environment; its home is not used.</param>
    /// <param name="job">The job.</param>
    /// <param name="credentials">This machine's keys, where the addresses do not find them.</param>
    /// <param name="scratch">A folder for the time of work.</param>
    /// <param name="listener">Hears of warnings and details.</param>
    public SliceWorker(EngineEnvironment environment, MigrationJob job, RunCredentials credentials, string scratch, IRunListener listener)
    {
        _environment = environment;
        _scratch = scratch;
        _listener = listener;
        _job = Unlimited(job);
        _cutover = new CutoverClock(environment.Time) { Moment = job.CutoverTime };
        _memory = new MemoryBudget(job.MemoryBudget);
        _stores = new StoreChain(environment, _job, credentials, listener, _cutover);
    }

    /// <summary>Bytes written to the destination so far.</summary>
    public long BytesWritten => _stores.DestinationUsage.BytesWritten;

    /// <summary>Transfers under way.</summary>
    public int ActiveTransfers
    {
        get
        {
            lock (_gate)
                return _running.Values.Sum(slice => slice.Progress?.ActiveTransfers ?? 0);
        }
    }

    /// <summary>Finds out whether this machine reaches both ends with its own keys.</summary>
    public static async Task<IReadOnlyList<AddressCheck>> CheckAsync(
        EngineEnvironment environment, MigrationJob job, RunCredentials credentials, CancellationToken cancellationToken) =>
    [
        await new AddressChecker(environment, credentials.Source).CheckAsync(job.Source, AddressRole.Source, cancellationToken).ConfigureAwait(false),
        await new AddressChecker(environment, credentials.Destination).CheckAsync(job.Destination, AddressRole.Destination, cancellationToken).ConfigureAwait(false),
    ];

    /// <summary>Takes up this worker's share of what the job may take, at once.</summary>
    public void Obey(RateLimits share) => _stores.Pace.Obey(new LimitPlan(share, Schedule: null));

    /// <summary>Takes up the job as it is now: its moment of cut-over, also for slices under way.</summary>
    public async Task ChangeAsync(MigrationJob job)
    {
        MigrationJob changed = Unlimited(job);
        Slice[] running;
        lock (_gate)
        {
            if (changed == _job)
                return;
            _job = changed;
            running = [.. _running.Values];
        }

        _cutover.Moment = job.CutoverTime;
        foreach (Slice slice in running)
            await slice.Memory.Journal.WriteAsync(writes => writes.ChangeJob(_ => changed)).ConfigureAwait(false);
    }

    /// <summary>Works on one slice.</summary>
    /// <param name="order">What is asked for.</param>
    /// <param name="bounds">How far it goes.</param>
    /// <param name="settled">What earlier runs settled of it; null where none did.</param>
    /// <param name="cutAt">Where the range is to be cut, asked again and again; null for nowhere. The slice ends early then.</param>
    /// <param name="uploadBegun">Told of an upload before its first part is sent.</param>
    /// <param name="handOver">Ends the slice where it stands; what is under way is left to the next.</param>
    /// <exception cref="StoreException">A store, or this machine's disk, does not let the slice go on.</exception>
    public async Task<SliceResult> RunAsync(
        SliceOrder order, SliceBounds bounds, SettledPiece? settled, Func<string?> cutAt, Func<SliceNews.UploadBegun, Task> uploadBegun, CancellationToken handOver)
    {
        using CancellationTokenSource end = CancellationTokenSource.CreateLinkedTokenSource(handOver);
        MigrationJob job;
        int number;
        lock (_gate)
        {
            job = _job;
            number = ++_lastSlice;
        }

        RunRow run = new(SliceMemory.Run, job.Mode, _environment.Time.GetUtcNow(), IsFinished: false, Resumes: 0, TimeSpan.Zero, default, default);
        await using SliceMemory memory = await SliceMemory.CreateAsync(Path.Combine(_scratch, $"slice{number}"), job, run, order, settled).ConfigureAwait(false);
        Slice slice = new(memory, _listener);
        lock (_gate)
            _running.Add(number, slice);
        try
        {
            if (_job != job)
                await memory.Journal.WriteAsync(writes => writes.ChangeJob(_ => _job)).ConfigureAwait(false);
            using ListerChoice listers = new(_stores, job, run, memory.Folder, slice);
            RunStretch stretch = new(job, run, memory.Journal, _stores, _cutover, _cutover.HasCome);
            SliceWalks? walks = null;
            SliceHooks hooks = new(
                inner => walks = new SliceWalks(inner, bounds, () => cutAt() is not null, _environment.Time),
                _memory,
                upload => uploadBegun(new SliceNews.UploadBegun(order.Run, order.Range, SliceMemory.ToUpload(upload, []))));
            RunAssembly assembly = new(_environment, memory.Folder, listers, slice, stretch, hooks);
            await using (ITimer timer = _environment.Time.CreateTimer(_ => end.Cancel(), null, bounds.HandOver, Timeout.InfiniteTimeSpan))
                await assembly.MakeSession().RunAsync([memory.RangeRow], end.Token).ConfigureAwait(false);
            return CountUsage(Cut(memory.ToResult(walks!.EndedEarly), cutAt()));
        }
        finally
        {
            lock (_gate)
                _running.Remove(number);
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _stores.DisposeAsync();

    // The share is given by the coordinator; a limit of the job itself would be taken by each worker as a whole.
    private static MigrationJob Unlimited(MigrationJob job) => job with
    {
        MaxBytesPerSecond = null,
        MaxObjectsPerSecond = null,
        LinkBytesPerSecond = null,
        ReserveBytesPerSecond = null,
        Schedule = null,
        TimeZone = null,
    };

    // What the slice has passed already is not cut any more.
    private static SliceResult Cut(SliceResult result, string? cut)
    {
        bool isAhead = cut is not null && !result.IsComplete
            && (result.To is null || KeyOrder.CompareKeys(cut, result.To) > 0) && (result.End is null || KeyOrder.CompareKeys(cut, result.End) < 0);
        return isAhead ? result with { CutAt = cut } : result;
    }

    private SliceResult CountUsage(SliceResult result)
    {
        lock (_gate)
        {
            (StoreUsage source, StoreUsage destination) = (_stores.SourceUsage, _stores.DestinationUsage);
            SliceResult counted = result with { SourceUsage = source - _reportedSource, DestinationUsage = destination - _reportedDestination };
            (_reportedSource, _reportedDestination) = (source, destination);
            return counted;
        }
    }

    /// <summary>A slice under way: the objects that a person should see are shown by the coordinator, once they are in its journal.</summary>
    private sealed class Slice(SliceMemory memory, IRunListener listener) : IRunListener
    {
        public SliceMemory Memory => memory;

        public ProgressSnapshot? Progress { get; private set; }

        public void OnProgress(ProgressSnapshot snapshot) => Progress = snapshot;

        public void OnEvent(RunEvent happened)
        {
            if (happened.Level != EventLevel.Information)
                listener.OnEvent(happened);
        }

        public void OnItem(MigrationItem item)
        {
        }
    }
}
