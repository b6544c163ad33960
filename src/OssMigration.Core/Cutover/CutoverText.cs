using System.Globalization;
using OssMigration.Core.Reporting;

namespace OssMigration.Core.Cutover;

/// <summary>Figures as the evidence shows them.</summary>
internal static class CutoverText
{
    /// <summary>Keys that a sentence names at most.</summary>
    public const int MaximumNamed = 20;

    /// <summary><c>1 object</c>, <c>12,345 objects</c>.</summary>
    public static string Objects(long count) => string.Create(CultureInfo.InvariantCulture, $"{count:N0} {(count == 1 ? "object" : "objects")}");

    /// <summary><c>12 objects (3,456 bytes)</c>.</summary>
    public static string Count(ObjectCount count) => string.Create(CultureInfo.InvariantCulture, $"{Objects(count.Objects)} ({count.Bytes:N0} bytes)");

    /// <inheritdoc cref="Figures.Time"/>
    public static string Time(DateTimeOffset time) => Figures.Time(time);

    /// <inheritdoc cref="Figures.Span"/>
    public static string Span(TimeSpan span) => Figures.Span(span);

    /// <summary><c>'a', 'b' and 12 more</c>: the first keys of so many.</summary>
    public static string Names(IEnumerable<string> keys, long total)
    {
        List<string> named = [.. keys.Take(MaximumNamed).Select(key => $"'{VisibleText.Of(key)}'")];
        string more = total > named.Count ? string.Create(CultureInfo.InvariantCulture, $" and {total - named.Count:N0} more") : "";
        return string.Join(", ", named) + more;
    }
}
