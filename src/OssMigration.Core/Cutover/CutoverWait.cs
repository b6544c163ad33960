using OssMigration.Core.Jobs;
using OssMigration.Core.Reporting;

namespace OssMigration.Core.Cutover;

/// <summary>How long to wait for a cut-over, and how often to look.</summary>
public sealed record CutoverWaitOptions
{
    /// <summary>The longest of both times: as long as a timer can run.</summary>
    public static TimeSpan Longest { get; } = TimeSpan.FromDays(49);

    /// <summary>Time between the end of a check and the next. More than zero, at most 49 days; default one minute.</summary>
    public TimeSpan Interval { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>After this time the wait ends; more than zero, at most 49 days, null for no limit.</summary>
    public TimeSpan? Timeout { get; init; }

    /// <summary>Refuses times out of range.</summary>
    internal void Check()
    {
        if (Interval <= TimeSpan.Zero || Interval > Longest)
            throw new ArgumentException($"Interval is {Interval}; more than zero and at most 49 days is possible.");
        if (Timeout is { } timeout && (timeout <= TimeSpan.Zero || timeout > Longest))
            throw new ArgumentException($"Timeout is {timeout}; more than zero and at most 49 days is possible.");
    }
}

/// <summary>A job was not ready for its cut-over in time.</summary>
public sealed class CutoverTimeoutException : Exception
{
    internal CutoverTimeoutException(string jobName, TimeSpan timeout, CutoverReadiness? last)
        : base(VisibleText.Of($"Job '{jobName}' was not ready for cut-over within {CutoverText.Span(timeout)}. {OpenOf(last)}")) => Last = last;

    /// <summary>The last check that came to its end; null where none did.</summary>
    public CutoverReadiness? Last { get; }

    private static string OpenOf(CutoverReadiness? last) => last is null
        ? "Not even one check came to its end in that time."
        : $"Open: {string.Join(" ", last.Open.Select(condition => $"{condition.Subject}: {condition.Evidence}"))}";
}

/// <summary>Repeats a check until the business can be switched.</summary>
public sealed class CutoverWait(EngineEnvironment environment, CutoverCheck check)
{
    /// <summary>
    /// Waits. Both ends are listed again only when a run has ended since, or when the last pass is older than
    /// <see cref="CutoverRequest.MaximumAge"/>.
    /// </summary>
    /// <param name="request">What to check; it must say when the writes stopped.</param>
    /// <param name="options">How long and how often.</param>
    /// <param name="onCheck">Is given each check, the last one too; called on an engine thread.</param>
    /// <param name="listener">Hears of progress.</param>
    /// <param name="cancellationToken">Ends the wait at once.</param>
    /// <returns>The check that found the job ready.</returns>
    /// <exception cref="CutoverTimeoutException">The time is over.</exception>
    /// <exception cref="RefusedException">CutoverAlreadyDone: the job was cut over, so it never becomes ready.</exception>
    /// <exception cref="ArgumentException">The request or the options are out of range.</exception>
    /// <exception cref="JobStateException">There is no such job, or its journal cannot be read.</exception>
    public async Task<CutoverReadiness> WaitAsync(
        CutoverRequest request, CutoverWaitOptions options, Action<CutoverReadiness> onCheck, IRunListener listener, CancellationToken cancellationToken)
    {
        options.Check();
        if (request.WritesStoppedAt is null)
            throw new ArgumentException("Without the moment when writes to existing objects stopped (WritesStoppedAt) a job never becomes ready.");
        using CancellationTokenSource timeout = options.Timeout is { } limit ? new CancellationTokenSource(limit, environment.Time) : new CancellationTokenSource();
        using CancellationTokenSource end = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timeout.Token);
        CutoverReadiness? last = null;
        CutoverMemory memory = CutoverMemory.Empty;
        try
        {
            while (true)
            {
                (last, memory) = await check.CheckAsync(request, memory, listener, end.Token).ConfigureAwait(false);
                onCheck(last);
                if (last.CutoverTime <= last.CheckedAt)
                    throw new RefusedException("CutoverAlreadyDone", last.Conditions[0].Evidence, last.Conditions[0].Mend);
                if (last.IsReady)
                    return last;
                await Task.Delay(options.Interval, environment.Time, end.Token).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (timeout.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new CutoverTimeoutException(request.JobName, options.Timeout!.Value, last);
        }
    }
}
