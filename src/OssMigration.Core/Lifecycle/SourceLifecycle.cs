using OssMigration.Core.Jobs;
using OssMigration.Core.Journal;
using OssMigration.Core.Reporting;
using OssMigration.Core.Stores;

namespace OssMigration.Core.Lifecycle;

/// <summary>
/// Deletes the source of a job by lifecycle rules, only after proof: sets them, shows them, withdraws them. Every rule is first
/// planned, which checks everything and writes nothing, and then applied.
/// </summary>
public sealed class SourceLifecycle(EngineEnvironment environment)
{
    private static readonly TimeSpan MostPlanAge = TimeSpan.FromMinutes(15);

    /// <summary>The id of a job's rule. A job's name has no full stop, so that no two jobs share an id.</summary>
    public static string RuleId(string jobName, LifecyclePhase phase)
        => phase == LifecyclePhase.Objects ? $"ossmigration-{jobName}" : $"ossmigration-{jobName}.versions";

    /// <summary>Checks everything that must be true before a source is deleted, and builds the rule. Nothing is written.</summary>
    /// <exception cref="RefusedException">Something speaks against it; the id (<c>Lifecycle*</c>) says what.</exception>
    /// <exception cref="StoreException">A store cannot be asked.</exception>
    /// <exception cref="JobStateException">There is no such job.</exception>
    public async Task<SourceLifecyclePlan> PlanAsync(SourceLifecycleRequest request, IRunListener listener, CancellationToken cancellationToken)
    {
        LifecycleJob job = LifecycleJob.Read(environment, request.JobName);
        await using LifecycleSource source = await LifecycleSource.OpenAsync(environment, job.Job, request.Credentials, listener).ConfigureAwait(false);
        return request.Phase == LifecyclePhase.Objects
            ? await new ObjectsPlanner(environment, job, source, request, listener).PlanAsync(cancellationToken).ConfigureAwait(false)
            : await new VersionsPlanner(environment, job, source, request).PlanAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Sets the rule of a plan.</summary>
    /// <exception cref="RefusedException">
    /// The configuration was changed since it was planned, or the plan is old: nothing was written. LifecycleNotKept: the store did not
    /// keep the rule as it was written, and it was taken away again. LifecycleOthersChanged: our rule stands, and others are not as they were.
    /// </exception>
    public async Task<SourceLifecycleRule> ApplyAsync(SourceLifecyclePlan plan, IRunListener listener, CancellationToken cancellationToken)
    {
        LifecycleJob job = LifecycleJob.Read(environment, plan.Request.JobName);
        if (environment.Time.GetUtcNow() - plan.ListedAt > MostPlanAge)
            throw new RefusedException("LifecyclePlanStale", "The source was listed more than a quarter of an hour ago; what was written since is not known.", "Run the command again, and answer sooner.");
        if (job.IsRunning)
            throw new RefusedException("LifecycleJobRunning", $"Job '{job.Job.Name}' is running now.", "Wait for its end, then compare again.");
        await using LifecycleSource source = await LifecycleSource.OpenAsync(environment, job.Job, plan.Request.Credentials, listener).ConfigureAwait(false);
        await source.Editor.RefuseChangedAsync(plan.Standing, "LifecycleChangedMeanwhile", cancellationToken).ConfigureAwait(false);

        // First the record: a rule that stands and that nobody knows would be worse than a record without its rule.
        LifecycleRecord rule = plan.Rule with { SetAt = environment.Time.GetUtcNow() };
        await job.RecordAsync([.. job.Records.Where(record => record.RuleId != rule.RuleId), rule]).ConfigureAwait(false);
        BucketDocument? standing = await source.Editor.ReplaceAsync(plan.Standing, plan.Wanted, "LifecycleChangedMeanwhile", cancellationToken).ConfigureAwait(false);
        LifecycleDocument now = source.Document(standing);
        if (!now.Holds(rule))
            await TakeBackAsync(job, source, standing, rule, cancellationToken).ConfigureAwait(false);
        if (!now.MeaningWithout([rule.RuleId]).SequenceEqual(source.Document(plan.Standing).MeaningWithout([rule.RuleId])))
        {
            throw new RefusedException(
                "LifecycleOthersChanged", $"Rule '{rule.RuleId}' stands, but other rules of {source.Bucket.DisplayName} are not as they were before: somebody changed them at the same moment, or the store does not keep all of a rule.",
                "Look at them with Get-SourceLifecycle -All.");
        }

        return RuleView.Of(job.Job.Name, now.Find(rule.RuleId)!, rule);
    }

    /// <summary>The rules as they stand at the source of a job.</summary>
    public async Task<IReadOnlyList<SourceLifecycleRule>> GetAsync(SourceLifecycleQuery query, IRunListener listener, CancellationToken cancellationToken)
    {
        LifecycleJob job = LifecycleJob.Read(environment, query.JobName);
        await using LifecycleSource source = await LifecycleSource.OpenAsync(environment, job.Job, query.Credentials, listener).ConfigureAwait(false);
        LifecycleDocument document = source.Document(await source.Editor.ReadAsync(cancellationToken).ConfigureAwait(false));
        List<SourceLifecycleRule> found = [];
        foreach (LifecyclePhase phase in Enum.GetValues<LifecyclePhase>())
        {
            if (document.Find(RuleId(query.JobName, phase)) is not { } rule)
                continue;
            SourceLifecycleRule view = RuleView.Of(query.JobName, rule, job.RecordOf(rule.Id)) with { IsOurs = true, Phase = phase };
            view = await WithProgressAsync(view, source, cancellationToken).ConfigureAwait(false);
            found.Add(query.ChecksLateWrites && phase == LifecyclePhase.Objects
                ? await WithLateWritesAsync(view, job, source, cancellationToken).ConfigureAwait(false)
                : view);
        }

        if (query.IncludesOthers)
            found.AddRange(document.Rules.Where(rule => !IsOurs(query.JobName, rule.Id)).Select(rule => RuleView.Of(query.JobName, rule, record: null)));
        return found;
    }

    /// <summary>Withdraws the rules of a job; others stay. What was deleted already stays deleted.</summary>
    /// <returns>The rules that stood, as they were.</returns>
    public async Task<IReadOnlyList<SourceLifecycleRule>> RemoveAsync(SourceLifecycleQuery query, IRunListener listener, CancellationToken cancellationToken)
    {
        LifecycleJob job = LifecycleJob.Read(environment, query.JobName);
        await using LifecycleSource source = await LifecycleSource.OpenAsync(environment, job.Job, query.Credentials, listener).ConfigureAwait(false);
        BucketDocument? standing = await source.Editor.ReadAsync(cancellationToken).ConfigureAwait(false);
        LifecycleDocument document = source.Document(standing);
        List<SourceLifecycleRule> removed = [];
        foreach (LifecyclePhase phase in Enum.GetValues<LifecyclePhase>())
        {
            string id = RuleId(query.JobName, phase);
            if (document.Find(id) is not { } rule)
                continue;
            SourceLifecycleRule view = RuleView.Of(query.JobName, rule, job.RecordOf(id)) with { IsOurs = true, Phase = phase };
            removed.Add(view with { HasFired = view.Date is not { } date || date <= environment.Time.GetUtcNow() });
            document.Remove(id);
        }

        if (removed.Count > 0)
        {
            LifecycleDocument left = source.Document(
                await source.Editor.ReplaceAsync(standing, document.ToDocument(), "LifecycleChangedMeanwhile", cancellationToken).ConfigureAwait(false));
            if (left.Rules.Any(rule => IsOurs(query.JobName, rule.Id)))
                throw new RefusedException("LifecycleNotKept", $"The rule of job '{query.JobName}' still stands at {source.Bucket.DisplayName} after it was taken away: somebody wrote it back at the same moment, or the store has not noticed yet.", "Run the command again.");
            if (!left.MeaningWithout([]).SequenceEqual(document.MeaningWithout([])))
                throw new RefusedException("LifecycleOthersChanged", $"The rule is withdrawn, but other rules of {source.Bucket.DisplayName} are not as they were before.", "Look at them with Get-SourceLifecycle -All.");
        }

        await job.WithdrawAsync(environment.Time.GetUtcNow()).ConfigureAwait(false);
        return removed;
    }

    private static bool IsOurs(string jobName, string id) => id == RuleId(jobName, LifecyclePhase.Objects) || id == RuleId(jobName, LifecyclePhase.NoncurrentVersions);

    // A store that drops the filter or the date of a rule would delete what nobody asked it to.
    private static async Task TakeBackAsync(LifecycleJob job, LifecycleSource source, BucketDocument? standing, LifecycleRecord rule, CancellationToken cancellationToken)
    {
        LifecycleDocument without = source.Document(standing);
        bool stands = without.Remove(rule.RuleId);
        if (stands)
            await source.Editor.ReplaceAsync(standing, without.ToDocument(), "LifecycleChangedMeanwhile", cancellationToken).ConfigureAwait(false);
        await job.RecordAsync([.. job.Records.Where(record => record.RuleId != rule.RuleId)]).ConfigureAwait(false);
        throw new RefusedException(
            "LifecycleNotKept",
            stands
                ? $"{source.Bucket.DisplayName} gave the rule back otherwise than it was written: it does not support it. The rule was taken away again."
                : $"{source.Bucket.DisplayName} does not show the rule that was written: somebody replaced the configuration at the same moment, or the store does not support it.",
            "Get-SourceLifecycle -All shows what stands. Delete the source by hand if the store cannot.");
    }

    private async Task<SourceLifecycleRule> WithProgressAsync(SourceLifecycleRule view, LifecycleSource source, CancellationToken cancellationToken)
    {
        if (view.Date is { } date && date > environment.Time.GetUtcNow())
            return view with { HasFired = false, IsDone = false };
        if (view.Phase == LifecyclePhase.NoncurrentVersions)
        {
            bool isLeft = source.Versions is { } lister && await VersionSurvey.AnyAsync(source.Bucket, lister, view.Prefix, cancellationToken).ConfigureAwait(false);
            return view with { HasFired = true, IsDone = !isLeft };
        }

        return view with { HasFired = true, IsDone = await source.IsEmptyAsync(view.Prefix, cancellationToken).ConfigureAwait(false) };
    }

    private async Task<SourceLifecycleRule> WithLateWritesAsync(SourceLifecycleRule view, LifecycleJob job, LifecycleSource source, CancellationToken cancellationToken)
    {
        SourceSurvey survey = await SourceSurvey.TakeAsync(environment, job.Folder, job.Job, source.Listed(job.Job), view.Prefix, isRuleDone: false, cancellationToken).ConfigureAwait(false);
        bool isAsCompared = job.Comparisons.FirstOrDefault(comparison => comparison.ComparisonId == view.ComparisonId)?.SourceFingerprint == survey.Fingerprint;
        return isAsCompared
            ? view with { LateWrites = 0 }
            : view with { LateWrites = survey.Unsettled.Objects, LateKeys = [.. survey.UnsettledNames.Select(entry => entry.Key)] };
    }
}
