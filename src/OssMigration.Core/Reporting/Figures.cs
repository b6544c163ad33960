using System.Globalization;

namespace OssMigration.Core.Reporting;

/// <summary>How figures are shown to people, the same in tables, progress and reports. Invariant of language; empty for null.</summary>
public static class Figures
{
    private static readonly string[] Units = ["B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"];

    /// <summary>Bytes in the largest unit that leaves at least 1, with three digits: <c>1.46 GiB</c>.</summary>
    public static string Size(double? bytes)
    {
        if (bytes is not { } value)
            return "";
        int unit = 0;
        while (Math.Abs(value) >= 1023.95 && unit < Units.Length - 1)
        {
            value /= 1024;
            unit++;
        }

        string format = unit == 0 || Math.Abs(value) >= 99.95 ? "0" : Math.Abs(value) >= 9.995 ? "0.0" : "0.00";
        return value.ToString(format, CultureInfo.InvariantCulture) + " " + Units[unit];
    }

    /// <summary>Bytes a second as a size; also in bits, as links are sold: <c>23.8 MiB/s (200 Mbit/s)</c>.</summary>
    public static string Rate(double? bytesPerSecond)
    {
        if (bytesPerSecond is not { } rate)
            return "";
        double bits = rate * 8;
        (double value, string unit) = bits >= 1e9 ? (bits / 1e9, "Gbit/s") : bits >= 1e6 ? (bits / 1e6, "Mbit/s") : (bits / 1e3, "kbit/s");
        return string.Create(CultureInfo.InvariantCulture, $"{Size(rate)}/s ({value:0.#} {unit})");
    }

    /// <summary>A number with thousands separators.</summary>
    public static string Number(long? value) => value?.ToString("N0", CultureInfo.InvariantCulture) ?? "";

    /// <summary>A span of time: <c>1.02:03:04</c>, <c>00:00:12</c>.</summary>
    public static string Span(TimeSpan? span)
        => span is { } value ? value.ToString(value.Days > 0 ? @"d\.hh\:mm\:ss" : @"hh\:mm\:ss", CultureInfo.InvariantCulture) : "";

    /// <summary>A span of time in its two largest units: <c>14 d 4 h</c>, <c>3 min 20 s</c>.</summary>
    public static string Duration(TimeSpan span) => span switch
    {
        { TotalDays: >= 1 } => string.Create(CultureInfo.InvariantCulture, $"{(int)span.TotalDays:#,0} d {span.Hours} h"),
        { TotalHours: >= 1 } => string.Create(CultureInfo.InvariantCulture, $"{span.Hours} h {span.Minutes} min"),
        { TotalMinutes: >= 1 } => string.Create(CultureInfo.InvariantCulture, $"{span.Minutes} min {span.Seconds} s"),
        { TotalSeconds: >= 10 } => string.Create(CultureInfo.InvariantCulture, $"{span.Seconds} s"),
        { Ticks: 0 } => "0",
        _ => string.Create(CultureInfo.InvariantCulture, $"{span.TotalSeconds:0.#} s"),
    };

    /// <summary>A moment in UTC: <c>2026-01-31 23:59:59Z</c>.</summary>
    public static string Time(DateTimeOffset? time)
        => time?.ToUniversalTime().ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture) ?? "";
}
