using OssMigration.Core.Journal;

namespace OssMigration.Core.Reporting.Export.Page;

/// <summary>Bytes and objects a second over the running time of one run.</summary>
internal static class ThroughputSection
{
    private const double Height = 120;
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(15);

    /// <summary>Writes it.</summary>
    public static void Write(HtmlWriter page, ReportFacts facts)
    {
        MigrationReport run = facts.Longest;
        page.Write($"""<section aria-labelledby="throughput"><h2 id="throughput">Throughput</h2>""");
        Stretch[] stretches = [.. Stretches(facts.Series)];
        if (stretches.Length == 0)
        {
            page.Write($"<p>No figures over time were recorded of run {run.Run}: it was made by an earlier version, or has only begun.</p></section>");
            return;
        }

        page.Write($"<p>Run {run.Run}{(facts.IsOfOneRun || facts.Reports.Count == 1 ? "" : ", the longest")}: {Figures.Duration(run.Duration)} of running time from {Figures.Time(run.StartedAt)} to {Figures.Time(run.EndedAt)}{Resumes(run)}.</p>");
        WriteChart(page, "bytes", "Bytes a second", stretches, stretch => stretch.BytesPerSecond, Chart.RoundUpBytes, rate => Figures.Size(rate) + "/s");
        WriteChart(page, "objects", "Objects a second", stretches, stretch => stretch.ObjectsPerSecond, Chart.RoundUp, rate => Chart.Compact(rate) + "/s");
        WriteFigures(page, stretches);
        page.Write($"</section>");
    }

    private static string Resumes(MigrationReport run) => run.Resumes switch
    {
        0 => "",
        1 => ", resumed once",
        _ => $", resumed {Figures.Number(run.Resumes)} times",
    };

    // A coordinator sends no content itself: there the copied bytes tell.
    private static IEnumerable<Stretch> Stretches(IReadOnlyList<SeriesPoint> series)
    {
        bool isWritten = series.Count > 0 && series[^1].BytesWritten >= series[^1].CopiedBytes;
        TimeSpan before = default;
        (long bytes, long objects) = (0, 0);
        DateTimeOffset? at = null;
        foreach (SeriesPoint point in series)
        {
            long sent = isWritten ? point.BytesWritten : point.CopiedBytes;
            double seconds = (point.Elapsed - before).TotalSeconds;
            if (seconds <= 0)
                continue;
            TimeSpan stood = at is { } earlier ? point.At - earlier - (point.Elapsed - before) : default;
            yield return new Stretch(before, point.Elapsed, point.At, Math.Max(0, sent - bytes) / seconds, Math.Max(0, point.Done.Objects - objects) / seconds, stood);
            (before, bytes, objects, at) = (point.Elapsed, sent, point.Done.Objects, point.At);
        }
    }

    private static void WriteChart(
        HtmlWriter page, string id, string name, Stretch[] stretches, Func<Stretch, double> rateOf, Func<double, double> roundUp, Func<double, string> show)
    {
        double whole = stretches[^1].To.TotalSeconds;
        double mean = stretches.Sum(stretch => rateOf(stretch) * (stretch.To - stretch.From).TotalSeconds) / whole;
        double highest = stretches.Max(rateOf);
        double top = roundUp(highest);
        page.Write($"<h3>{name}</h3>");
        Chart.Begin(page, $"throughput-{id}", $"{name} over the running time", $"On average {show(mean)}, at most {show(highest)}, in {stretches.Length} stretches of time.", Height + 40);
        for (int line = 0; line <= 2; line++)
        {
            double y = 16 + (Height * (2 - line) / 2);
            page.Write($"""<line class="grid" x1="0" x2="100%" y1="{new Px(y)}" y2="{new Px(y)}"/>""");
        }

        WriteArea(page, stretches, rateOf, top, whole, show);
        for (int line = 1; line <= 2; line++)
            page.Write($"""<text class="axis scale" x="0" y="{new Px(12 + (Height * (2 - line) / 2))}">{show(top * line / 2)}</text>""");
        for (int tick = 0; tick <= 4; tick++)
        {
            string anchor = tick == 0 ? "start" : tick == 4 ? "end" : "middle";
            page.Write($"""<text class="axis{(tick % 2 == 1 ? " odd" : "")}" x="{new Percent(25 * tick)}" y="{new Px(Height + 34)}" text-anchor="{anchor}">{Figures.Duration(TimeSpan.FromSeconds(whole * tick / 4))}</text>""");
        }

        Chart.End(page);
    }

    private static void WriteArea(HtmlWriter page, Stretch[] stretches, Func<Stretch, double> rateOf, double top, double whole, Func<double, string> show)
    {
        page.Write($"""<svg x="0" y="16" width="100%" height="{new Px(Height)}" viewBox="0 0 1000 100" preserveAspectRatio="none"><path class="area" d="M0 100""");
        foreach (Stretch stretch in stretches)
        {
            (Px from, Px to, Px y) = (X(stretch.From), X(stretch.To), new Px(100 - (100 * rateOf(stretch) / top)));
            page.Write($"L{from} {y}L{to} {y}");
        }

        page.Write($"""L1000 100Z"/></svg>""");

        // What the pointer finds: each stretch over the whole height.
        foreach (Stretch stretch in stretches)
        {
            Percent width = Percent.Of((stretch.To - stretch.From).TotalSeconds, whole);
            page.Write($"""<rect class="hover" x="{Percent.Of(stretch.From.TotalSeconds, whole)}" y="16" width="{width}" height="{new Px(Height)}"><title>{show(rateOf(stretch))} until {Figures.Time(stretch.At)}</title></rect>""");
            if (stretch.Stood > Pause)
                page.Write($"""<line class="stop" x1="{Percent.Of(stretch.From.TotalSeconds, whole)}" x2="{Percent.Of(stretch.From.TotalSeconds, whole)}" y1="10" y2="{new Px(Height + 16)}"><title>Stopped for {Figures.Duration(stretch.Stood)}</title></line>""");
        }

        Px X(TimeSpan at) => new(1000 * at.TotalSeconds / whole);
    }

    private static void WriteFigures(HtmlWriter page, Stretch[] stretches)
    {
        page.Write($"""<details><summary>Figures</summary><div class="wide" tabindex="0" role="region" aria-label="Figures of the throughput"><table><caption class="unseen">Throughput over the running time</caption>""");
        page.Write($"""<thead><tr><th scope="col">Until</th><th scope="col">Running time</th><th scope="col" class="number">Bytes a second</th><th scope="col" class="number">Objects a second</th></tr></thead><tbody>""");
        foreach (Stretch stretch in stretches)
            page.Write($"""<tr><th scope="row">{Figures.Time(stretch.At)}</th><td>{Figures.Duration(stretch.To)}</td><td class="number">{Figures.Size(stretch.BytesPerSecond)}/s</td><td class="number">{Chart.Compact(stretch.ObjectsPerSecond)}</td></tr>""");
        page.Write($"</tbody></table></div></details>");
    }

    private readonly record struct Stretch(TimeSpan From, TimeSpan To, DateTimeOffset At, double BytesPerSecond, double ObjectsPerSecond, TimeSpan Stood);
}
