using OssMigration.Core.Jobs;
using OssMigration.Core.Reporting;
using OssMigration.Core.Slices;
using OssMigration.Core.Stores;

namespace OssMigration.Cluster;

/// <summary>Makes this process a worker: it finds a job whose coordinator is heard, works on slices of it, and connects again when the broker is lost.</summary>
public sealed class Worker
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan PatienceBeforeNews = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan MostClockSkew = TimeSpan.FromMinutes(1);

    private readonly EngineEnvironment _environment;
    private readonly QueueAddress _address;
    private readonly WorkerOptions _options;
    private readonly IRunListener _listener;
    private readonly WorkerLog _log;
    private volatile Notice? _notice;
    private volatile State? _state;
    private volatile WorkerShift? _shift;
    private string? _lastNews;

    /// <summary>Makes a worker; nothing is sent yet.</summary>
    public Worker(EngineEnvironment environment, QueueAddress address, WorkerOptions options, IRunListener listener)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Places, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(options.Places, 16);
        _environment = environment;
        _address = address;
        _options = options;
        _listener = listener;
        _log = new WorkerLog(environment.Time);
    }

    /// <summary>Works until the job has ended, or it is cancelled: then what is under way is handed over first.</summary>
    /// <exception cref="QueueException">The broker cannot be used.</exception>
    /// <exception cref="RefusedException">ClusterVersion, ClusterWorkerAddress, ClusterWorkerClock: this machine cannot work on the job.</exception>
    /// <exception cref="StoreException">A store refuses this machine.</exception>
    public async Task<WorkerSummary> RunAsync(CancellationToken cancellationToken)
    {
        string scratch = Directory.CreateTempSubdirectory("ossmigration-worker-").FullName;
        try
        {
            for (bool isFirst = true; !cancellationToken.IsCancellationRequested; isFirst = false)
            {
                WorkerLink? link = await ConnectAsync(isFirst, cancellationToken).ConfigureAwait(false);
                if (link is null)
                    continue;
                await using (link)
                {
                    if (await ServeAsync(link, scratch, cancellationToken).ConfigureAwait(false) && !_options.KeepsRunning)
                        return _log.ToSummary("The job has ended.");
                }
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
        }
        finally
        {
            Directory.Delete(scratch, recursive: true);
        }

        return _log.ToSummary("The worker was stopped.");
    }

    private async Task<WorkerLink?> ConnectAsync(bool isFirst, CancellationToken cancellationToken)
    {
        try
        {
            return await WorkerLink.OpenAsync(_address, _log.Worker, Hear, TellBlocked, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is not (QueueException or OperationCanceledException))
        {
            if (isFirst)
                throw QueueErrors.Unreachable(exception, _address);
            TellOnce($"The broker {_address} is not reached; trying again. {QueueErrors.Describe(exception)}");
            await Task.Delay(Pause, _environment.Time, cancellationToken).ConfigureAwait(false);
            return null;
        }
    }

    // True when the job has ended.
    private async Task<bool> ServeAsync(WorkerLink link, string scratch, CancellationToken cancellationToken)
    {
        using CancellationTokenSource either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, link.Lost);
        try
        {
            Notice notice = await FindAsync(either.Token).ConfigureAwait(false);
            Topology topology = new(notice.JobId);
            _state = null;
            await link.JoinAsync(topology, either.Token).ConfigureAwait(false);
            State state = await WaitForAsync(() => _state, $"Waiting for the coordinator of job '{notice.JobName}'.", either.Token).ConfigureAwait(false);
            RunCredentials credentials = _options.Credentials(state.Shared.Job);
            await CheckAsync(state, credentials, either.Token).ConfigureAwait(false);
            await using SliceWorker engine = new(_environment, state.Shared.Job, credentials, scratch, _listener);
            _log.Begin(state.Shared.Job.Name, engine);
            _listener.OnEvent(new RunEvent(EventLevel.Information, $"Working on job '{state.Shared.Job.Name}' of {state.Host}, as {_log.Worker}."));
            using WorkerShift shift = new(link, engine, _options, _log, _listener, _environment.Time, state);
            _shift = shift;
            try
            {
                bool hasEnded = await shift.RunAsync(cancellationToken).ConfigureAwait(false);
                if (!hasEnded)
                    TellLost();
                return hasEnded;
            }
            finally
            {
                _shift = null;
                _log.End();
            }
        }
        catch (Exception exception) when (link.Lost.IsCancellationRequested && exception is not (QueueException or RefusedException or StoreException) && !cancellationToken.IsCancellationRequested)
        {
            TellLost();
            return false;
        }
    }

    private async Task<Notice> FindAsync(CancellationToken cancellationToken)
    {
        _notice = null;
        string which = _options.JobName is { } name ? $"job '{name}'" : "any job";
        Notice notice = await WaitForAsync(() => _notice, $"No coordinator of {which} is heard at {_address}; waiting for one.", cancellationToken).ConfigureAwait(false);
        if (notice.Version != EngineVersion.Current)
            throw OtherVersion(notice.JobName, notice.Host, notice.Version);
        return notice;
    }

    private async Task<T> WaitForAsync<T>(Func<T?> find, string news, CancellationToken cancellationToken)
        where T : class
    {
        long begun = _environment.Time.GetTimestamp();
        while (true)
        {
            if (find() is { } found)
                return found;
            if (_environment.Time.GetElapsedTime(begun) > PatienceBeforeNews)
                TellOnce(news);
            await Task.Delay(TimeSpan.FromMilliseconds(50), _environment.Time, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task CheckAsync(State state, RunCredentials credentials, CancellationToken cancellationToken)
    {
        if (state.Version != EngineVersion.Current)
            throw OtherVersion(state.Shared.Job.Name, state.Host, state.Version);
        TimeSpan skew = (_environment.Time.GetUtcNow() - state.Now).Duration();
        if (skew > MostClockSkew)
        {
            throw new RefusedException(
                "ClusterWorkerClock",
                FormattableString.Invariant($"The clock of this machine and that of the coordinator ({state.Host}) are {skew.TotalSeconds:F0} seconds apart; at cut-over every worker must stop overwriting in the same moment."),
                "Set the clock.");
        }

        IReadOnlyList<AddressCheck> checks = await SliceWorker.CheckAsync(_environment, state.Shared.Job, credentials, cancellationToken).ConfigureAwait(false);
        List<string> problems = [.. checks.SelectMany(check => check.Problems.Select(problem => $"{check.Address}: {problem}"))];
        if (problems.Count > 0)
        {
            throw new RefusedException(
                "ClusterWorkerAddress",
                $"This machine cannot work on job '{state.Shared.Job.Name}': {string.Join(' ', problems)}",
                "Keys never come from the coordinator: give this machine its own (Test-MigrationAddress checks them).");
        }
    }

    private static RefusedException OtherVersion(string job, string host, string version) => new(
        "ClusterVersion",
        $"The coordinator of job '{job}' on {host} has engine {version}, this worker {EngineVersion.Current}.",
        "Install the same version of OssMigration on all machines.");

    private void Hear(Delivery delivery)
    {
        switch (delivery.Type)
        {
            case MessageType.Notice:
                Notice notice = Wire.Read<Notice>(delivery.Body);
                if (_options.JobName is null || _options.JobName == notice.JobName)
                    _notice ??= notice;
                break;
            case MessageType.State:
                State state = Wire.Read<State>(delivery.Body);
                _state = state;
                _shift?.Hear(state);
                break;
            case MessageType.Echo:
                _shift?.HearEcho();
                break;
        }
    }

    private void TellBlocked(bool isBlocked) => _listener.OnEvent(isBlocked
        ? new RunEvent(EventLevel.Warning, $"The broker {_address} takes no messages now, because its memory or disk is nearly full; slices that are done wait for it.")
        : new RunEvent(EventLevel.Information, $"The broker {_address} takes messages again."));

    private void TellLost()
        => _listener.OnEvent(new RunEvent(EventLevel.Warning, $"The connection to the broker {_address} is lost; connecting again."));

    private void TellOnce(string news)
    {
        if (_lastNews == news)
            return;
        _lastNews = news;
        _listener.OnEvent(new RunEvent(EventLevel.Warning, news));
    }
}
