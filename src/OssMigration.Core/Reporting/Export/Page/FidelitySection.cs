using OssMigration.Core.Fidelity;

namespace OssMigration.Core.Reporting.Export.Page;

/// <summary>What became of objects beyond their bytes, beside what was foreseen; nothing where neither is known.</summary>
internal static class FidelitySection
{
    /// <summary>How many objects are shown one by one.</summary>
    public const int MostObjects = 100;

    /// <summary>Writes it.</summary>
    public static void Write(HtmlWriter page, ReportFacts facts)
    {
        if (facts.Report.Fidelity is not { Count: > 0 } totals)
            return;
        page.Write($"""<section aria-labelledby="fidelity"><h2 id="fidelity">Beyond the bytes</h2>""");
        page.Write($"""<div class="wide" tabindex="0" role="region" aria-label="Headers, metadata and settings"><table><caption>What became of headers, metadata and settings of the objects that run {facts.Report.Run} copied or refused</caption><thead><tr><th scope="col">Of objects</th><th scope="col">Effect</th><th scope="col" class="number">Foreseen</th><th scope="col" class="number">Happened</th><th scope="col" class="number">Data</th></tr></thead><tbody>""");
        foreach (FidelityTotal total in totals)
        {
            string tone = total.Effect switch { FidelityEffect.Carried => "good", FidelityEffect.Refused => "bad", _ => "warn" };
            string foreseen = total.Foreseen is { } count ? Figures.Number(count.Objects) : "–";
            page.Write($"""<tr><th scope="row">{Name(total.Aspect)}</th><td class="{tone} mark-text">{total.Effect.ToString().ToLowerInvariant()}</td><td class="number">{foreseen}</td><td class="number">{total.Happened.Objects}</td><td class="number">{Figures.Size(total.Happened.Bytes)}</td></tr>""");
        }

        page.Write($"</tbody></table></div>");
        page.Write($"<p>A forecast counts all objects of the source, a run those that it copied or refused: they are equal for a first run over what the forecast saw.</p>");
        WriteObjects(page, facts);
        page.Write($"</section>");
    }

    private static void WriteObjects(HtmlWriter page, ReportFacts facts)
    {
        if (facts.ChangedObjects.Count == 0)
            return;
        string caption = facts.ChangedObjects.Count < MostObjects ? "Objects that did not arrive as they were" : $"The first {MostObjects} objects that did not arrive as they were";
        page.Write($"""<div class="wide" tabindex="0" role="region" aria-label="Changed objects"><table><caption>{caption}</caption><thead><tr><th scope="col">Key</th><th scope="col">What</th><th scope="col">Effect</th><th scope="col">Why</th></tr></thead><tbody>""");
        foreach (ChangedObject changed in facts.ChangedObjects)
        {
            foreach (FidelityFinding finding in changed.Findings)
                page.Write($"""<tr><th scope="row"><bdi>{VisibleText.Of(changed.Key)}</bdi></th><td>{Name(finding.Aspect)}</td><td>{finding.Effect.ToString().ToLowerInvariant()}</td><td>{VisibleText.Of(finding.Reason)}</td></tr>""");
        }

        page.Write($"</tbody></table></div>");
    }

    private static string Name(FidelityAspect aspect) => aspect switch
    {
        FidelityAspect.ContentType => "content type",
        FidelityAspect.Acl => "ACL",
        FidelityAspect.StorageClass => "storage class",
        _ => aspect.ToString().ToLowerInvariant(),
    };
}
