using System.Globalization;
using System.Net;
using System.Text;
using OssMigration.Benchmarks.Measuring;
using OssMigration.Benchmarks.Scenarios;

namespace OssMigration.Benchmarks.Reporting;

/// <summary>All scenarios as bars, each contestant's rate relative to the best of its scenario, with the spread of its runs.</summary>
internal static class Chart
{
    private const int Width = 760;
    private const int LabelWidth = 170;
    private const int BarHeight = 18;
    private const int Gap = 34;

    /// <summary>The chart as SVG.</summary>
    public static string Of(IReadOnlyList<(Scenario Scenario, IReadOnlyList<Series> Series)> results)
    {
        StringBuilder body = new();
        int y = 30;
        foreach ((Scenario scenario, IReadOnlyList<Series> all) in results)
        {
            body.AppendLine(CultureInfo.InvariantCulture, $"<text x=\"10\" y=\"{y}\" font-weight=\"bold\">{Escape($"{scenario.Name}: {scenario.Title}")}</text>");
            y += 10;
            double best = all.Max(series => 1 / series.Seconds);
            foreach (Series series in all)
            {
                double scale = (Width - LabelWidth - 140) / best;
                double length = scale / series.Seconds;
                double slowest = scale / series.Samples.Max(sample => sample.Work.TotalSeconds);
                double fastest = Math.Min(Width - LabelWidth - 140, scale / series.Samples.Min(sample => sample.Work.TotalSeconds));
                string colour = series.Contestant.StartsWith("ours", StringComparison.Ordinal) ? "#1a6fb5" : series.Contestant.StartsWith("pump", StringComparison.Ordinal) ? "#8a8a8a" : "#d98c2b";
                string rate = scenario.Unit == RateUnit.Objects ? $"{series.ObjectsPerSecond:N0} objects/s" : $"{series.BytesPerSecond / 1e6:N0} MB/s";
                body.AppendLine(CultureInfo.InvariantCulture, $"<text x=\"{LabelWidth - 8}\" y=\"{y + 13}\" text-anchor=\"end\">{Escape(series.Contestant)}</text>");
                body.AppendLine(CultureInfo.InvariantCulture, $"<rect x=\"{LabelWidth}\" y=\"{y}\" width=\"{length:F1}\" height=\"{BarHeight - 4}\" fill=\"{colour}\"/>");
                body.AppendLine(CultureInfo.InvariantCulture, $"<line x1=\"{LabelWidth + slowest:F1}\" x2=\"{LabelWidth + fastest:F1}\" y1=\"{y + 7}\" y2=\"{y + 7}\" stroke=\"#222\"/>");
                body.AppendLine(CultureInfo.InvariantCulture, $"<text x=\"{LabelWidth + Math.Max(length, fastest) + 6:F1}\" y=\"{y + 13}\">{rate}</text>");
                y += BarHeight;
            }

            y += Gap;
        }

        return string.Create(CultureInfo.InvariantCulture,
            $"<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{Width}\" height=\"{y}\" font-family=\"sans-serif\" font-size=\"12\"><rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n{body}</svg>\n");
    }

    private static string Escape(string text) => WebUtility.HtmlEncode(text);
}
