using OssMigration.Core.Jobs;
using OssMigration.Core.Reporting;
using OssMigration.Core.Reporting.Export;
using Xunit;

namespace OssMigration.Core.Tests.Reporting;

/// <summary>Where each of the five steps stands, from what the journal holds.</summary>
public sealed class FiveStepsTests
{
    private static readonly DateTimeOffset Day = new(2026, 10, 1, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public void A_first_run_that_goes_on_is_the_first_step_under_way()
        => Assert.Equal("UnderWay ToCome ToCome ToCome ToCome", States(Facts([Run(1, 0, RunStatus.Incomplete)])));

    [Fact]
    public void A_run_that_was_not_compared_is_not_the_whole_first_step()
        => Assert.Equal("UnderWay ToCome ToCome ToCome ToCome", States(Facts([Run(1, 0)])));

    [Fact]
    public void A_comparison_ends_the_first_step()
        => Assert.Equal("Done ToCome ToCome ToCome ToCome", States(Facts([Run(1, 0)], [Compared(1)])));

    [Fact]
    public void A_rule_that_stands_and_runs_that_follow_are_the_second_and_third_step()
        => Assert.Equal("Done UnderWay UnderWay ToCome ToCome", States(Facts([Run(1, 0), Run(2, 3), Run(3, 4)], [Compared(1)]) with { MirrorRules = [Rule(2, isSet: true)] }));

    [Fact]
    public void A_cut_over_ends_what_came_before_it_and_its_own_step_ends_with_a_run_and_a_clean_comparison()
    {
        ReportFacts facts = Facts([Run(1, 0), Run(2, 3), Run(3, 6)], [Compared(1)], cutover: 5) with { MirrorRules = [Rule(2, isSet: true)] };

        Assert.Equal("Done Done Done UnderWay ToCome", States(facts));
        Assert.Equal("Done Done Done Done ToCome", States(facts with { Comparisons = [Compared(1), Compared(7)] }));
    }

    [Fact]
    public void The_source_is_deleted_when_its_rule_acts_and_a_withdrawn_rule_deletes_nothing()
    {
        ReportFacts facts = Facts([Run(1, 0), Run(2, 6)], [Compared(1), Compared(7)], cutover: 5);
        LifecycleRecord rule = new() { RuleId = "r", ComparisonId = "c", SetAt = Day.AddDays(8), Date = Day.AddDays(30) };

        Assert.Equal("Done LeftOut LeftOut Done UnderWay", States(facts with { LifecycleRules = [rule] }));
        Assert.Equal("Done LeftOut LeftOut Done Done", States(facts with { LifecycleRules = [rule with { Date = Day.AddDays(9) }] }));
        Assert.Equal("Done LeftOut LeftOut Done ToCome", States(facts with { LifecycleRules = [rule with { WithdrawnAt = Day.AddDays(9) }] }));
    }

    private static string States(ReportFacts facts) => string.Join(' ', FiveSteps.Of(facts).Select(step => step.State));

    private static ReportFacts Facts(MigrationReport[] reports, ComparisonSummary[]? comparisons = null, int? cutover = null) => new()
    {
        MadeAt = Day.AddDays(20),
        Status = new JobStatus(Jobs.EngineBench.JobOf() with { CutoverTime = cutover is { } day ? Day.AddDays(day) : null }, JobState.Finished, reports[^1]),
        Reports = reports,
        Report = reports[^1],
        IsOfOneRun = false,
        Longest = reports[0],
        Series = [],
        Comparisons = comparisons ?? [],
        LifecycleRules = [],
        MirrorRules = [],
    };

    private static MigrationReport Run(int run, int day, RunStatus status = RunStatus.Complete)
        => new() { JobName = "j", Run = run, Status = status, StartedAt = Day.AddDays(day), EndedAt = Day.AddDays(day).AddHours(1) };

    private static ComparisonSummary Compared(int day)
        => new() { ComparisonId = "c", IsComplete = true, StartedAt = Day.AddDays(day), EndedAt = Day.AddDays(day).AddHours(1) };

    private static MirrorRecord Rule(int day, bool isSet) => new() { IsSet = isSet, At = Day.AddDays(day) };
}
