using System.Diagnostics.CodeAnalysis;
using System.Threading.Channels;
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
    private static readonly TimeSpan NewsTick = TimeSpan.FromMilliseconds(200);

    private readonly string _jobName;
    private readonly IRunListener _listener;
    private readonly TimeProvider _time;
    private readonly WorkerTable _table;
    private readonly CoordinatorLine _line;
    private readonly CoordinatorVoice _voice;
    private readonly HashSet<string> _otherVersions = new(StringComparer.Ordinal);
    private Task _telling = Task.CompletedTask;
    private SharedRun? _run;

    private Coordinator(QueueAddress address, MigrationJob job, IRunListener listener, TimeProvider time)
    {
        _jobName = job.Name;
        _listener = listener;
        _time = time;
        Topology topology = Topology.Of(job);
        _table = new WorkerTable(job.Name, time);
        _line = new CoordinatorLine(address, topology, job.Name, Hear, listener, time);
        _voice = new CoordinatorVoice(_line, topology, job.Name, _table, listener, time);
    }

    /// <inheritdoc/>
    public SharedStanding Standing => _table.Standing(_voice.Waiting);

    /// <summary>Connects to the broker and takes the job.</summary>
    /// <exception cref="QueueException">The broker cannot be used.</exception>
    /// <exception cref="RefusedException">ClusterCoordinatorTaken: the job has a coordinator.</exception>
    public static async Task<Coordinator> StartAsync(QueueAddress address, MigrationJob job, IRunListener listener, TimeProvider time, CancellationToken cancellationToken)
    {
        Coordinator coordinator = new(address, job, listener, time);
        await coordinator._line.OpenAsync(cancellationToken).ConfigureAwait(false);
        coordinator._telling = Task.Run(coordinator._voice.RunAsync, CancellationToken.None);
        return coordinator;
    }

    /// <inheritdoc/>
    public async Task<bool> OpenAsync(SharedRun run, CancellationToken cancellationToken)
    {
        bool isFirst = _run is null;
        _run = run;
        bool isNew = await _line.BeginAsync(cancellationToken).ConfigureAwait(false);
        _voice.Shares.AreResumed = isFirst && !isNew;
        return isNew;
    }

    /// <inheritdoc/>
    public async Task OrderAsync(IReadOnlyList<SliceOrder> orders, CancellationToken cancellationToken)
    {
        // One that is sent again, because its connection was lost meanwhile, may be there twice and counts once.
        foreach (byte[] order in orders.Select(Wire.ToBytes))
            await _line.DoAsync(link => link.OrderAsync(order, cancellationToken), cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async Task<IncomingNews?> NextAsync(CancellationToken cancellationToken)
    {
        _line.ThrowIfFailed();
        using CancellationTokenSource tick = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        tick.CancelAfter(NewsTick);
        try
        {
            if (_line.Link is not { } link)
            {
                await Task.Delay(NewsTick, _time, tick.Token).ConfigureAwait(false);
                return null;
            }

            Delivery delivery = await link.News.Reader.ReadAsync(tick.Token).ConfigureAwait(false);

            // What came in over a lost connection is delivered again.
            return link.IsOpen ? Understand(delivery) : null;
        }
        catch (Exception exception) when (exception is OperationCanceledException or ChannelClosedException)
        {
            cancellationToken.ThrowIfCancellationRequested();
            return null;
        }
    }

    /// <inheritdoc/>
    public void Announce(SharedState state) => _voice.Announce(state);

    /// <inheritdoc/>
    public async Task CloseAsync(bool isFinished, bool isLast)
    {
        // Workers stay for the next run.
        if (isFinished && !isLast)
            return;
        _voice.SetEnded(isLast);
        await Task.Delay(4 * CoordinatorVoice.Interval, _time).ConfigureAwait(false);
        _voice.Announce(null);
        if (!isLast || _line.Link is not { } link)
            return;
        try
        {
            await link.DeleteAsync(_line.End).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            _listener.OnEvent(new RunEvent(EventLevel.Warning, $"The queues of the finished job could not be deleted at the broker: {QueueErrors.Describe(exception)}"));
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _line.EndAsync().ConfigureAwait(false);
        await _telling.ConfigureAwait(false);
        await _line.DisposeAsync().ConfigureAwait(false);
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
            case MessageType.SettledWanted when _run is { } run && _line.Link is { } link:
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
            SettledPiece piece = await run.Settled(wanted.From, wanted.End, _line.End).ConfigureAwait(false);
            await link.AnswerAsync(question, MessageType.Settled, Wire.ToBytes(piece), _line.End).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
        }
        catch (Core.Manifests.ManifestException exception)
        {
            _line.Fail(new JobStateException(JobStateError.Damaged, _jobName, $"The manifest of job '{_jobName}' is damaged: {exception.Message}", exception));
        }
        catch (Exception exception)
        {
            _listener.OnEvent(new RunEvent(EventLevel.Verbose, $"What earlier runs settled could not be sent to a worker: {QueueErrors.Describe(exception)}"));
        }
    }
}
