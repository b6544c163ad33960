using System.Diagnostics.CodeAnalysis;
using OssMigration.Core.Jobs;
using OssMigration.Core.Reporting;
using OssMigration.Core.Slices;

namespace OssMigration.Cluster;

/// <summary>
/// Makes this process the one coordinator of a job: takes orders to the broker and news back, tells workers twice a second
/// what they must know, and divides the job's limits among them. It reconnects by itself. Dispose it after the run.
/// </summary>
public sealed class Coordinator : ISliceExchange, IAsyncDisposable
{
    private static readonly TimeSpan TellInterval = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan NewsTick = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan LockPatience = TimeSpan.FromSeconds(4);
    private static readonly TimeSpan[] Pauses = [TimeSpan.FromMilliseconds(200), TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(5)];

    private readonly QueueAddress _address;
    private readonly Topology _topology;
    private readonly string _jobName;
    private readonly IRunListener _listener;
    private readonly TimeProvider _time;
    private readonly WorkerTable _table;
    private readonly ShareBook _bytes = new();
    private readonly ShareBook _objects = new();
    private readonly CancellationTokenSource _end = new();
    private readonly HashSet<string> _otherVersions = new(StringComparer.Ordinal);
    private readonly long _begunAt;
    private Task _maintenance = Task.CompletedTask;
    private Task _telling = Task.CompletedTask;
    private volatile CoordinatorLink? _link;
    private volatile Exception? _failure;
    private volatile SharedState? _state;
    private volatile bool _isEnded;
    private SharedRun? _run;
    private bool _isResumed;
    private long _sequence;
    private long _waiting;

    private Coordinator(QueueAddress address, MigrationJob job, IRunListener listener, TimeProvider time)
    {
        _address = address;
        _topology = Topology.Of(job);
        _jobName = job.Name;
        _listener = listener;
        _time = time;
        _table = new WorkerTable(job.Name, time);
        _begunAt = time.GetTimestamp();

        // States of a coordinator before this one must look older, also to a worker that has applied one of them.
        _sequence = time.GetUtcNow().ToUnixTimeMilliseconds();
    }

    /// <inheritdoc/>
    public SharedStanding Standing => _table.Standing(Interlocked.Read(ref _waiting));

    /// <summary>Connects to the broker and takes the job.</summary>
    /// <exception cref="QueueException">The broker cannot be used.</exception>
    /// <exception cref="RefusedException">ClusterCoordinatorTaken: the job has a coordinator.</exception>
    public static async Task<Coordinator> StartAsync(QueueAddress address, MigrationJob job, IRunListener listener, TimeProvider time, CancellationToken cancellationToken)
    {
        Coordinator coordinator = new(address, job, listener, time);
        long begun = time.GetTimestamp();
        while (coordinator._link is null)
        {
            try
            {
                coordinator._link = await coordinator.OpenLinkAsync(cancellationToken).ConfigureAwait(false);
            }
            catch (Exception exception) when (exception is not (QueueException or OperationCanceledException))
            {
                throw new QueueException(QueueProblem.Unreachable, $"The broker {address} cannot be reached: {QueueErrors.Describe(exception)}", exception);
            }

            // The broker may not have noticed yet that the coordinator before this one is dead.
            if (coordinator._link is null && time.GetElapsedTime(begun) > LockPatience)
                throw coordinator.Taken();
            if (coordinator._link is null)
                await Task.Delay(TellInterval, time, cancellationToken).ConfigureAwait(false);
        }

        coordinator._maintenance = Task.Run(coordinator.MaintainAsync, CancellationToken.None);
        coordinator._telling = Task.Run(coordinator.TellAsync, CancellationToken.None);
        return coordinator;
    }

    /// <inheritdoc/>
    public async Task<bool> OpenAsync(SharedRun run, CancellationToken cancellationToken)
    {
        _run = run;
        _isEnded = false;
        bool isNew = await WithLinkAsync(link => link.BeginAsync(cancellationToken), cancellationToken).ConfigureAwait(false);
        _isResumed = !isNew;
        return isNew;
    }

    /// <inheritdoc/>
    public async Task OrderAsync(IReadOnlyList<SliceOrder> orders, CancellationToken cancellationToken)
    {
        foreach (SliceOrder order in orders)
        {
            byte[] body = Wire.ToBytes(order);
            await WithLinkAsync(
                async link =>
                {
                    await link.OrderAsync(body, cancellationToken).ConfigureAwait(false);
                    return true;
                },
                cancellationToken).ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    public async Task<IncomingNews?> NextAsync(CancellationToken cancellationToken)
    {
        ThrowIfFailed();
        using CancellationTokenSource tick = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        tick.CancelAfter(NewsTick);
        try
        {
            if (_link is not { } link)
            {
                await Task.Delay(NewsTick, _time, tick.Token).ConfigureAwait(false);
                return null;
            }

            Delivery delivery = await link.News.Reader.ReadAsync(tick.Token).ConfigureAwait(false);

            // What came in over a lost connection is delivered again.
            return link.IsOpen ? Understand(delivery) : null;
        }
        catch (Exception exception) when (exception is OperationCanceledException or System.Threading.Channels.ChannelClosedException)
        {
            cancellationToken.ThrowIfCancellationRequested();
            return null;
        }
    }

    /// <inheritdoc/>
    public void Announce(SharedState state) => _state = state;

    /// <inheritdoc/>
    public async Task CloseAsync(bool isFinished)
    {
        _isEnded = isFinished;
        await Task.Delay(4 * TellInterval, _time).ConfigureAwait(false);
        _state = null;
        if (!isFinished || _link is not { } link)
            return;
        try
        {
            await link.DeleteAsync(_end.Token).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            _listener.OnEvent(new RunEvent(EventLevel.Warning, $"The queues of the finished run could not be deleted at the broker: {QueueErrors.Describe(exception)}"));
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync().ConfigureAwait(false);
        await Task.WhenAll(_maintenance, _telling).ConfigureAwait(false);
        if (_link is { } link)
            await link.DisposeAsync().ConfigureAwait(false);
        _end.Dispose();
    }

    private Task<CoordinatorLink?> OpenLinkAsync(CancellationToken cancellationToken)
        => CoordinatorLink.OpenAsync(_address, _topology, $"OssMigration coordinator of {_jobName} on {Environment.MachineName}", Hear, TellBlocked, cancellationToken);

    private RefusedException Taken() => new(
        "ClusterCoordinatorTaken",
        $"Job '{_jobName}' has a coordinator at {_address} already.",
        "Stop that one first (Stop-OssMigration on its machine), or wait half a minute where its machine was lost.");

    private void TellBlocked(bool isBlocked) => _listener.OnEvent(isBlocked
        ? new RunEvent(EventLevel.Warning, $"The broker {_address} takes no messages now, because its memory or disk is nearly full; the run waits for it.")
        : new RunEvent(EventLevel.Information, $"The broker {_address} takes messages again."));

    private void ThrowIfFailed()
    {
        if (_failure is { } failure)
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Capture(failure).Throw();
    }

    private async Task<T> WithLinkAsync<T>(Func<CoordinatorLink, Task<T>> action, CancellationToken cancellationToken)
    {
        while (true)
        {
            ThrowIfFailed();
            if (_link is { IsOpen: true } link)
            {
                try
                {
                    return await action(link).ConfigureAwait(false);
                }
                catch (Exception exception) when (exception is not (QueueException or OperationCanceledException) || link.Lost.IsCancellationRequested)
                {
                    // Whether it was kept is not known. It is sent again, and what is there twice counts once.
                    _listener.OnEvent(new RunEvent(EventLevel.Verbose, $"Again at the broker: {QueueErrors.Describe(exception)}"));
                }
            }

            await Task.Delay(NewsTick, _time, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task MaintainAsync()
    {
        while (!_end.IsCancellationRequested)
        {
            await WaitForLossAsync(_link!).ConfigureAwait(false);
            if (_end.IsCancellationRequested)
                return;
            _listener.OnEvent(new RunEvent(EventLevel.Warning, $"The connection to the broker {_address} is lost; workers keep to what they have. Connecting again."));
            await _link!.DisposeAsync().ConfigureAwait(false);
            _link = null;
            if (!await ReconnectAsync().ConfigureAwait(false))
                return;
            _listener.OnEvent(new RunEvent(EventLevel.Information, $"Connected to the broker {_address} again."));
        }
    }

    private async Task WaitForLossAsync(CoordinatorLink link)
    {
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(link.Lost, _end.Token);
        await Task.Delay(Timeout.Infinite, either.Token).ContinueWith(static _ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default).ConfigureAwait(false);
    }

    [SuppressMessage("Design", "CA1031", Justification = "Whatever goes wrong is told to who uses the coordinator, or tried again.")]
    private async Task<bool> ReconnectAsync()
    {
        long? lockedSince = null;
        for (int attempt = 0; !_end.IsCancellationRequested; attempt++)
        {
            try
            {
                if (await OpenLinkAsync(_end.Token).ConfigureAwait(false) is { } link)
                {
                    if (_run is not null)
                        await link.BeginAsync(_end.Token).ConfigureAwait(false);
                    _link = link;
                    return true;
                }

                // Our own lost connection may hold the job until its heartbeat lapses.
                lockedSince ??= _time.GetTimestamp();
                if (_time.GetElapsedTime(lockedSince.Value) > WorkerTable.LostAfter + WorkerTable.LostAfter)
                {
                    _failure = Taken();
                    return false;
                }
            }
            catch (QueueException exception)
            {
                _failure = exception;
                return false;
            }
            catch (Exception exception)
            {
                _listener.OnEvent(new RunEvent(EventLevel.Verbose, $"No connection yet: {QueueErrors.Describe(exception)}"));
            }

            await Task.Delay(Pauses[Math.Min(attempt, Pauses.Length - 1)], _time, _end.Token)
                .ContinueWith(static _ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default).ConfigureAwait(false);
        }

        return false;
    }

    private static IncomingNews? Understand(Delivery delivery)
    {
        SliceNews? news = delivery.Type switch
        {
            MessageType.Result => new SliceNews.Done(Wire.Read<SliceResult>(delivery.Body)),
            MessageType.Doubt when Wire.Read<DoubtMessage>(delivery.Body) is var doubt => new SliceNews.Doubt(doubt.Order, doubt.Reason, doubt.Code),
            MessageType.Order => new SliceNews.Doubt(Wire.Read<SliceOrder>(delivery.Body), "It was given back by the broker too often."),
            MessageType.Upload when Wire.Read<UploadMessage>(delivery.Body) is var begun => new SliceNews.UploadBegun(begun.Run, begun.Range, begun.Upload),
            _ => null,
        };
        return news is null ? null : new IncomingNews(news, delivery.AcceptAsync);
    }

    private void Hear(Delivery delivery)
    {
        switch (delivery.Type)
        {
            case MessageType.Presence:
                Hear(Wire.Read<Presence>(delivery.Body));
                break;
            case MessageType.SettledWanted when _run is { } run && _link is { } link:
                _ = Task.Run(() => AnswerAsync(run, link, delivery));
                break;
        }
    }

    private void Hear(Presence presence)
    {
        if (presence.Version == EngineVersion.Current)
        {
            _table.Hear(presence);
            return;
        }

        lock (_otherVersions)
        {
            if (!_otherVersions.Add(presence.Worker))
                return;
        }

        _listener.OnEvent(new RunEvent(EventLevel.Warning, $"Worker {presence.Worker} has engine {presence.Version}, this coordinator {EngineVersion.Current}; it gets no share."));
    }

    [SuppressMessage("Design", "CA1031", Justification = "A worker that gets no answer asks again; what is wrong with the manifest is told.")]
    private async Task AnswerAsync(SharedRun run, CoordinatorLink link, Delivery question)
    {
        try
        {
            SettledWanted wanted = Wire.Read<SettledWanted>(question.Body);
            SettledPiece piece = await run.Settled(wanted.From, wanted.End, _end.Token).ConfigureAwait(false);
            await link.AnswerAsync(question, MessageType.Settled, Wire.ToBytes(piece), _end.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
        }
        catch (Core.Manifests.ManifestException exception)
        {
            _failure = new JobStateException(JobStateError.Damaged, _jobName, $"The manifest of job '{_jobName}' is damaged: {exception.Message}", exception);
        }
        catch (Exception exception)
        {
            _listener.OnEvent(new RunEvent(EventLevel.Verbose, $"What earlier runs settled could not be sent to a worker: {QueueErrors.Describe(exception)}"));
        }
    }

    [SuppressMessage("Design", "CA1031", Justification = "A lost connection is seen and mended elsewhere.")]
    private async Task TellAsync()
    {
        using PeriodicTimer timer = new(TellInterval, _time);
        try
        {
            for (long tick = 0; await timer.WaitForNextTickAsync(_end.Token).ConfigureAwait(false); tick++)
            {
                if (_link is not { IsOpen: true } link)
                    continue;
                try
                {
                    await TellAsync(link, tick).ConfigureAwait(false);
                }
                catch (Exception exception) when (!_end.IsCancellationRequested)
                {
                    _listener.OnEvent(new RunEvent(EventLevel.Verbose, $"Workers could not be told: {QueueErrors.Describe(exception)}"));
                }
            }
        }
        catch (OperationCanceledException)
        {
        }
    }

    private async Task TellAsync(CoordinatorLink link, long tick)
    {
        if (tick % 2 == 0)
        {
            Notice notice = new(_jobName, _topology.JobId, EngineVersion.Current, Environment.MachineName);
            await link.TellAsync(Topology.Jobs, MessageType.Notice, Wire.ToBytes(notice), _end.Token).ConfigureAwait(false);
        }

        if (_state is not { } state)
            return;
        Interlocked.Exchange(ref _waiting, await link.CountWaitingAsync(_end.Token).ConfigureAwait(false));
        await link.TellAsync(_topology.Control, MessageType.State, Wire.ToBytes(ToMessage(state)), _end.Token).ConfigureAwait(false);
        if (tick % 2 == 0)
            await link.TellAsync(_topology.Table, MessageType.Table, Wire.ToBytes(new Table(_jobName, EngineVersion.Current, _table.ToList())), _end.Token).ConfigureAwait(false);
    }

    private State ToMessage(SharedState state)
    {
        long sequence = ++_sequence;
        bool areWaiting = Interlocked.Read(ref _waiting) > 0;

        // A worker of the coordinator before this one may be cut off and keep to its share for a while.
        bool mayMiss = _isResumed && _time.GetElapsedTime(_begunAt) < WorkerTable.LostAfter;
        IReadOnlyList<ShareClaim> byBytes = _table.Claims(ofObjects: false, areWaiting);
        IReadOnlyList<ShareClaim> byObjects = _table.Claims(ofObjects: true, areWaiting);
        IReadOnlyDictionary<string, long?> bytes = _bytes.Divide(state.Limits.BytesPerSecond, Withheld(state.Limits.BytesPerSecond, byBytes), byBytes, sequence);
        IReadOnlyDictionary<string, long?> objects = _objects.Divide(state.Limits.ObjectsPerSecond, Withheld(state.Limits.ObjectsPerSecond, byObjects), byObjects, sequence);
        return new State
        {
            Sequence = sequence,
            Version = EngineVersion.Current,
            Host = Environment.MachineName,
            Now = _time.GetUtcNow(),
            Job = state.Job,
            Run = state.Run,
            IsStopping = state.IsStopping,
            IsEnded = _isEnded && state.Job.Mode == MigrationMode.Full,
            Cuts = state.Cuts,
            IsPaused = state.Limits.IsPaused,
            IsLimited = state.Limits.BytesPerSecond is not null || state.Limits.ObjectsPerSecond is not null,
            Shares = byBytes.ToDictionary(claim => claim.Worker, claim => new Share(bytes.GetValueOrDefault(claim.Worker), objects.GetValueOrDefault(claim.Worker))),
            Generations = state.Generations,
        };

        long Withheld(long? total, IReadOnlyList<ShareClaim> claims)
            => mayMiss && total is { } limit ? Math.Max(0, limit - claims.Sum(claim => Math.Min(claim.Current ?? limit, limit))) : 0;
    }
}
