namespace OssMigration.Core.Reporting.Export.Page;

/// <summary>How the objects of the run ended.</summary>
internal static class OutcomeSection
{
    private const double Row = 38;

    /// <summary>Writes it.</summary>
    public static void Write(HtmlWriter page, MigrationReport report)
    {
        IReadOnlyList<(string Name, string Tone, ObjectCount Count)> terms = Equation.Terms(report);
        page.Write($"""<section aria-labelledby="outcomes"><h2 id="outcomes">Outcomes of run {report.Run}</h2>""");
        string told = string.Join(", ", terms.Select(term => $"{Figures.Number(term.Count.Objects)} {term.Name}"));
        Chart.Begin(page, "outcome-bars", "Outcomes, by the number of objects", $"Of {Figures.Number(report.Listed.Objects)} listed: {told}.", Row * terms.Count);
        for (int i = 0; i < terms.Count; i++)
        {
            (string name, string tone, ObjectCount count) = terms[i];
            Chart.Label(page, (Row * i) + 14, name, $"{Figures.Number(count.Objects)} · {Figures.Size(count.Bytes)}");
            Chart.Bar(page, (Row * i) + 20, 10, Percent.Of(count.Objects, report.Outcomes.Objects), tone, $"{Figures.Number(count.Objects)} objects {name}");
        }

        Chart.End(page);
        if (report.Copied.Objects > 0)
        {
            long again = report.Copied.Objects - report.New.Objects - report.Changed.Objects;
            page.Write($"<p>Of those copied {report.New.Objects} were new, {report.Changed.Objects} had changed at the source since an earlier run, {again} were put right at the destination.</p>");
        }

        page.Write($"</section>");
    }
}
