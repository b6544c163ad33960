namespace OssMigration.Core.Reporting.Export.Page;

/// <summary>The recorded comparisons, and what rests on them: the cut-over and the deletion of the source.</summary>
internal static class ProofSection
{
    private const int MostRows = 20;

    /// <summary>Writes it.</summary>
    public static void Write(HtmlWriter page, ReportFacts facts)
    {
        page.Write($"""<section aria-labelledby="proof"><h2 id="proof">Proof</h2>""");
        if (facts.Comparisons.Count == 0)
            page.Write($"<p>No comparison of both ends is recorded: <code>Compare-MigrationData {facts.Job.Name}</code> makes one without downloading anything again.</p>");
        else
            WriteComparisons(page, facts);
        if (facts.Job.CutoverTime is { } moment)
            page.Write($"<p><strong>Cut-over</strong> {(moment <= facts.MadeAt ? "was" : "is planned for")} {Figures.Time(moment)}. From then on the destination belongs to the business, and no run overwrites anything there.</p>");
        if (facts.LifecycleRules.Count > 0)
            WriteLifecycle(page, facts);
        page.Write($"</section>");
    }

    private static void WriteComparisons(HtmlWriter page, ReportFacts facts)
    {
        page.Write($"""<div class="wide" tabindex="0" role="region" aria-label="Comparisons"><table><caption>Comparisons of both ends, the newest first</caption><thead><tr><th scope="col">Ended</th><th scope="col">Level</th><th scope="col">Verdict</th><th scope="col" class="number">Listed</th><th scope="col" class="number">Same</th><th scope="col" class="number">Different</th><th scope="col" class="number">Source only</th><th scope="col" class="number">Unproved</th><th scope="col" class="number">Changed by business</th></tr></thead><tbody>""");
        foreach (ComparisonSummary comparison in facts.Comparisons.Reverse().Take(MostRows))
        {
            (string word, string tone) = !comparison.IsComplete ? ("Stopped early", "bad") : comparison.IsClean ? ("All the same", "good") : ("Differences", "warn");
            ObjectCount business = comparison.Superseded + comparison.DeletedAtDestination;
            page.Write($"""<tr><th scope="row">{Figures.Time(comparison.EndedAt)}</th><td>{comparison.Level.ToString()}</td><td class="{tone} mark-text">{word}</td><td class="number">{comparison.Listed.Objects}</td><td class="number">{comparison.Same.Objects}</td><td class="number">{comparison.Different.Objects}</td><td class="number">{comparison.SourceOnly.Objects}</td><td class="number">{comparison.Unproved.Objects}</td><td class="number">{business.Objects}</td></tr>""");
        }

        page.Write($"</tbody></table></div>");
    }

    private static void WriteLifecycle(HtmlWriter page, ReportFacts facts)
    {
        page.Write($"""<div class="wide" tabindex="0" role="region" aria-label="Lifecycle rules"><table><caption>Lifecycle rules that delete the source</caption><thead><tr><th scope="col">Rule</th><th scope="col">Set</th><th scope="col">Acts from</th><th scope="col" class="number">Objects</th><th scope="col" class="number">Data</th><th scope="col">Proof</th><th scope="col">Withdrawn</th></tr></thead><tbody>""");
        foreach (LifecycleRecord rule in facts.LifecycleRules.Reverse().Take(MostRows))
            page.Write($"""<tr><th scope="row"><bdi>{rule.RuleId}</bdi></th><td>{Figures.Time(rule.SetAt)}</td><td>{(rule.Date is { } date ? Figures.Time(date) : "a day after a version became old")}</td><td class="number">{rule.Deletes.Objects}</td><td class="number">{Figures.Size(rule.Deletes.Bytes)}</td><td class="id">{rule.ComparisonId}</td><td>{(rule.WithdrawnAt is { } withdrawn ? Figures.Time(withdrawn) : "no")}</td></tr>""");
        page.Write($"</tbody></table></div>");
    }
}
