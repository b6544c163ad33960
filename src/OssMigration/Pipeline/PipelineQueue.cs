using System.Management.Automation;
using System.Threading.Channels;
using OssMigration.Core.Reporting;

namespace OssMigration.Pipeline;

/// <summary>
/// Carries what work says on any thread to the pipeline thread. Output waits while the pipeline is slow; messages never
/// wait, and are counted where the queue is full; of progress only the latest is kept.
/// </summary>
internal sealed class PipelineQueue(TimeProvider time, ProgressOutlet outlet)
{
    /// <summary>Most entries that wait at a time.</summary>
    public const int Capacity = 1024;

    private static readonly TimeSpan ProgressInterval = TimeSpan.FromMilliseconds(250);

    private readonly Channel<Action<Cmdlet>> _entries = Channel.CreateBounded<Action<Cmdlet>>(
        new BoundedChannelOptions(Capacity) { FullMode = BoundedChannelFullMode.Wait });

    private ProgressSnapshot? _progress;
    private ProgressRecord? _shown;
    private long _shownAt;
    private long _dropped;

    /// <summary>Emits an object; waits while the pipeline is behind.</summary>
    public ValueTask OutputAsync(object value, CancellationToken cancellationToken)
        => _entries.Writer.WriteAsync(command => command.WriteObject(value), cancellationToken);

    /// <summary>Writes a non-terminating error; waits while the pipeline is behind.</summary>
    public ValueTask ErrorAsync(ErrorRecord error, CancellationToken cancellationToken)
        => _entries.Writer.WriteAsync(command => command.WriteError(error), cancellationToken);

    /// <summary>Says something without waiting.</summary>
    public void Post(Action<Cmdlet> entry)
    {
        if (!_entries.Writer.TryWrite(entry))
            Interlocked.Increment(ref _dropped);
    }

    /// <summary>Replaces the progress that is shown next.</summary>
    public void Progress(ProgressSnapshot snapshot) => Volatile.Write(ref _progress, snapshot);

    /// <summary>Shows progress of another kind, without waiting.</summary>
    public void Progress(ProgressRecord record) => Post(command => outlet.Write(command, record));

    /// <summary>Says that nothing more comes.</summary>
    public void Complete() => _entries.Writer.TryComplete();

    /// <summary>On the pipeline thread: writes everything until <see cref="Complete"/>, or until cancelled.</summary>
    public void WriteAll(Cmdlet command, CancellationToken cancellationToken)
    {
        Task<bool> more = _entries.Reader.WaitToReadAsync(CancellationToken.None).AsTask();
        while (!cancellationToken.IsCancellationRequested)
        {
            if (!Wait(more, cancellationToken))
            {
                WriteProgress(command);
                continue;
            }

            if (!more.Result)
                break;
            while (!cancellationToken.IsCancellationRequested && _entries.Reader.TryRead(out Action<Cmdlet>? entry))
            {
                entry(command);
                WriteProgress(command);
            }

            more = _entries.Reader.WaitToReadAsync(CancellationToken.None).AsTask();
        }

        if (!cancellationToken.IsCancellationRequested)
            WriteEnd(command);
    }

    /// <summary>Throws everything away until <see cref="Complete"/>, so that no writer waits for a pipeline that is gone.</summary>
    public async Task DiscardAsync()
    {
        await foreach (Action<Cmdlet> _ in _entries.Reader.ReadAllAsync(CancellationToken.None).ConfigureAwait(false))
        {
        }
    }

    private static bool Wait(Task<bool> more, CancellationToken cancellationToken)
    {
        try
        {
            return more.Wait((int)ProgressInterval.TotalMilliseconds, cancellationToken);
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    private void WriteProgress(Cmdlet command)
    {
        if (_shown is not null && time.GetElapsedTime(_shownAt) < ProgressInterval)
            return;
        if (Interlocked.Exchange(ref _progress, null) is not { } snapshot)
            return;
        _shown = ProgressView.Of(snapshot);
        _shownAt = time.GetTimestamp();
        outlet.Write(command, _shown);
    }

    private void WriteEnd(Cmdlet command)
    {
        if (_shown is not null || Volatile.Read(ref _progress) is not null)
        {
            _shownAt = 0;
            WriteProgress(command);
            if (_shown is not null)
            {
                _shown.RecordType = ProgressRecordType.Completed;
                outlet.Write(command, _shown);
            }
        }

        if (Interlocked.Read(ref _dropped) is > 0 and long dropped)
            command.WriteWarning($"{dropped} messages came faster than they could be written and were left out.");
    }
}
