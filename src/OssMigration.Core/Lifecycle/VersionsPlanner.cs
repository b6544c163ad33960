using System.Globalization;
using OssMigration.Core.Jobs;
using OssMigration.Core.Reporting;
using OssMigration.Core.Stores;

namespace OssMigration.Core.Lifecycle;

/// <summary>Plans the rule that deletes old versions and left delete markers, after the first one has done its work.</summary>
internal sealed class VersionsPlanner(EngineEnvironment environment, LifecycleJob job, LifecycleSource source, SourceLifecycleRequest request)
{
    /// <summary>Checks, counts the versions, and builds the rule.</summary>
    public async Task<SourceLifecyclePlan> PlanAsync(CancellationToken cancellationToken)
    {
        DateTimeOffset now = environment.Time.GetUtcNow();
        if (job.IsRunning)
            throw new RefusedException("LifecycleJobRunning", $"Job '{request.JobName}' is running now.", "Wait for its end.");
        BucketVersioning versioning = await source.VersioningAsync(cancellationToken).ConfigureAwait(false);
        if (versioning == BucketVersioning.Off || source.Versions is not { } lister)
            throw new RefusedException("LifecycleNotVersioned", $"{source.Bucket.DisplayName} keeps no old versions; the date rule deletes all there is.", "Leave out -NoncurrentVersions.");
        BucketDocument? standing = await source.Editor.ReadAsync(cancellationToken).ConfigureAwait(false);
        LifecycleDocument document = source.Document(standing);
        LifecycleRecord first = FirstPhase(document, now);
        string prefix = JobGate.PrefixOf(job.Job, request.Prefix ?? first.Prefix);
        if (!prefix.StartsWith(first.Prefix, StringComparison.Ordinal))
            throw new RefusedException("LifecyclePrefixTooWide", $"The date rule covers keys that begin with '{first.Prefix}'; a rule for the versions of '{prefix}' would delete others too.", "Give a prefix that begins with that of the date rule, or none.");

        DateTimeOffset provedAt = job.Comparisons.FirstOrDefault(comparison => comparison.ComparisonId == first.ComparisonId)?.StartedAt
            ?? throw new RefusedException("LifecycleNoComparison", $"The journal has no comparison {first.ComparisonId}, on which the date rule rests.", "Set the date rule again after a new comparison.");
        VersionSurvey versions = await VersionSurvey.TakeAsync(source.Bucket, lister, prefix, provedAt, cancellationToken).ConfigureAwait(false);
        Check(versions, prefix);
        if (job.Job.Versions == VersionScope.All)
            await CheckHistoriesAsync(prefix, cancellationToken).ConfigureAwait(false);

        LifecycleRecord rule = new()
        {
            RuleId = SourceLifecycle.RuleId(request.JobName, LifecyclePhase.NoncurrentVersions),
            Phase = LifecyclePhase.NoncurrentVersions,
            Prefix = prefix,
            Deletes = versions.Old,
            ComparisonId = first.ComparisonId,
        };
        List<string> warnings = [.. StandingRules.Conflicts(document, [rule.RuleId, first.RuleId], rule)];
        StandingRule built = document.Put(rule);
        return new SourceLifecyclePlan(request, standing, document.ToDocument()!, environment.Time.GetUtcNow())
        {
            Rule = rule,
            Warnings = warnings,
            Description = PlanText.ForVersions(source.Bucket.DisplayName, rule, built, versions, warnings),
        };
    }

    private string Copied => job.Job.Versions == VersionScope.All
        ? "The job has copied them with their histories."
        : "The job copied what was current and none of what was old then (-Versions Current): of that they are the last copy.";

    private LifecycleRecord FirstPhase(LifecycleDocument document, DateTimeOffset now)
    {
        string id = SourceLifecycle.RuleId(request.JobName, LifecyclePhase.Objects);
        if (job.RecordOf(id) is not { } first || !document.Holds(first))
        {
            throw new RefusedException(
                "LifecycleFirstPhaseMissing", $"The date rule '{id}' does not stand as the job has set it. Old versions go only after the objects themselves went by it.",
                $"Compare-MigrationData -Job {request.JobName} -Summary | Set-SourceLifecycle");
        }

        if (first.Date > now)
            throw new RefusedException("LifecycleFirstPhaseWaiting", $"The date rule '{id}' acts on {first.Date.Value.UtcDateTime:yyyy-MM-dd}.", "Come back when it has deleted the objects.");
        return first;
    }

    // The versions go for good, so each must have been proved, in its place in its history.
    private async Task CheckHistoriesAsync(string prefix, CancellationToken cancellationToken)
    {
        SourceSurvey survey = await SourceSurvey.TakeAsync(environment, job.Folder, job.Job, source.Listed(job.Job), prefix, isRuleDone: true, cancellationToken).ConfigureAwait(false);
        if (survey.Unsettled.Objects > 0 && !request.AcceptLateWrites)
        {
            throw new RefusedException(
                "LifecycleLateWrites",
                $"{survey.Unsettled.Objects} histories are not as the job has settled them, but for the delete markers of the date rule. The first: {string.Join(", ", survey.UnsettledNames.Select(entry => $"'{entry.Key}'"))}.",
                "Copy by hand what is missing. -AcceptLateWrites deletes them all the same.");
        }
    }

    private void Check(VersionSurvey versions, string prefix)
    {
        if (versions.Late > 0 && !request.AcceptLateWrites)
        {
            throw new RefusedException(
                "LifecycleLateWrites", $"{versions.Late} keys were written after the comparison and are at the source only. The first: {string.Join(", ", versions.LateKeys.Select(key => $"'{key}'"))}.",
                "Copy them by hand. -AcceptLateWrites deletes them all the same.");
        }

        if (versions.Current.Objects > 0)
            throw new RefusedException("LifecycleFirstPhaseWaiting", $"{versions.Current} under '{prefix}' are not deleted yet; a store acts within about a day of the date.", "Come back when Get-SourceLifecycle shows IsDone.");
        if (request.AcknowledgedVersions != versions.Old.Objects)
        {
            string given = request.AcknowledgedVersions is { } count ? $"{count} were acknowledged" : "none were acknowledged";
            throw new RefusedException(
                "LifecycleVersionsNotAcknowledged",
                string.Create(CultureInfo.InvariantCulture, $"Under '{prefix}' there are {versions.Old.Objects} old versions with {versions.Old.Bytes} bytes and {versions.Markers} delete markers; {given}. {Copied} They go for good."),
                string.Create(CultureInfo.InvariantCulture, $"Say that you know: -AcknowledgeVersions {versions.Old.Objects}"));
        }
    }
}
