using System.Globalization;
using System.Management.Automation;
using System.Text;

namespace OssMigration.Views;

/// <summary>How values are shown. The module's format views call these; scripts may too: <c>[OssMigration.Views.Display]::Size(1GB)</c>.</summary>
public static class Display
{
    private static readonly string[] Units = ["B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"];

    /// <summary>Bytes in the largest unit that leaves at least 1, with three digits: <c>1.46 GiB</c>. Empty for null.</summary>
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

    /// <summary>A number with thousands separators. Empty for null.</summary>
    public static string Number(long? value) => value?.ToString("N0", CultureInfo.InvariantCulture) ?? "";

    /// <summary>A count of objects with its bytes: <c>4,907 objects, 619 MiB</c>.</summary>
    public static string Count(long objects, long bytes) => $"{Number(objects)} objects, {Size(bytes)}";

    /// <summary>A span of time: <c>1.02:03:04</c>, <c>00:00:12</c>. Empty for null.</summary>
    public static string Span(TimeSpan? span)
        => span is { } value ? value.ToString(value.Days > 0 ? @"d\.hh\:mm\:ss" : @"hh\:mm\:ss", CultureInfo.InvariantCulture) : "";

    /// <summary>A moment in UTC: <c>2026-01-31 23:59:59Z</c>. Empty for null.</summary>
    public static string Time(DateTimeOffset? time)
        => time?.ToUniversalTime().ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture) ?? "";

    /// <summary>
    /// Text from outside (a key, a message) that a terminal can be given: control, formatting and line-breaking characters
    /// are written as <c>\uXXXX</c>, so that a key cannot move the cursor or hide its neighbours.
    /// </summary>
    public static string Text(string? text)
    {
        if (text is null)
            return "";
        StringBuilder? shown = null;
        for (int i = 0; i < text.Length; i++)
        {
            if (IsHarmless(text, i))
            {
                shown?.Append(text[i]);
                continue;
            }

            shown ??= new StringBuilder(text, 0, i, text.Length + 16);
            shown.Append(CultureInfo.InvariantCulture, $"\\u{(int)text[i]:X4}");
        }

        return shown?.ToString() ?? text;
    }

    /// <summary>
    /// A status word in the colour of what it means, from <c>$PSStyle</c>; plain where <c>$PSStyle.OutputRendering</c> is
    /// PlainText, where <c>NO_COLOR</c> is set, and where there is no <c>$PSStyle</c>.
    /// </summary>
    /// <param name="status">An outcome, state or status of this module.</param>
    /// <param name="style">The caller's <c>$PSStyle</c>.</param>
    public static string Status(object? status, object? style)
    {
        string text = status?.ToString() ?? "";
        if (style is null || text.Length == 0 || Environment.GetEnvironmentVariable("NO_COLOR") is { Length: > 0 })
            return text;
        PSObject colours = PSObject.AsPSObject(style);
        if (colours.Properties["OutputRendering"]?.Value?.ToString() == "PlainText")
            return text;
        string? colour = PSObject.AsPSObject(colours.Properties["Foreground"]?.Value ?? "").Properties[ColourOf(text)]?.Value?.ToString();
        return colour is null ? text : colour + text + colours.Properties["Reset"]?.Value;
    }

    /// <summary>
    /// One condition of a check before a cut-over: its state in colour, the evidence, and what to do. Empty where the check has no
    /// such condition.
    /// </summary>
    /// <param name="conditions">The conditions of the check.</param>
    /// <param name="subject">What the condition is about.</param>
    /// <param name="style">The caller's <c>$PSStyle</c>.</param>
    public static string Condition(object? conditions, string subject, object? style)
    {
        foreach (object? condition in LanguagePrimitives.GetEnumerable(conditions) ?? Array.Empty<object>())
        {
            PSMemberInfoCollection<PSPropertyInfo> of = PSObject.AsPSObject(condition).Properties;
            if (of["Subject"]?.Value?.ToString() == subject)
                return $"{Status(of["State"]?.Value, style)}. {Text($"{of["Evidence"]?.Value} {of["Mend"]?.Value}".TrimEnd())}";
        }

        return "";
    }

    private static string ColourOf(string status) => status switch
    {
        "Complete" or "Finished" or "Same" or "True" or "Met" => "Green",
        "Incomplete" or "Failed" or "Different" or "SourceOnly" or "False" or "NotMet" => "Red",
        "Running" or "InProgress" or "Created" => "Cyan",
        _ => "Yellow",
    };

    private static bool IsHarmless(string text, int index)
    {
        char c = text[index];
        if (char.IsSurrogate(c))
        {
            return char.IsHighSurrogate(c)
                ? index + 1 < text.Length && char.IsLowSurrogate(text[index + 1])
                : index > 0 && char.IsHighSurrogate(text[index - 1]);
        }

        return char.GetUnicodeCategory(c) is not (UnicodeCategory.Control or UnicodeCategory.Format
            or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator);
    }
}
