using OssMigration.Core.Comparing;
using OssMigration.Core.Jobs;
using OssMigration.Core.Manifests;
using OssMigration.Core.Reporting;
using OssMigration.Core.Stores;

namespace OssMigration.Core.Cutover;

/// <summary>A pass, or why there is none.</summary>
/// <param name="Pass">The pass; null for none.</param>
/// <param name="WhyNone">Why there is none, in a sentence; null where there is one.</param>
/// <param name="Mend">What to do about it; null where the reason says it.</param>
internal sealed record FoundPass(CutoverPass? Pass, string? WhyNone = null, string? Mend = null);

/// <summary>
/// Finds the pass that tells whether anything is stale: a recorded comparison where one serves, else one that is made now and
/// recorded like any other. It lists both ends once and keeps nothing but what must be named.
/// </summary>
internal sealed class CutoverPassFinder(EngineEnvironment environment, MigrationEngine engine)
{
    private static readonly TimeSpan ProgressInterval = TimeSpan.FromMilliseconds(250);

    /// <summary>Finds or makes the pass.</summary>
    /// <param name="request">What is checked.</param>
    /// <param name="runs">The job's runs.</param>
    /// <param name="earlier">The pass of a check before this one, by the same caller; null for none.</param>
    /// <param name="listener">Hears of progress.</param>
    /// <param name="cancellationToken">Ends a pass under way; it is recorded as not complete.</param>
    public async Task<FoundPass> FindAsync(CutoverRequest request, CutoverRuns runs, CutoverPass? earlier, IRunListener listener, CancellationToken cancellationToken)
    {
        DateTimeOffset now = environment.Time.GetUtcNow();
        if (request.WritesStoppedAt is not { } stoppedAt)
            return new FoundPass(null, "It is not said when the business stopped to change existing objects at the source, so any of them may be stale.", "Stop those writes (new objects may still be written) and give the moment with -WritesStoppedAt.");
        if (stoppedAt > now)
            return new FoundPass(null, $"Writes to existing objects go on until {CutoverText.Time(stoppedAt)}; it is {CutoverText.Time(now)}.", "Check again when they have stopped.");
        if (!runs.IsSettled)
            return new FoundPass(null, "It was not looked for stale objects, because a run must be complete first.");

        ComparisonSummary? recorded = LastRecorded(engine.GetComparisons(request.JobName));
        if (earlier is not null && IsStillTrue(earlier, recorded, runs, request, now))
            return new FoundPass(earlier);
        if (recorded is not null && Serves(recorded, runs, request, now))
            return new FoundPass(CutoverPass.Of(recorded));
        return await MakeAsync(request, runs, listener, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The last comparison that looked at checksums, at everything, and is as it was recorded; null for none.</summary>
    public static ComparisonSummary? LastRecorded(IReadOnlyList<ComparisonSummary> comparisons) => comparisons.LastOrDefault(
        comparison => comparison.IsComplete && comparison.Level != ComparisonLevel.Size && comparison.Digest == ComparisonTally.DigestOf(comparison));

    // One with anything to be named does not serve, because of a recorded one only the counts are known.
    private static bool Serves(ComparisonSummary recorded, CutoverRuns runs, CutoverRequest request, DateTimeOffset now)
        => recorded.StartedAt > request.WritesStoppedAt
            && now - recorded.EndedAt <= request.MaximumAge
            && recorded.Same.Objects + recorded.SourceOnly.Objects == recorded.Listed.Objects
            && recorded.GoneAtSource is { Objects: 0 }
            && (recorded.SourceOnly.Objects == 0 || !(request.BusinessLists || CutoverRuns.ExceptionsOf(runs.LastFull!).Objects > 0));

    // Nothing but a run changes what a pass found, as long as the writes have stopped.
    private static bool IsStillTrue(CutoverPass earlier, ComparisonSummary? recorded, CutoverRuns runs, CutoverRequest request, DateTimeOffset now)
        => earlier.Summary.ComparisonId == recorded?.ComparisonId
            && earlier.Summary.StartedAt >= request.WritesStoppedAt
            && now - earlier.Summary.EndedAt <= request.MaximumAge
            && runs.All.All(report => report.EndedAt <= earlier.Summary.StartedAt);

    private async Task<FoundPass> MakeAsync(CutoverRequest request, CutoverRuns runs, IRunListener listener, CancellationToken cancellationToken)
    {
        listener.OnEvent(new RunEvent(EventLevel.Information, $"Comparing both ends of job '{request.JobName}', because no recorded comparison serves."));
        IReadOnlyDictionary<string, MigrationItem>? exceptions = runs.ReadExceptions(engine);
        CutoverPass pass = new();
        IComparison comparison = engine.Compare(
            new ComparisonRequest { JobName = request.JobName, Level = ComparisonLevel.Checksum, IncludeSame = true, Credentials = request.Credentials }, listener);
        try
        {
            PassProgress progress = new(request.JobName, environment.Time, listener);
            await foreach (ComparisonItem item in comparison.Items(cancellationToken).ConfigureAwait(false))
            {
                progress.Count(item);
                if (item.Status != ComparisonStatus.Same)
                    pass.Add(item, exceptions);
            }
        }
        catch (Exception exception) when (exception is StoreException or ManifestException or InvalidDataException)
        {
            string reason = exception is StoreException store ? store.Describe() : exception.Message;
            return new FoundPass(null, $"The comparison that looks for stale objects broke off: {reason}", "Mend that and check again.");
        }

        pass.Complete(comparison.Summary!, exceptions);
        return new FoundPass(pass);
    }

    private sealed class PassProgress(string jobName, TimeProvider time, IRunListener listener)
    {
        private readonly long _began = time.GetTimestamp();
        private long _shown = time.GetTimestamp();
        private ObjectCount _seen;

        public void Count(ComparisonItem item)
        {
            _seen = _seen.Plus(item.SourceSize ?? 0);

            // The clock is asked once in a while only.
            if (_seen.Objects % 256 != 0 || time.GetElapsedTime(_shown) < ProgressInterval)
                return;
            _shown = time.GetTimestamp();
            TimeSpan elapsed = time.GetElapsedTime(_began);
            listener.OnProgress(new ProgressSnapshot
            {
                JobName = jobName,
                Activity = "Comparing",
                Listed = _seen,
                Done = _seen,
                ObjectsPerSecond = elapsed > TimeSpan.Zero ? _seen.Objects / elapsed.TotalSeconds : 0,
                Elapsed = elapsed,
            });
        }
    }
}
