namespace OssMigration.Core.Reporting.Export.Page;

/// <summary>The reconciliation of a run: what the lister counted, and what outcomes add up to, counted apart.</summary>
internal static class Equation
{
    /// <summary>The terms of its right side, with the words that the page has for them.</summary>
    public static IReadOnlyList<(string Name, string Tone, ObjectCount Count)> Terms(MigrationReport report) =>
    [
        ("copied", "good", report.Copied), ("skipped", "calm", report.Skipped), ("in conflict", "warn", report.Conflict), ("unsupported", "warn", report.Unsupported),
        ("archived", "warn", report.NeedsRestore), ("vanished", "calm", report.Vanished), ("failed", "bad", report.Failed),
    ];

    /// <summary>Writes it.</summary>
    public static void Write(HtmlWriter page, MigrationReport report)
    {
        page.Write($"""<h3 id="equation">Reconciliation of run {report.Run}</h3><ul class="equation" aria-labelledby="equation">""");
        page.Write($"""<li><b>{report.Listed.Objects}</b> listed<small>{Figures.Size(report.Listed.Bytes)}</small></li>""");
        string sign = report.Reconciled ? "=" : "≠";
        foreach ((string name, string tone, ObjectCount count) in Terms(report))
        {
            page.Write($"""<li class="{(count.Objects == 0 ? "none" : tone)}"><i>{sign}</i><b>{count.Objects}</b> {name}<small>{Figures.Size(count.Bytes)}</small></li>""");
            sign = "+";
        }

        page.Write($"</ul>");
        if (report.Reconciled)
            page.Write($"""<p class="good mark-text">The two counts agree, in objects and in bytes. The lister counts pages, the journal counts outcomes.</p>""");
        else
            page.Write($"""<p class="bad mark-text">The two counts do not agree: {report.Listed.Objects} listed, {report.Outcomes.Objects} with an outcome. While a run goes on this is so; at its end it is an error.</p>""");
        string[] beside = [.. Beside(report)];
        if (beside.Length > 0)
            page.Write($"<p>Besides: {string.Join(", ", beside)}.</p>");
    }

    private static IEnumerable<string> Beside(MigrationReport report)
    {
        (string Name, ObjectCount Count)[] counts =
        [
            ("left out by the filter", report.FilteredOut), ("at the destination only", report.DestinationOnly), ("gone at the source since an earlier run", report.GoneAtSource),
            ("of these removed at the destination", report.Removed), ("replaced after cut-over", report.Overwritten), ("with headers put right", report.MetadataRepaired),
        ];
        return counts.Where(count => count.Count.Objects > 0).Select(count => $"{Figures.Number(count.Count.Objects)} {count.Name}");
    }
}
