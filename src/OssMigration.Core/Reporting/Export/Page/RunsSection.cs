namespace OssMigration.Core.Reporting.Export.Page;

/// <summary>The runs of the job, as a series that should shrink.</summary>
internal static class RunsSection
{
    private const int MostColumns = 24;
    private const int MostRows = 50;
    private const double Height = 150;

    /// <summary>Writes it.</summary>
    public static void Write(HtmlWriter page, ReportFacts facts)
    {
        page.Write($"""<section aria-labelledby="runs"><h2 id="runs">Runs</h2>""");
        MigrationReport[] columns = [.. facts.Reports.Where(report => report.Scope == RunScope.Everything).TakeLast(MostColumns)];
        if (columns.Length > 1)
            WriteChart(page, columns);
        WriteTable(page, facts);
        page.Write($"</section>");
    }

    // From 100 million to a handful: only a logarithmic scale shows both ends.
    private static void WriteChart(HtmlWriter page, MigrationReport[] columns)
    {
        double top = Math.Max(1, Math.Ceiling(Math.Log10(1 + columns.Max(column => column.Copied.Objects))));
        string told = string.Join(", ", columns.Select(column => $"run {column.Run}: {Figures.Number(column.Copied.Objects)}"));
        page.Write($"<h3>Objects copied by each run over everything <span class=\"soft\">(logarithmic scale)</span></h3>");
        Chart.Begin(page, "run-columns", "Objects copied by each run over everything, on a logarithmic scale", told + ".", Height + 58);
        for (double power = 0; power <= top; power++)
        {
            double y = 24 + Height - (Height * power / top);
            string label = power == 0 ? "" : Chart.Compact(Math.Pow(10, power));
            page.Write($"""<line class="grid" x1="0" x2="100%" y1="{new Px(y)}" y2="{new Px(y)}"/><text class="axis" x="0" y="{new Px(y - 4)}">{label}</text>""");
        }

        // The left part is the scale's.
        const double left = 6;
        double step = (100 - left) / columns.Length;
        string dense = columns.Length > 8 ? " odd" : "";
        for (int i = 0; i < columns.Length; i++)
        {
            MigrationReport run = columns[i];
            double height = Math.Max(run.Copied.Objects > 0 ? 3 : 1, Height * Math.Log10(1 + run.Copied.Objects) / top);
            double x = left + (step * i);
            page.Write($"""<rect class="mark a" x="{new Percent(x + (step * 0.15))}" y="{new Px(24 + Height - height)}" width="{new Percent(step * 0.7)}" height="{new Px(height)}"><title>Run {run.Run}, {Figures.Time(run.StartedAt)}: {run.Copied.Objects} objects, {Figures.Size(run.Copied.Bytes)}, in {Figures.Duration(run.Duration)}</title></rect>""");
            page.Write($"""<text class="axis strong{(i % 2 == 1 ? dense : "")}" x="{new Percent(x + (step / 2))}" y="{new Px(18 + Height - height)}" text-anchor="middle">{Chart.Compact(run.Copied.Objects)}</text>""");
            page.Write($"""<text class="axis{(i % 2 == 1 ? dense : "")}" x="{new Percent(x + (step / 2))}" y="{new Px(Height + 42)}" text-anchor="middle">{run.Run}</text>""");
        }

        page.Write($"""<text class="axis" x="100%" y="{new Px(Height + 57)}" text-anchor="end">run</text>""");
        Chart.End(page);
    }

    private static void WriteTable(HtmlWriter page, ReportFacts facts)
    {
        MigrationReport[] rows = [.. facts.Reports.Reverse().Take(MostRows)];
        string caption = rows.Length < facts.Reports.Count ? $"The newest {rows.Length} of {Figures.Number(facts.Reports.Count)} runs" : "All runs, the newest first";
        page.Write($"""<div class="wide" tabindex="0" role="region" aria-label="Runs"><table><caption>{caption}</caption><thead><tr><th scope="col">Run</th><th scope="col">Began</th><th scope="col">Took</th><th scope="col">Status</th><th scope="col" class="number">Listed</th><th scope="col" class="number">Copied</th><th scope="col" class="number">Data</th><th scope="col" class="number">Left</th></tr></thead><tbody>""");
        foreach (MigrationReport run in rows)
        {
            ObjectCount left = run.Conflict + run.Unsupported + run.NeedsRestore + run.Failed;
            string tone = run.Status switch { RunStatus.Complete => "good", RunStatus.Incomplete => "bad", _ => "warn" };
            string scope = run.Scope switch { RunScope.Everything => "", RunScope.FailedOnly => " what failed", _ => " chosen" };
            page.Write($"""<tr><th scope="row">{run.Run}{scope}</th><td>{Figures.Time(run.StartedAt)}</td><td>{Figures.Duration(run.Duration)}</td><td class="{tone} mark-text">{Word(run.Status)}</td><td class="number">{run.Listed.Objects}</td><td class="number">{run.Copied.Objects}</td><td class="number">{Figures.Size(run.Copied.Bytes)}</td><td class="number">{left.Objects}</td></tr>""");
        }

        page.Write($"</tbody></table></div>");
    }

    private static string Word(RunStatus status) => status switch
    {
        RunStatus.CompleteWithExceptions => "With exceptions",
        _ => status.ToString(),
    };
}
