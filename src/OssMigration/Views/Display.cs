using System.Collections;
using System.Management.Automation;
using OssMigration.Core.Reporting;

namespace OssMigration.Views;

/// <summary>How values are shown. The module's format views call these; scripts may too: <c>[OssMigration.Views.Display]::Size(1GB)</c>.</summary>
public static class Display
{
    /// <inheritdoc cref="Figures.Size"/>
    public static string Size(double? bytes) => Figures.Size(bytes);

    /// <inheritdoc cref="Figures.Rate"/>
    public static string Rate(double? bytesPerSecond) => Figures.Rate(bytesPerSecond);

    /// <inheritdoc cref="Figures.Number"/>
    public static string Number(long? value) => Figures.Number(value);

    /// <summary>A count of objects with its bytes: <c>4,907 objects, 619 MiB</c>.</summary>
    public static string Count(long objects, long bytes) => $"{Number(objects)} objects, {Size(bytes)}";

    /// <inheritdoc cref="Figures.Span"/>
    public static string Span(TimeSpan? span) => Figures.Span(span);

    /// <inheritdoc cref="Figures.Time"/>
    public static string Time(DateTimeOffset? time) => Figures.Time(time);

    /// <inheritdoc cref="VisibleText.Of"/>
    public static string Text(string? text) => VisibleText.Of(text);

    /// <summary>
    /// A status word in the colour of what it means, from <c>$PSStyle</c>; plain where <c>$PSStyle.OutputRendering</c> is
    /// PlainText, where <c>NO_COLOR</c> is set, and where there is no <c>$PSStyle</c>.
    /// </summary>
    /// <param name="status">An outcome, state or status of this module.</param>
    /// <param name="style">The caller's <c>$PSStyle</c>.</param>
    public static string Status(object? status, object? style)
    {
        string text = Text(status?.ToString());
        if (style is null || text.Length == 0 || Environment.GetEnvironmentVariable("NO_COLOR") is { Length: > 0 })
            return text;
        PSObject colours = PSObject.AsPSObject(style);
        if (colours.Properties["OutputRendering"]?.Value?.ToString() == "PlainText")
            return text;
        string? colour = PSObject.AsPSObject(colours.Properties["Foreground"]?.Value ?? "").Properties[ColourOf(text)]?.Value?.ToString();
        return colour is null ? text : colour + text + colours.Properties["Reset"]?.Value;
    }

    /// <summary>What there is to restore, by class: <c>GLACIER: 12 requests, 3.00 GiB retrieved</c>. Prices are the source's, by class and tier.</summary>
    /// <param name="byClass">The counts of a forecast.</param>
    public static string Restore(IDictionary? byClass)
    {
        List<string> found = [];
        foreach (DictionaryEntry entry in byClass ?? new Hashtable())
        {
            PSMemberInfoCollection<PSPropertyInfo> count = PSObject.AsPSObject(entry.Value).Properties;
            string objects = Number(LanguagePrimitives.ConvertTo<long?>(count["Objects"]?.Value));
            found.Add($"{Text($"{entry.Key}")}: {objects} requests, {Size(LanguagePrimitives.ConvertTo<double?>(count["Bytes"]?.Value))} retrieved");
        }

        return string.Join("; ", found.Order(StringComparer.Ordinal));
    }

    /// <summary>What becomes of aspects with one effect: <c>Metadata 400, Tags 20</c>; a dash for nothing.</summary>
    /// <param name="totals">Of a forecast or a report.</param>
    /// <param name="effect">Carried, Changed, Dropped or Refused.</param>
    public static string Fidelity(object? totals, string effect)
    {
        List<string> found = [];
        foreach (object? total in LanguagePrimitives.GetEnumerable(totals) ?? Array.Empty<object>())
        {
            PSMemberInfoCollection<PSPropertyInfo> of = PSObject.AsPSObject(total).Properties;
            if (of["Effect"]?.Value?.ToString() != effect)
                continue;
            PSObject count = PSObject.AsPSObject((of["Happened"] ?? of["Count"])?.Value ?? 0);
            string objects = Number(LanguagePrimitives.ConvertTo<long?>(count.Properties["Objects"]?.Value));
            string foreseen = of["Foreseen"]?.Value is { } seen ? $" (foreseen {Number(LanguagePrimitives.ConvertTo<long?>(PSObject.AsPSObject(seen).Properties["Objects"]?.Value))})" : "";
            found.Add($"{of["Aspect"]?.Value} {objects}{foreseen}");
        }

        return found.Count == 0 ? "-" : string.Join(", ", found);
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
}
