namespace OssMigration.Core.Reporting.Export.Page;

/// <summary>Objects by size, and where the bytes are.</summary>
internal static class SizeSection
{
    private const double Row = 50;

    /// <summary>Writes it; nothing for a run whose objects are not known any more.</summary>
    public static void Write(HtmlWriter page, ReportFacts facts)
    {
        if (facts.IsOfOneRun || facts.Tally.Total.Objects == 0)
            return;
        SizeClass[] sizes = [.. facts.Tally.Sizes.SkipWhile(size => size.Count.Objects == 0).Reverse().SkipWhile(size => size.Count.Objects == 0).Reverse()];
        ObjectCount total = facts.Tally.Total;
        page.Write($"""<section aria-labelledby="sizes"><h2 id="sizes">Objects by size</h2>""");
        page.Write($"""<ul class="legend"><li class="a">share of the {total.Objects} objects</li><li class="b">share of {Figures.Size(total.Bytes)}</li></ul>""");
        string told = string.Join("; ", sizes.Select(size => $"{size.Name}: {Figures.Number(size.Count.Objects)} objects, {Figures.Size(size.Count.Bytes)}"));
        Chart.Begin(page, "size-bars", "Objects by size", told + ".", Row * sizes.Length);
        for (int i = 0; i < sizes.Length; i++)
        {
            SizeClass size = sizes[i];
            double y = Row * i;
            Chart.Label(page, y + 14, size.Name, $"{Figures.Number(size.Count.Objects)} · {Figures.Size(size.Count.Bytes)}");
            Chart.Bar(page, y + 20, 9, Percent.Of(size.Count.Objects, total.Objects), "a", $"{Figures.Number(size.Count.Objects)} objects");
            Chart.Bar(page, y + 31, 9, Percent.Of(size.Count.Bytes, total.Bytes), "b", Figures.Size(size.Count.Bytes));
        }

        Chart.End(page);
        page.Write($"</section>");
    }
}
