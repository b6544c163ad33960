using System.Diagnostics.CodeAnalysis;
using OssMigration.Core.Jobs;
using OssMigration.Core.Reporting;

namespace OssMigration.Cluster;

/// <summary>A coordinator's way to the broker: takes the job, connects again whenever the connection is lost, and says when that does not help.</summary>
internal sealed class CoordinatorLine(QueueAddress address, Topology topology, string jobName, Action<Delivery> hear, IRunListener listener, TimeProvider time) : IAsyncDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan LockPause = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan LockPatience = TimeSpan.FromSeconds(4);
    private static readonly TimeSpan[] Pauses = [Pause, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(5)];

    private readonly CancellationTokenSource _end = new();
    private Task _maintenance = Task.CompletedTask;
    private volatile CoordinatorLink? _link;
    private volatile Exception? _failure;
    private volatile bool _hasBegun;

    /// <summary>The connection; null while there is none.</summary>
    public CoordinatorLink? Link => _link;

    /// <summary>Fires when it ends.</summary>
    public CancellationToken End => _end.Token;

    /// <summary>Connects and takes the job.</summary>
    /// <exception cref="QueueException">The broker cannot be used.</exception>
    /// <exception cref="RefusedException">ClusterCoordinatorTaken: the job has a coordinator.</exception>
    public async Task OpenAsync(CancellationToken cancellationToken)
    {
        long begun = time.GetTimestamp();
        while ((_link = await OpenFirstAsync(cancellationToken).ConfigureAwait(false)) is null)
        {
            // The broker may not have noticed yet that the coordinator before this one is dead.
            if (time.GetElapsedTime(begun) > LockPatience)
                throw Taken();
            await Task.Delay(LockPause, time, cancellationToken).ConfigureAwait(false);
        }

        _maintenance = Task.Run(MaintainAsync, CancellationToken.None);
    }

    /// <summary>Begins with the job's queues, on every connection from now on; true where they were not there.</summary>
    public Task<bool> BeginAsync(CancellationToken cancellationToken)
    {
        _hasBegun = true;
        return DoAsync(link => link.BeginAsync(cancellationToken), cancellationToken);
    }

    /// <summary>Does something over the connection, as often as it takes: whether it was done on one that was lost is not known.</summary>
    /// <exception cref="QueueException">The broker refuses for good.</exception>
    public async Task<T> DoAsync<T>(Func<CoordinatorLink, Task<T>> action, CancellationToken cancellationToken)
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
                    listener.OnEvent(new RunEvent(EventLevel.Verbose, $"Again at the broker: {QueueErrors.Describe(exception)}"));
                }
            }

            await Task.Delay(Pause, time, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>As above, without a result.</summary>
    public Task DoAsync(Func<CoordinatorLink, Task> action, CancellationToken cancellationToken) => DoAsync(
        async link =>
        {
            await action(link).ConfigureAwait(false);
            return true;
        },
        cancellationToken);

    /// <summary>Nothing goes on any more, for this reason.</summary>
    public void Fail(Exception reason) => _failure ??= reason;

    /// <summary>Throws what <see cref="Fail"/> was told, or why no connection can be made any more.</summary>
    public void ThrowIfFailed()
    {
        if (_failure is { } failure)
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Capture(failure).Throw();
    }

    /// <summary>Connects no more; the connection stays until it is disposed.</summary>
    public async Task EndAsync()
    {
        await _end.CancelAsync().ConfigureAwait(false);
        await _maintenance.ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_link is { } link)
            await link.DisposeAsync().ConfigureAwait(false);
        _end.Dispose();
    }

    private async Task<CoordinatorLink?> OpenFirstAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await OpenLinkAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is not (QueueException or OperationCanceledException))
        {
            throw QueueErrors.Unreachable(exception, address);
        }
    }

    private Task<CoordinatorLink?> OpenLinkAsync(CancellationToken cancellationToken)
        => CoordinatorLink.OpenAsync(address, topology, $"OssMigration coordinator of {jobName} on {Environment.MachineName}", hear, TellBlocked, cancellationToken);

    private RefusedException Taken() => new(
        "ClusterCoordinatorTaken",
        $"Job '{jobName}' has a coordinator at {address} already.",
        "Stop that one first (Stop-OssMigration on its machine), or wait half a minute where its machine was lost.");

    private void TellBlocked(bool isBlocked) => listener.OnEvent(isBlocked
        ? new RunEvent(EventLevel.Warning, $"The broker {address} takes no messages now, because its memory or disk is nearly full; the run waits for it.")
        : new RunEvent(EventLevel.Information, $"The broker {address} takes messages again."));

    private async Task MaintainAsync()
    {
        while (_link is { } link)
        {
            using (CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(link.Lost, End))
                await Task.Delay(Timeout.Infinite, either.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (_end.IsCancellationRequested)
                return;
            listener.OnEvent(new RunEvent(EventLevel.Warning, $"The connection to the broker {address} is lost; workers keep to what they have. Connecting again."));
            _link = null;
            await link.DisposeAsync().ConfigureAwait(false);
            _link = await ReconnectAsync().ConfigureAwait(false);
            if (_link is not null)
                listener.OnEvent(new RunEvent(EventLevel.Information, $"Connected to the broker {address} again."));
        }
    }

    [SuppressMessage("Design", "CA1031", Justification = "Whatever goes wrong is told to who uses the coordinator, or tried again.")]
    private async Task<CoordinatorLink?> ReconnectAsync()
    {
        long? lockedSince = null;
        for (int attempt = 0; !_end.IsCancellationRequested; attempt++)
        {
            try
            {
                if (await OpenLinkAsync(End).ConfigureAwait(false) is { } link)
                    return await BeginAgainAsync(link).ConfigureAwait(false);

                // Our own lost connection may hold the job until its heartbeat lapses.
                lockedSince ??= time.GetTimestamp();
                if (time.GetElapsedTime(lockedSince.Value) > WorkerTable.LostAfter + WorkerTable.LostAfter)
                    Fail(Taken());
            }
            catch (QueueException exception)
            {
                Fail(exception);
            }
            catch (Exception exception)
            {
                listener.OnEvent(new RunEvent(EventLevel.Verbose, $"No connection yet: {QueueErrors.Describe(exception)}"));
            }

            if (_failure is not null)
                return null;
            await Task.Delay(Pauses[Math.Min(attempt, Pauses.Length - 1)], time, End).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        return null;
    }

    // One that is not fit for use must not go on holding the job.
    private async Task<CoordinatorLink> BeginAgainAsync(CoordinatorLink link)
    {
        try
        {
            if (_hasBegun)
                await link.BeginAsync(End).ConfigureAwait(false);
            return link;
        }
        catch
        {
            await link.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }
}
