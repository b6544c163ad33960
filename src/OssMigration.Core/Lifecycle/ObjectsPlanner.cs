using OssMigration.Core.Jobs;
using OssMigration.Core.Reporting;
using OssMigration.Core.Stores;

namespace OssMigration.Core.Lifecycle;

/// <summary>Plans the rule that deletes current objects on a date.</summary>
internal sealed class ObjectsPlanner(
    EngineEnvironment environment, LifecycleJob job, LifecycleSource source, SourceLifecycleRequest request, IRunListener listener)
{
    /// <summary>Checks from the cheapest to the dearest, and builds the rule.</summary>
    public async Task<SourceLifecyclePlan> PlanAsync(CancellationToken cancellationToken)
    {
        DateTimeOffset now = environment.Time.GetUtcNow();
        ComparisonSummary comparison = ComparisonGate.Find(request.Comparison, request.JobName, job.Comparisons);
        JobGate.Check(job.Job, job.LastRun, job.LastReport, job.IsRunning, now, request.AcceptSuperseded);
        JobGate.CheckKeys(job.Job, request.AcceptEncodedKeys);
        ComparisonGate.Check(comparison, job.Job.CutoverTime!.Value, now, request.AcceptSuperseded);
        string prefix = JobGate.PrefixOf(job.Job, request.Prefix);
        DateTimeOffset date = JobGate.DateOf(request.Date, comparison.EndedAt, now);
        BucketVersioning versioning = await source.VersioningAsync(cancellationToken).ConfigureAwait(false);
        if (!request.AcceptMirrorRule)
            await CheckMirrorRulesAsync(cancellationToken).ConfigureAwait(false);

        BucketDocument? standing = await source.Editor.ReadAsync(cancellationToken).ConfigureAwait(false);
        SourceSurvey survey = await SourceSurvey.TakeAsync(environment, job.Folder, job.Job, source.Listed(job.Job), prefix, isRuleDone: false, cancellationToken).ConfigureAwait(false);
        if (!request.AcceptLateWrites)
            CheckSurvey(comparison, survey);

        LifecycleRecord rule = new()
        {
            RuleId = SourceLifecycle.RuleId(request.JobName, LifecyclePhase.Objects),
            Phase = LifecyclePhase.Objects,
            Prefix = prefix,
            Date = date,
            Deletes = survey.Covered,
            ComparisonId = comparison.ComparisonId,
        };
        LifecycleDocument document = source.Document(standing);
        List<string> warnings = [.. StandingRules.Conflicts(document, [rule.RuleId, SourceLifecycle.RuleId(request.JobName, LifecyclePhase.NoncurrentVersions)], rule)];
        StandingRule built = document.Put(rule);
        return new SourceLifecyclePlan(request, standing, document.ToDocument()!, survey.EndedAt)
        {
            Rule = rule,
            Warnings = warnings,
            Description = PlanText.ForObjects(source.Bucket.DisplayName, rule, built, comparison, survey, versioning, warnings),
        };
    }

    private async Task CheckMirrorRulesAsync(CancellationToken cancellationToken)
    {
        await using OpenedBucket destination = OpenedBucket.ForWriting(environment, job.Job.Destination, request.Credentials.Destination, listener);
        await MirrorRuleGate.CheckAsync(destination, job.Job.Destination.Prefix, listener, cancellationToken).ConfigureAwait(false);
    }

    // The same fingerprint is the same objects in the same versions, and all of them were proved. Otherwise a date says little:
    // S3 dates an object that was uploaded in parts by the begin of its upload.
    private void CheckSurvey(ComparisonSummary comparison, SourceSurvey survey)
    {
        if (comparison.SourceFingerprint == survey.Fingerprint)
            return;
        string again = $"Start-OssMigration -Job {request.JobName} migrates them; then compare again. -AcceptLateWrites deletes them all the same.";
        if (survey.Unsettled.Objects > 0)
        {
            string names = string.Join(", ", survey.UnsettledNames.Select(entry => $"'{entry.Key}' ({entry.LastModified.UtcDateTime:yyyy-MM-dd HH:mm:ss}Z)"));
            throw new RefusedException(
                "LifecycleLateWrites",
                $"The source is not as comparison {comparison.ComparisonId} found it: {survey.Unsettled} that the job has not settled in this version, and a rule would delete them. The first: {names}.", again);
        }

        if (survey.Listed != comparison.Listed || comparison.SourceFingerprint is not null)
        {
            throw new RefusedException(
                "LifecycleListingDiffers", $"The source has {survey.Listed} now; comparison {comparison.ComparisonId} listed {comparison.Listed}. Somebody still deletes or writes there.",
                "Find out who does, and compare again.");
        }
    }
}
