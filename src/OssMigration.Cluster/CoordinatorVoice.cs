using System.Diagnostics.CodeAnalysis;
using OssMigration.Core.Reporting;
using OssMigration.Core.Slices;

namespace OssMigration.Cluster;

/// <summary>What a coordinator tells, twice a second: that it is there, what workers must know, and what it knows of them.</summary>
internal sealed class CoordinatorVoice(CoordinatorLine line, Topology topology, string jobName, WorkerTable table, IRunListener listener, TimeProvider time)
{
    /// <summary>How often it tells.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(500);

    // States of a coordinator before this one must look older, also to a worker that has applied one of them.
    private long _sequence = time.GetUtcNow().ToUnixTimeMilliseconds();
    private volatile SharedState? _state;
    private volatile bool _isEnded;
    private long _waiting;

    /// <summary>The shares of the limits.</summary>
    public WorkerShares Shares { get; } = new(table, time);

    /// <summary>Orders that nobody took yet.</summary>
    public long Waiting => Interlocked.Read(ref _waiting);

    /// <summary>Workers must know this, until something else is announced; null for nothing.</summary>
    public void Announce(SharedState? state) => _state = state;

    /// <summary>Says with the state whether the run has ended, and the job has no other.</summary>
    public void SetEnded(bool isEnded) => _isEnded = isEnded;

    /// <summary>Tells until the line ends.</summary>
    [SuppressMessage("Design", "CA1031", Justification = "A lost connection is seen and mended elsewhere.")]
    public async Task RunAsync()
    {
        using PeriodicTimer timer = new(Interval, time);
        try
        {
            for (long tick = 0; await timer.WaitForNextTickAsync(line.End).ConfigureAwait(false); tick++)
            {
                if (line.Link is not { IsOpen: true } link)
                    continue;
                try
                {
                    await TellAsync(link, tick).ConfigureAwait(false);
                }
                catch (Exception exception) when (!line.End.IsCancellationRequested)
                {
                    listener.OnEvent(new RunEvent(EventLevel.Verbose, $"Workers could not be told: {QueueErrors.Describe(exception)}"));
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
            Notice notice = new(jobName, topology.JobId, EngineVersion.Current, Environment.MachineName);
            await link.TellAsync(Topology.Jobs, MessageType.Notice, Wire.ToBytes(notice), line.End).ConfigureAwait(false);
        }

        if (_state is not { } state)
            return;
        Interlocked.Exchange(ref _waiting, await link.CountWaitingAsync(line.End).ConfigureAwait(false));
        await link.TellAsync(topology.Control, MessageType.State, Wire.ToBytes(ToMessage(state)), line.End).ConfigureAwait(false);
        if (tick % 2 == 0)
            await link.TellAsync(topology.Table, MessageType.Table, Wire.ToBytes(new Table(jobName, EngineVersion.Current, table.ToList())), line.End).ConfigureAwait(false);
    }

    private State ToMessage(SharedState state)
    {
        long sequence = ++_sequence;
        return new State
        {
            Sequence = sequence,
            Version = EngineVersion.Current,
            Host = Environment.MachineName,
            Now = time.GetUtcNow(),
            Shared = state,
            IsEnded = _isEnded,
            Shares = Shares.Divide(state.Limits, Waiting > 0, sequence),
        };
    }
}
