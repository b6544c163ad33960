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
        bool hasSteady = all.Any(series => series.SteadyRate is not null);
        text.AppendLine(CultureInfo.InvariantCulture, $"| contestant | seconds | rate | ours is so many times as fast | client CPU us/object | ours takes so many times the CPU | peak MiB | requests | ours sends so many times as many | servers' CPU s |{(hasSteady ? " objects/s from the 10th second | ours |" : "")}");
        text.AppendLine($"|---|---|---|---|---|---|---|---|---|---|{(hasSteady ? "---|---|" : "")}");
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
                $"| {series.Contestant} | {series.Seconds:F2} | {rate} | {speed} | {Micro(series.MicrosecondsPerObject)} | {cpu} | {series.PeakMemory >> 20} | {series.Requests:N0} | {requests} | {series.ServerSeconds:F1} |{(hasSteady ? Steady(series, ours) : "")}");
        }

        return text.ToString();
    }

    private static string Steady(Series series, Series? ours)
    {
        string ratio = series == ours || ours?.SteadyRate is not { } mine || series.SteadyRate is not { } theirs ? "" : (mine / theirs).ToString("F2", CultureInfo.InvariantCulture);
        return string.Create(CultureInfo.InvariantCulture, $" {series.SteadyRate:N0} | {ratio} |");
    }

    // A transfer takes hundreds, a key a few.
    private static string Micro(double value) => value.ToString(value < 20 ? "N2" : "N0", CultureInfo.InvariantCulture);
}
