using System.Globalization;
using System.Xml.Linq;

namespace OssMigration.Core.Stores;

/// <summary>
/// When two configuration documents say the same. Stores give a document back with other white space, another namespace
/// prefix, another order of elements and another spelling of dates; all that means nothing.
/// </summary>
internal static class DocumentMeaning
{
    /// <summary>Whether two documents say the same; null is a document that is not there.</summary>
    public static bool IsSame(BucketDocument? left, BucketDocument? right)
    {
        if (left is null || right is null)
            return left is null && right is null;
        return IsSame(left.Root, right.Root)
            && left.Headers.Count == right.Headers.Count
            && left.Headers.All(header => right.Headers.TryGetValue(header.Key, out string? value) && value == header.Value);
    }

    /// <summary>Whether two elements say the same; null is one that is not there.</summary>
    public static bool IsSame(XElement? left, XElement? right)
        => left is null || right is null ? left is null && right is null : Of(left) == Of(right);

    /// <summary>What an element says, in one form for all spellings.</summary>
    public static string Of(XElement element)
    {
        IEnumerable<string> attributes = element.Attributes()
            .Where(attribute => !attribute.IsNamespaceDeclaration)
            .Select(attribute => $"@{attribute.Name.LocalName}={attribute.Value}");
        string inside = element.HasElements
            ? string.Concat(element.Elements().Select(Of).Order(StringComparer.Ordinal))
            : Text(element);
        return $"<{element.Name.LocalName} {string.Join(' ', attributes.Order(StringComparer.Ordinal))}:{inside.Length}:{inside}>";
    }

    /// <summary>The text of a leaf; an indentation is none.</summary>
    public static string TextOf(XElement leaf)
        => string.IsNullOrWhiteSpace(leaf.Value) && leaf.Value.Contains('\n', StringComparison.Ordinal) ? "" : leaf.Value;

    private static string Text(XElement leaf)
    {
        string name = leaf.Name.LocalName;
        if (name is "Date" or "CreatedBeforeDate" && DateTimeOffset.TryParse(leaf.Value, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset date))
            return date.UtcDateTime.ToString("O", CultureInfo.InvariantCulture);

        // White space at the ends of a beginning or end of keys, of a tag or of a secret belongs to it.
        bool isLiteral = name == "Value" || name.Contains("Prefix", StringComparison.Ordinal) || name.Contains("Suffix", StringComparison.Ordinal) || name.Contains("Key", StringComparison.Ordinal);
        return isLiteral ? TextOf(leaf) : leaf.Value.Trim();
    }
}
