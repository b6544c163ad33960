namespace OssMigration.Core.Reporting.Export.Page;

/// <summary>The top of the page: the state, how much of the move is done, the reconciliation.</summary>
internal static class Overview
{
    /// <summary>Writes it.</summary>
    public static void Write(HtmlWriter page, ReportFacts facts)
    {
        Verdict verdict = Verdict.Of(facts);
        string subject = facts.IsOfOneRun ? $"Run {facts.Report.Run} of {facts.Job.Name}" : facts.Job.Name;
        page.Write($"""<header><p class="kind">Migration report</p><h1>{subject}</h1>""");
        page.Write($"""<p class="route"><bdi>{facts.Job.Source.Uri}</bdi> <span aria-hidden="true">→</span><span class="unseen">to</span> <bdi>{facts.Job.Destination.Uri}</bdi></p>""");
        page.Write($"""<p class="verdict {verdict.Tone}"><strong>{verdict.Word}</strong> <span>{verdict.Sentence}</span></p>""");
        if (facts.Reports.LastOrDefault(report => report.Unencrypted is not null) is { Unencrypted: { } plain })
            page.Write($"""<p class="verdict bad"><strong>Not encrypted</strong> <span>{plain}</span></p>""");
        page.Write($"</header>");
        page.Write($"""<main><section aria-labelledby="standing"><h2 id="standing">Where it stands</h2>""");
        WriteShare(page, facts);
        WriteTiles(page, facts);
        Equation.Write(page, facts.Report);
        page.Write($"</section>");
    }

    private static void WriteShare(HtmlWriter page, ReportFacts facts)
    {
        (ObjectCount completed, ObjectCount skipped, ObjectCount failed) = Lists(facts);
        double whole = Math.Max(facts.Report.Listed.Objects, completed.Objects + skipped.Objects + failed.Objects);
        (string Name, string Tone, ObjectCount Count)[] parts = [("copied and proved", "good", completed), ("there already", "calm", skipped), ("not there", "bad", failed)];
        string told = string.Join(", ", parts.Select(part => $"{Figures.Number(part.Count.Objects)} {part.Name}"));
        Chart.Begin(page, "share", "How much of the source is at the destination", $"Of {Figures.Number((long)whole)} objects {told}.", 22);
        page.Write($"""<rect class="track" x="0" y="0" width="100%" height="22" rx="5"/>""");
        double x = 0;
        foreach ((string name, string tone, ObjectCount count) in parts.Where(part => part.Count.Objects > 0))
        {
            double width = Math.Max(0.4, Percent.Of(count.Objects, whole).Value);
            page.Write($"""<rect class="mark {tone}" x="{new Percent(Math.Min(x, 99.6))}" y="0" width="{new Percent(width)}" height="22"><title>{count.Objects} objects {name}</title></rect>""");
            x += width;
        }

        Chart.End(page);
        page.Write($"""<ul class="legend">""");
        foreach ((string name, string tone, ObjectCount count) in parts)
            page.Write($"""<li class="{tone}">{count.Objects} {name}</li>""");
        page.Write($"</ul>");
    }

    private static void WriteTiles(HtmlWriter page, ReportFacts facts)
    {
        (ObjectCount completed, ObjectCount skipped, ObjectCount failed) = Lists(facts);
        ObjectCount there = completed + skipped;
        double whole = Math.Max(facts.Report.Listed.Objects, (there + failed).Objects);
        ObjectCause[] open = [.. facts.Tally.Causes.Where(cause => cause.IsOpen)];
        page.Write($"""<dl class="tiles">""");
        Tile(page, "At the destination", whole == 0 ? "nothing listed" : Share(there.Objects, whole), $"{Figures.Number(there.Objects)} objects");
        Tile(page, "Data there", Figures.Size(there.Bytes), $"of {Figures.Size(Math.Max(facts.Report.Listed.Bytes, (there + failed).Bytes))}");
        Tile(page, "Need a look", Figures.Number(open.Sum(cause => cause.Count.Objects)), open.Length switch { 0 => "nothing is left to do", 1 => "one reason, below", _ => $"{open.Length} reasons, below" });
        Tile(page, "Average rate", Figures.Size(facts.Longest.BytesPerSecond) + "/s", $"run {facts.Longest.Run}, {Figures.Duration(facts.Longest.Duration)}");
        MigrationReport last = facts.IsOfOneRun ? facts.Report : facts.Reports[^1];
        string ended = Figures.Time(last.EndedAt);
        string next = facts.Status.NextRunAt is { } due && !facts.IsOfOneRun ? $"; the next is due {Figures.Time(due)}" : "";
        Tile(page, facts.IsRunning ? "As of" : facts.IsOfOneRun ? "The run ended" : "Last run ended", ended[..10], $"{ended[11..]}, run {last.Run}{next}");
        page.Write($"</dl>");
    }

    private static void Tile(HtmlWriter page, string name, string figure, string remark)
        => page.Write($"""<div><dt>{name}</dt><dd><span class="figure">{figure}</span> <span class="remark">{remark}</span></dd></div>""");

    // 100 % is said only where nothing is missing.
    private static string Share(long part, double whole)
    {
        double percent = Math.Floor(1000 * part / whole) / 10;
        return FormattableString.Invariant($"{percent:0.#} %");
    }

    private static (ObjectCount Completed, ObjectCount Skipped, ObjectCount Failed) Lists(ReportFacts facts)
    {
        MigrationReport report = facts.Report;
        return facts.IsOfOneRun
            ? (report.Copied, report.Skipped, report.Conflict + report.Unsupported + report.NeedsRestore + report.Vanished + report.Failed)
            : (facts.Tally[ObjectList.Completed], facts.Tally[ObjectList.Skipped], facts.Tally[ObjectList.Failed]);
    }
}
