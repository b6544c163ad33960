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

    /// <summary>Whether two elements say the same.</summary>
    public static bool IsSame(XElement left, XElement right) => Of(left) == Of(right);

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

    // White space at the ends of a key prefix or a tag belongs to it.
    private static string Text(XElement element)
    {
        if (element.Name.LocalName is "Prefix" or "KeyPrefixEquals" or "Key" or "Value")
            return element.Value;
        string text = element.Value.Trim();
        bool isDate = element.Name.LocalName is "Date" or "CreatedBeforeDate"
            && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out _);
        return isDate
            ? DateTimeOffset.Parse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal).UtcDateTime.ToString("O", CultureInfo.InvariantCulture)
            : text;
    }
}
