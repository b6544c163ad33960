using System.Globalization;
using System.Text;
using OssMigration.Benchmarks.Measuring;
using OssMigration.Benchmarks.Scenarios;

namespace OssMigration.Benchmarks.Reporting;

/// <summary>A scenario's series as a table for people, in Markdown.</summary>
internal static class Tables
{
    /// <summary>The table; ratios are to ours where ours takes part.</summary>
    public static string Of(Scenario scenario, IReadOnlyList<Series> all)
    {
        StringBuilder text = new();
        text.AppendLine(CultureInfo.InvariantCulture, $"### {scenario.Name}: {scenario.Title}");
        text.AppendLine();
        text.AppendLine("| contestant | seconds | rate | ours is so many times as fast | client CPU us/object | ours takes so many times the CPU | peak MiB | requests | ours sends so many times as many | servers' CPU s |");
        text.AppendLine("|---|---|---|---|---|---|---|---|---|---|");
        foreach (Series series in all)
        {
            Series? ours = all.FirstOrDefault(each => each.Contestant == $"ours{series.Round}");
            string rate = scenario.Unit == RateUnit.Objects
                ? string.Create(CultureInfo.InvariantCulture, $"{series.ObjectsPerSecond:N0} objects/s")
                : string.Create(CultureInfo.InvariantCulture, $"{series.BytesPerSecond / 1e6:N0} MB/s");
            string speed = ours is null || series == ours ? "" : (series.Seconds / ours.Seconds).ToString("F2", CultureInfo.InvariantCulture);
            string cpu = ours is null || series == ours ? "" : (ours.MicrosecondsPerObject / series.MicrosecondsPerObject).ToString("F2", CultureInfo.InvariantCulture);
            string requests = ours is null || series == ours ? "" : (ours.Requests / (double)series.Requests).ToString("F2", CultureInfo.InvariantCulture);
            text.AppendLine(CultureInfo.InvariantCulture,
                $"| {series.Contestant} | {series.Seconds:F2} | {rate} | {speed} | {Micro(series.MicrosecondsPerObject)} | {cpu} | {series.PeakMemory >> 20} | {series.Requests:N0} | {requests} | {series.ServerSeconds:F1} |");
        }

        return text.ToString();
    }

    // A transfer takes hundreds, a key a few.
    private static string Micro(double value) => value.ToString(value < 20 ? "N2" : "N0", CultureInfo.InvariantCulture);
}
