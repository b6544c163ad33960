namespace OssMigration.Core.Reporting.Export.Page;

/// <summary>What is not simply there, by its reason, with what to do.</summary>
internal static class CauseSection
{
    /// <summary>Writes it.</summary>
    public static void Write(HtmlWriter page, ReportFacts facts)
    {
        IReadOnlyList<ObjectCause> causes = facts.Tally.Causes;
        page.Write($"""<section aria-labelledby="causes"><h2 id="causes">What needs a look, and what to do</h2>""");
        if (causes.Count == 0)
        {
            page.Write($"""<p class="good mark-text">Nothing failed, is in conflict, unsupported or waiting.</p></section>""");
            return;
        }

        WriteChart(page, causes);
        foreach (ObjectCause cause in causes)
            WriteCause(page, facts, cause);
        page.Write($"""<p class="soft">All of them: <code>Get-MigrationItem {facts.Job.Name}</code>, or the lists of <code>Export-MigrationReport {facts.Job.Name} {facts.Job.Name}.csv</code>. The same advice is in <code>Get-Help about_OssMigration_Troubleshooting</code>.</p></section>""");
    }

    private static void WriteChart(HtmlWriter page, IReadOnlyList<ObjectCause> causes)
    {
        const double row = 38;
        double most = causes.Max(cause => cause.Count.Objects);
        string told = string.Join(", ", causes.Select(cause => $"{Figures.Number(cause.Count.Objects)} {Name(cause)}"));
        Chart.Begin(page, "cause-bars", "Objects that are not simply there, by reason", told + ".", row * causes.Count);
        for (int i = 0; i < causes.Count; i++)
        {
            ObjectCause cause = causes[i];
            Chart.Label(page, (row * i) + 14, Name(cause), $"{Figures.Number(cause.Count.Objects)} · {Figures.Size(cause.Count.Bytes)}");
            Chart.Bar(page, (row * i) + 20, 10, Percent.Of(cause.Count.Objects, most), Tone(cause), $"{Figures.Number(cause.Count.Objects)} objects: {Name(cause)}");
        }

        Chart.End(page);
    }

    private static void WriteCause(HtmlWriter page, ReportFacts facts, ObjectCause cause)
    {
        string id = AdviceBook.Shipped.IdOf(cause.State, cause.ErrorKind);
        page.Write($"""<article class="cause {Tone(cause)}"><h3>{Name(cause)} <span class="soft">{cause.Count.Objects} {(cause.Count.Objects == 1 ? "object" : "objects")}, {Figures.Size(cause.Count.Bytes)}</span></h3>""");
        page.Write($"<p><strong>What to do</strong> <span class=\"soft\">({id})</span>: {AdviceBook.Shipped.TextOf(id, facts.Job.Name)}</p>");
        page.Write($"""<div class="wide" tabindex="0" role="region" aria-label="{Name(cause)}: the first objects"><table><caption>{(cause.Count.Objects > cause.Examples.Count ? $"The first {cause.Examples.Count}" : cause.Examples.Count == 1 ? "The object" : "The objects")}</caption><thead><tr><th scope="col">Key</th><th scope="col" class="number">Size</th><th scope="col">Run</th><th scope="col">Reason</th></tr></thead><tbody>""");
        foreach (MigrationItem item in cause.Examples)
            page.Write($"""<tr><th scope="row" class="key"><bdi>{item.Key}</bdi></th><td class="number">{Figures.Size(item.Size)}</td><td>{item.Run}</td><td class="reason"><bdi>{item.Message}</bdi></td></tr>""");
        page.Write($"</tbody></table></div></article>");
    }

    private static string Tone(ObjectCause cause) => !cause.IsOpen ? "calm" : cause.State == MigrationItemState.Failed ? "bad" : "warn";

    private static string Name(ObjectCause cause)
    {
        string state = cause.State switch
        {
            MigrationItemState.InProgress => "In progress",
            MigrationItemState.NeedsRestore => "Needs a restore",
            MigrationItemState.GoneAtSource => "Gone at the source",
            MigrationItemState.DeletedAtDestination => "Deleted at the destination",
            MigrationItemState.MetadataDiffers => "Headers differ",
            MigrationItemState.KeySkipped => "Left out for its key",
            _ => cause.State.ToString(),
        };
        return cause.ErrorKind.Length == 0 || cause.ErrorKind == cause.State.ToString() ? state : $"{state}: {cause.ErrorKind}";
    }
}
