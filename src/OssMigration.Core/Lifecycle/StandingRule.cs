using System.Globalization;
using System.Xml.Linq;

namespace OssMigration.Core.Lifecycle;

/// <summary>
/// One rule of a lifecycle document, S3's or OSS's, as far as it is understood; what is not understood stays in the element.
/// Names are compared without their namespace. Elements: oss-facts.md 8.1 (S3) and 3.6 (OSS).
/// </summary>
internal sealed class StandingRule(XElement element)
{
    private static readonly string[] KnownFilters = ["Prefix", "And"];

    /// <summary>The element.</summary>
    public XElement Element => element;

    /// <summary>Its id; empty where it has none.</summary>
    public string Id => Text(element, "ID")?.Trim() ?? "";

    /// <summary>Enabled or Disabled.</summary>
    public string Status => Text(element, "Status")?.Trim() ?? "";

    /// <summary>Whether it acts.</summary>
    public bool IsEnabled => Status == "Enabled";

    /// <summary>Whether the prefix stands in the rule itself (old S3, OSS) rather than in a filter.</summary>
    public bool HasOwnPrefix => Child(element, "Prefix") is not null;

    /// <summary>Whether there is a filter element.</summary>
    public bool HasFilter => Child(element, "Filter") is not null;

    /// <summary>Full keys that begin with it; empty for all.</summary>
    public string Prefix => Text(element, "Prefix") ?? Text(Child(element, "Filter"), "Prefix") ?? Text(Child(Child(element, "Filter"), "And"), "Prefix") ?? "";

    /// <summary>Whether something beyond the prefix restricts it: tags, sizes, exceptions, or what we do not know.</summary>
    public bool IsRestricted => Child(element, "Tag") is not null
        || (Child(element, "Filter")?.Elements().Any(part => !KnownFilters.Contains(part.Name.LocalName)) ?? false)
        || (Child(Child(element, "Filter"), "And")?.Elements().Any(part => part.Name.LocalName != "Prefix") ?? false);

    /// <summary>Days after which current objects go; null for none.</summary>
    public int? ExpirationDays => Number(Child(element, "Expiration"), "Days");

    /// <summary>The date on which current objects go (S3: all, also what is written later; OSS: what is older); null for none.</summary>
    public DateTimeOffset? ExpirationDate => Time(Child(element, "Expiration"), "Date") ?? Time(Child(element, "Expiration"), "CreatedBeforeDate");

    /// <summary>Whether delete markers that are left alone go.</summary>
    public bool DropsMarkers => Text(Child(element, "Expiration"), "ExpiredObjectDeleteMarker")?.Trim() == "true";

    /// <summary>Days after which old versions go; null for never.</summary>
    public int? NoncurrentDays => Number(Child(element, "NoncurrentVersionExpiration"), "NoncurrentDays");

    /// <summary>Storage classes that current objects change to.</summary>
    public IEnumerable<string> TransitionClasses => Children(element, "Transition").Select(transition => Text(transition, "StorageClass")?.Trim() ?? "another class");

    /// <summary>What the rule does, in a line for people. Names of unknown elements are given as they are.</summary>
    public string Actions => string.Join("; ", element.Elements().Select(Describe).Where(text => text.Length > 0));

    /// <summary>Whether the rule and keys of a prefix have keys in common.</summary>
    public bool Touches(string prefix) => Prefix.StartsWith(prefix, StringComparison.Ordinal) || prefix.StartsWith(Prefix, StringComparison.Ordinal);

    /// <summary>The first child of that name; null where there is none.</summary>
    public static XElement? Child(XElement? parent, string name) => parent is null ? null : Children(parent, name).FirstOrDefault();

    /// <summary>All children of that name.</summary>
    public static IEnumerable<XElement> Children(XElement parent, string name) => parent.Elements().Where(child => child.Name.LocalName == name);

    private static string Describe(XElement part) => part.Name.LocalName switch
    {
        "ID" or "Prefix" or "Status" or "Filter" or "Tag" => "",
        "Expiration" => "delete " + Age(part, "objects"),
        "Transition" => $"move to {Text(part, "StorageClass")?.Trim()} {Age(part, "")}".TrimEnd(),
        "NoncurrentVersionExpiration" => $"delete old versions after {Text(part, "NoncurrentDays")?.Trim()} days",
        "NoncurrentVersionTransition" => $"move old versions to {Text(part, "StorageClass")?.Trim()} after {Text(part, "NoncurrentDays")?.Trim()} days",
        "AbortIncompleteMultipartUpload" or "AbortMultipartUpload" => "abort uploads",
        string other => other,
    };

    private static string Age(XElement action, string what)
    {
        if (Text(action, "Days")?.Trim() is { } days)
            return $"{what} after {days} days".TrimStart();
        if (Text(action, "Date")?.Trim() is { } date)
            return $"{what} from {date} on".TrimStart();
        if (Text(action, "CreatedBeforeDate")?.Trim() is { } before)
            return $"{what} older than {before}".TrimStart();
        return Text(action, "ExpiredObjectDeleteMarker")?.Trim() == "true" ? "delete markers that are left alone" : what;
    }

    private static string? Text(XElement? parent, string name) => Child(parent, name)?.Value;

    private static int? Number(XElement? parent, string name)
        => int.TryParse(Text(parent, name), NumberStyles.AllowLeadingWhite | NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture, out int number) ? number : null;

    private static DateTimeOffset? Time(XElement? parent, string name) => DateTimeOffset.TryParse(
        Text(parent, name), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal | DateTimeStyles.AllowWhiteSpaces, out DateTimeOffset time)
        ? time
        : null;
}
