namespace OssMigration.Core.Reporting.Export.Page;

/// <summary>The five steps of the move as a timeline.</summary>
internal static class StepsSection
{
    private const double Row = 46;

    /// <summary>Writes it.</summary>
    public static void Write(HtmlWriter page, ReportFacts facts)
    {
        IReadOnlyList<MoveStep> steps = FiveSteps.Of(facts);
        page.Write($"""<section aria-labelledby="steps"><h2 id="steps">The five steps of the move</h2>""");
        WriteChart(page, facts, steps);
        page.Write($"""<ol class="steps">""");
        foreach (MoveStep step in steps)
            page.Write($"""<li class="{Tone(step.State)}"><strong>{step.Name}</strong> <em>{Word(step.State)}</em><br>{step.Text}</li>""");
        page.Write($"</ol></section>");
    }

    private static void WriteChart(HtmlWriter page, ReportFacts facts, IReadOnlyList<MoveStep> steps)
    {
        StepPeriod[] periods = [.. steps.SelectMany(step => step.Periods)];
        DateTimeOffset from = periods.Select(period => period.From).Append(facts.Reports[0].StartedAt).Min();
        DateTimeOffset to = periods.Select(period => period.To).Append(facts.MadeAt).Max();
        string told = string.Join("; ", steps.Select(step => $"step {step.Number}, {step.Name}: {Word(step.State)}"));
        Percent now = At(facts.MadeAt, from, to);
        Chart.Begin(page, "step-timeline", "The five steps over time", told + ".", (Row * steps.Count) + 22);
        for (int i = 0; i < steps.Count; i++)
        {
            MoveStep step = steps[i];
            double y = Row * i;
            Chart.Label(page, y + 14, $"{step.Number}  {step.Name}", Word(step.State));
            page.Write($"""<rect class="track" x="0" y="{new Px(y + 21)}" width="100%" height="14" rx="3"/>""");
            foreach (StepPeriod period in step.Periods)
                WritePeriod(page, period, y + 21, from, to, Tone(step.State));
            page.Write($"""<line class="stop" x1="{now}" x2="{now}" y1="{new Px(y + 19)}" y2="{new Px(y + 37)}"><title>This report: {Figures.Time(facts.MadeAt)}</title></line>""");
        }

        double foot = Row * steps.Count;
        page.Write($"""<text class="axis" x="0" y="{new Px(foot + 14)}">{Figures.Time(from)}</text><text class="axis" x="100%" y="{new Px(foot + 14)}" text-anchor="end">{Figures.Time(to)}</text>""");
        Chart.End(page);
    }

    private static void WritePeriod(HtmlWriter page, StepPeriod period, double y, DateTimeOffset from, DateTimeOffset to, string tone)
    {
        string tooltip = period.From == period.To
            ? $"{period.What}: {Figures.Time(period.From)}"
            : $"{period.What}: {Figures.Time(period.From)} to {Figures.Time(period.To)}";
        double start = At(period.From, from, to).Value;
        double width = Math.Max(0.5, At(period.To, from, to).Value - start);
        page.Write($"""<rect class="mark edge {tone}" x="{new Percent(Math.Min(start, 99.5))}" y="{new Px(y)}" width="{new Percent(width)}" height="14" rx="2"><title>{tooltip}</title></rect>""");
    }

    private static Percent At(DateTimeOffset moment, DateTimeOffset from, DateTimeOffset to) => Percent.Of((moment - from).TotalSeconds, (to - from).TotalSeconds);

    private static string Tone(StepState state) => state switch
    {
        StepState.Done => "good",
        StepState.UnderWay => "run",
        _ => "calm",
    };

    private static string Word(StepState state) => state switch
    {
        StepState.Done => "done",
        StepState.UnderWay => "under way",
        StepState.LeftOut => "left out",
        _ => "to come",
    };
}
