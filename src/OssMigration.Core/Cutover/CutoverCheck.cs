using OssMigration.Core.Jobs;
using OssMigration.Core.Mirroring;
using OssMigration.Core.Reporting;
using OssMigration.Core.Stores;

namespace OssMigration.Core.Cutover;

/// <summary>
/// Checks whether a business can be switched to the destination of a job. It answers with evidence and does not throw for what
/// it finds: a store that fails is a condition that is not met. It changes nothing but that a comparison it makes is recorded,
/// and that the test of the mirroring rule brings one object. Thread-safe.
/// </summary>
public sealed class CutoverCheck(EngineEnvironment environment, IMirrorTester mirror)
{
    private readonly MigrationEngine _engine = new(environment);

    /// <summary>Checks all conditions once.</summary>
    /// <exception cref="ArgumentException">The request contradicts itself.</exception>
    /// <exception cref="JobStateException">There is no such job, or its journal cannot be read.</exception>
    public async Task<CutoverReadiness> CheckAsync(CutoverRequest request, IRunListener listener, CancellationToken cancellationToken)
        => (await CheckAsync(request, CutoverMemory.Empty, listener, cancellationToken).ConfigureAwait(false)).Readiness;

    /// <summary>As above; what an earlier check has found serves again as long as nothing has happened since.</summary>
    internal async Task<(CutoverReadiness Readiness, CutoverMemory Memory)> CheckAsync(
        CutoverRequest request, CutoverMemory earlier, IRunListener listener, CancellationToken cancellationToken)
    {
        request.Check();
        CutoverRuns runs = CutoverRuns.Read(environment, request.JobName);
        MigrationJob job = runs.Status.Job;
        DateTimeOffset now = environment.Time.GetUtcNow();
        if (job.CutoverTime <= now)
        {
            return (new CutoverReadiness
            {
                JobName = job.Name,
                CheckedAt = now,
                CutoverTime = job.CutoverTime,
                Conditions = [RunConditions.Moment(job, now)],
            }, earlier);
        }

        FoundPass found = await new CutoverPassFinder(environment, _engine).FindAsync(request, runs, earlier.Pass, listener, cancellationToken).ConfigureAwait(false);
        Finding<MirrorTest> mirrored = Recall(await TestMirrorAsync(request, job, found.Pass, listener, cancellationToken).ConfigureAwait(false), earlier.Proof, request);
        CutoverFacts facts = new()
        {
            Request = request,
            Found = found,
            Mirror = mirrored,
            Bucket = await InspectAsync(request, job, listener, cancellationToken).ConfigureAwait(false),

            // A run may have begun or ended while the pass was made.
            Runs = CutoverRuns.Read(environment, request.JobName),
            Recorded = CutoverPassFinder.LastRecorded(_engine.GetComparisons(request.JobName)),
            Now = environment.Time.GetUtcNow(),
        };
        return (Judge(facts), new CutoverMemory(found.Pass, mirrored.Value is { Succeeded: true } proof ? proof : earlier.Proof));
    }

    // A wait that has fetched everything there was has proved the rule by that.
    private Finding<MirrorTest> Recall(Finding<MirrorTest> tested, MirrorTest? proof, CutoverRequest request)
        => tested.Value is { Cause: MirrorTestCause.NothingToFetch } && proof is not null && environment.Time.GetUtcNow() - proof.TestedAt <= request.MaximumAge
            ? new Finding<MirrorTest>(proof, null)
            : tested;

    private static CutoverReadiness Judge(CutoverFacts facts)
    {
        MigrationJob job = facts.Runs.Status.Job;
        List<CutoverCondition> conditions =
        [
            RunConditions.Moment(job, facts.Now), RunConditions.FullRun(facts), RunConditions.Coverage(facts), RunConditions.Comparison(facts),
            StoreConditions.StaleObjects(facts), StoreConditions.MirrorRule(facts), RunConditions.Increments(facts), RunConditions.Exceptions(facts),
            StoreConditions.Versioning(facts), StoreConditions.Listing(facts), StoreConditions.Deletions(facts), StoreConditions.HeldDeletes(),
        ];
        CutoverForecast forecast = CutoverForecaster.Make(facts.Runs.Full, facts.Comparison, JobLimits.Of(job), facts.Now);
        CutoverNeed need = NeedOf(facts, conditions);
        forecast = forecast with { EarliestMoment = CutoverForecaster.Earliest(forecast, facts.Now, need) };
        conditions.Add(ForecastCondition.Of(forecast, need, isReady: !conditions.Any(condition => condition.IsOpen), writesGoOn: facts.Request.WritesStoppedAt is null));
        return new CutoverReadiness
        {
            JobName = job.Name,
            CheckedAt = facts.Now,
            CutoverTime = job.CutoverTime,
            Conditions = conditions,
            Comparison = facts.Comparison,
            Forecast = forecast,
        };
    }

    // What a run mends needs a run and a comparison; what only a comparison can tell needs that; the rest is for people.
    private static CutoverNeed NeedOf(CutoverFacts facts, List<CutoverCondition> conditions)
    {
        bool needsRun = conditions.Any(condition => condition.IsOpen && condition.Subject is CutoverSubject.FullRun or CutoverSubject.Exceptions or CutoverSubject.Listing or CutoverSubject.Deletions)
            || facts.Comparison?.Different.Objects > 0;
        if (needsRun || facts.Comparison is null)
            return CutoverNeed.RunAndComparison;
        return facts.Pass is null ? CutoverNeed.Comparison : CutoverNeed.Nothing;
    }

    private async Task<Finding<MirrorTest>> TestMirrorAsync(
        CutoverRequest request, MigrationJob job, CutoverPass? pass, IRunListener listener, CancellationToken cancellationToken)
    {
        if (request.SkipMirror)
            return default;
        try
        {
            MirrorTest? last = null;
            foreach (string? key in MirrorKeys(request, pass))
            {
                last = await mirror.TestAsync(
                    new MirrorTestRequest
                    {
                        Source = job.Source,
                        Destination = job.Destination,
                        Key = key,
                        KeyPrefix = job.Filter.Prefix,
                        CreateProbe = key is null && request.CreateProbe,
                        Credentials = request.Credentials,
                    },
                    listener,
                    cancellationToken).ConfigureAwait(false);
                if (last.Cause != MirrorTestCause.NothingToFetch)
                    break;
            }

            return new Finding<MirrorTest>(last, null);
        }
        catch (Exception exception) when (exception is StoreException or RefusedException or ArgumentException)
        {
            return new Finding<MirrorTest>(null, exception is StoreException store ? store.Describe() : exception.Message);
        }
    }

    // An object that has arrived since it was listed proves nothing, so there is always another way behind it.
    private static IEnumerable<string?> MirrorKeys(CutoverRequest request, CutoverPass? pass)
    {
        foreach (string key in pass?.ProbeKeys ?? [])
            yield return key;
        if (request.ProbeKey is not null)
            yield return request.ProbeKey;
        yield return null;
    }

    private async Task<Finding<BucketFacts>> InspectAsync(CutoverRequest request, MigrationJob job, IRunListener listener, CancellationToken cancellationToken)
    {
        await using OpenedBucket destination = OpenedBucket.ForWriting(environment, job.Destination, request.Credentials.Destination, listener);
        if (destination.Find<IBucketInspector>() is not { } inspector)
            return new Finding<BucketFacts>(null, $"{destination.DisplayName} has no such thing.");
        try
        {
            return new Finding<BucketFacts>(await destination.CallAsync(inspector.InspectBucketAsync, cancellationToken).ConfigureAwait(false), null);
        }
        catch (StoreException exception)
        {
            return new Finding<BucketFacts>(null, exception.Describe());
        }
    }
}
