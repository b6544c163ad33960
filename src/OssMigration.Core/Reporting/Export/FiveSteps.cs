using OssMigration.Core.Jobs;

namespace OssMigration.Core.Reporting.Export;

/// <summary>
/// The five steps of a move as the journal tells of them: everything is migrated and compared; OSS fetches what has not arrived;
/// increments follow; the business switches and the rest is migrated; the source is deleted.
/// </summary>
internal sealed class FiveSteps
{
    private readonly ReportFacts _facts;
    private readonly MigrationReport? _full;
    private readonly IReadOnlyList<MigrationReport> _before;
    private readonly IReadOnlyList<MigrationReport> _after;

    private FiveSteps(ReportFacts facts)
    {
        _facts = facts;
        MigrationReport[] runs = [.. facts.Reports.Where(report => report.Scope == RunScope.Everything)];
        _full = runs.FirstOrDefault(report => report.Status != RunStatus.Incomplete);
        _before = [.. runs.Where(report => report.Run > (_full?.Run ?? int.MaxValue) && !IsAfterCutover(report.StartedAt))];
        _after = [.. facts.Reports.Where(report => report.Run > (_full?.Run ?? int.MaxValue) && IsAfterCutover(report.StartedAt))];
    }

    private bool IsCutOver => _facts.Job.CutoverTime <= _facts.MadeAt;

    /// <summary>The steps in their order.</summary>
    public static IReadOnlyList<MoveStep> Of(ReportFacts facts)
    {
        FiveSteps steps = new(facts);
        MoveStep[] all = [steps.Full(), steps.Mirror(), steps.Increments(), steps.Cutover(), steps.Deletion()];
        for (int i = all.Length - 2; i >= 0; i--)
        {
            if (all[i].State == StepState.ToCome && all[i + 1].State is StepState.Done or StepState.LeftOut)
                all[i] = all[i] with { State = StepState.LeftOut };
        }

        return all;
    }

    private MoveStep Full()
    {
        MigrationReport[] runs = [.. _facts.Reports.Where(report => report.Scope == RunScope.Everything && report.Run <= (_full?.Run ?? int.MaxValue))];
        ComparisonSummary? proof = _full is null ? null : _facts.Comparisons.FirstOrDefault(comparison => comparison.IsComplete && comparison.StartedAt >= _full.EndedAt && !IsAfterCutover(comparison.StartedAt));
        List<StepPeriod> periods = [.. runs.Select(Period)];
        if (proof is not null)
            periods.Add(Period(proof));
        string text = _full is null ? "No run has come to its end yet."
            : $"Run {_full.Run} copied {Count(_full.Copied)} of {Count(_full.Listed)} listed. {(proof is null ? "Not compared before the next step." : Of(proof))}";
        StepState state = runs.Length == 0 ? StepState.ToCome : _full is null || (proof is null && !IsCutOver) ? StepState.UnderWay : StepState.Done;
        return new MoveStep(1, "Migrate and compare", state, text, periods);
    }

    private MoveStep Mirror()
    {
        List<StepPeriod> periods = [];
        foreach (MirrorRecord set in _facts.MirrorRules.Where(rule => rule.IsSet))
        {
            MirrorRecord? removed = _facts.MirrorRules.FirstOrDefault(rule => !rule.IsSet && rule.At >= set.At && rule.Prefix == set.Prefix && rule.Suffix == set.Suffix);
            periods.Add(new StepPeriod(removed is null ? "The rule stands" : "The rule stood", set.At, removed?.At ?? _facts.MadeAt));
        }

        bool stands = periods.Any(period => period.To == _facts.MadeAt);
        string text = periods.Count == 0 ? "No mirroring rule was set in this job's name."
            : stands ? $"OSS fetches what has not arrived since {Figures.Time(periods[^1].From)}."
            : $"OSS fetched what had not arrived until {Figures.Time(periods[^1].To)}; the rule is removed.";
        return new MoveStep(2, "OSS fetches what is missing", periods.Count == 0 ? StepState.ToCome : stands && !IsCutOver ? StepState.UnderWay : StepState.Done, text, periods);
    }

    private MoveStep Increments()
    {
        string text = _before.Count == 0 ? "No increment yet."
            : $"{Figures.Number(_before.Count)} increments; the last one copied {Count(_before[^1].Copied)} in {Figures.Duration(_before[^1].Duration)}.";
        StepState state = _before.Count == 0 ? StepState.ToCome : IsCutOver ? StepState.Done : StepState.UnderWay;
        return new MoveStep(3, "Increments", state, text, [.. Some(_before).Select(Period)]);
    }

    private MoveStep Cutover()
    {
        const string name = "Switch and migrate the rest";
        if (_facts.Job.CutoverTime is not { } moment)
            return new MoveStep(4, name, StepState.ToCome, "The job has no cut-over time.", []);
        if (!IsCutOver)
            return new MoveStep(4, name, StepState.ToCome, $"Planned for {Figures.Time(moment)}.", [new StepPeriod("Cut-over", moment, moment)]);
        ComparisonSummary? proof = _facts.Comparisons.LastOrDefault(comparison => comparison.IsComplete && IsAfterCutover(comparison.StartedAt));
        List<StepPeriod> periods = [new StepPeriod("Cut-over", moment, moment), .. Some(_after).Select(Period)];
        if (proof is not null)
            periods.Add(Period(proof));
        MigrationReport? last = _after.LastOrDefault(report => report.Scope == RunScope.Everything);
        string rest = last is null ? "No run since." : $"Run {last.Run} copied {Count(last.Copied)}.";
        string text = $"Cut over at {Figures.Time(moment)}; from then on nothing at the destination is overwritten. {rest} {(proof is null ? "Not compared since." : Of(proof))}";
        bool isDone = last is { Status: not RunStatus.Incomplete } && proof is not null && IsProved(proof);
        return new MoveStep(4, name, isDone ? StepState.Done : StepState.UnderWay, text, periods);
    }

    private MoveStep Deletion()
    {
        const string name = "Delete the source";
        LifecycleRecord[] standing = [.. _facts.LifecycleRules.Where(rule => rule.WithdrawnAt is null)];
        List<StepPeriod> periods = [.. _facts.LifecycleRules.Select(rule => new StepPeriod(
            rule.WithdrawnAt is null ? $"Rule {rule.RuleId}" : $"Rule {rule.RuleId}, withdrawn", rule.SetAt, rule.WithdrawnAt ?? rule.Date ?? rule.SetAt))];
        if (standing.Length == 0)
            return new MoveStep(5, name, StepState.ToCome, _facts.LifecycleRules.Count == 0 ? "No lifecycle rule was set at the source." : "The lifecycle rule was withdrawn.", periods);
        LifecycleRecord first = standing[0];
        bool isDue = first.Date is { } date && date <= _facts.MadeAt;
        string text = first.Date is null
            ? $"A lifecycle rule deletes old versions ({Count(first.Deletes)}), set at {Figures.Time(first.SetAt)}."
            : $"A lifecycle rule {(isDue ? "acts since" : "acts from")} {Figures.Time(first.Date)} on {Count(first.Deletes)}; comparison {first.ComparisonId} is its proof.";
        return new MoveStep(5, name, isDue ? StepState.Done : StepState.UnderWay, text, periods);
    }

    private bool IsAfterCutover(DateTimeOffset moment) => IsCutOver && moment >= _facts.Job.CutoverTime;

    // The business may have overwritten or deleted since, which is no gap.
    private static bool IsProved(ComparisonSummary comparison) => comparison.Different.Objects + comparison.SourceOnly.Objects + comparison.Unproved.Objects == 0;

    // A series may have many thousands of runs; the first and the newest tell enough.
    private static IEnumerable<MigrationReport> Some(IReadOnlyList<MigrationReport> runs) => runs.Count <= 40 ? runs : [.. runs.Take(1), .. runs.TakeLast(39)];

    private static StepPeriod Period(MigrationReport report) => new($"Run {report.Run}", report.StartedAt, report.EndedAt);

    private static StepPeriod Period(ComparisonSummary comparison) => new("Comparison", comparison.StartedAt, comparison.EndedAt);

    private static string Of(ComparisonSummary proof) => proof.IsClean
        ? $"The comparison of {Figures.Time(proof.EndedAt)} found all {Figures.Number(proof.Same.Objects)} objects the same."
        : $"The comparison of {Figures.Time(proof.EndedAt)} found {Figures.Number(proof.Same.Objects)} of {Figures.Number(proof.Listed.Objects)} objects the same.";

    private static string Count(ObjectCount count) => $"{Figures.Number(count.Objects)} {(count.Objects == 1 ? "object" : "objects")} ({Figures.Size(count.Bytes)})";
}
