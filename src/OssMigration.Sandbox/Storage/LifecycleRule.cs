using System.Globalization;
using System.Xml.Linq;

namespace OssMigration.Sandbox.Storage;

/// <summary>
/// One rule of a lifecycle document of either side, as far as it is executed. S3 and OSS differ in a few names; both are read.
/// </summary>
internal sealed class LifecycleRule
{
    private readonly XElement _rule;
    private readonly XElement? _and;

    private LifecycleRule(XElement rule)
    {
        _rule = rule;
        XElement? filter = Child(rule, "Filter");
        _and = filter is null ? null : Child(filter, "And") ?? filter;
        Prefix = Value(rule, "Prefix") ?? Value(_and, "Prefix") ?? "";
        Tags = [.. TagsIn(rule), .. TagsIn(_and)];
    }

    /// <summary>Keys that begin with this.</summary>
    public string Prefix { get; }

    /// <summary>Tags that an object must have.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Tags { get; }

    /// <summary>The enabled rules of a document.</summary>
    public static IReadOnlyList<LifecycleRule> Parse(string document) =>
        [.. XElement.Parse(document).Elements()
            .Where(rule => rule.Name.LocalName == "Rule" && Value(rule, "Status") == "Enabled")
            .Select(rule => new LifecycleRule(rule))];

    /// <summary>Whether the rule's filter matches an object.</summary>
    public bool Matches(StoredObject stored)
    {
        if (!stored.Key.StartsWith(Prefix, StringComparison.Ordinal) || !Tags.All(tag => stored.Tags.Contains(tag)))
            return false;
        if (Number(_and, "ObjectSizeGreaterThan") is { } larger && stored.Size <= larger)
            return false;
        if (Number(_and, "ObjectSizeLessThan") is { } smaller && stored.Size >= smaller)
            return false;
        return _and is null || !Children(_and, "Not").Any(not => IsExcluded(not, stored));
    }

    /// <summary>Whether a current object expires.</summary>
    public bool Expires(StoredObject stored, DateTimeOffset now) => IsDue(Child(_rule, "Expiration"), stored.LastModified, now);

    /// <summary>Whether a delete marker that is alone goes.</summary>
    public bool DropsLoneMarkers => Value(Child(_rule, "Expiration"), "ExpiredObjectDeleteMarker") == "true";

    /// <summary>The storage class that a current object changes to; null for none.</summary>
    public string? TransitionOf(StoredObject stored, DateTimeOffset now) => Children(_rule, "Transition")
        .Where(transition => IsDue(transition, stored.LastModified, now))
        .Select(transition => Value(transition, "StorageClass"))
        .LastOrDefault();

    /// <summary>The storage class that an old version changes to; null for none.</summary>
    public string? NoncurrentTransitionOf(StoredObject version, DateTimeOffset now) => Children(_rule, "NoncurrentVersionTransition")
        .Where(transition => version.NoncurrentSince is { } since
            && Number(transition, "NoncurrentDays") is { } days
            && now >= DueAfter(since, days))
        .Select(transition => Value(transition, "StorageClass"))
        .LastOrDefault();

    /// <summary>Whether an old version goes.</summary>
    /// <param name="version">The version.</param>
    /// <param name="newerNoncurrent">How many noncurrent versions are newer.</param>
    /// <param name="now">The side's time.</param>
    public bool ExpiresNoncurrent(StoredObject version, int newerNoncurrent, DateTimeOffset now)
    {
        XElement? expiration = Child(_rule, "NoncurrentVersionExpiration");
        if (expiration is null || version.NoncurrentSince is not { } since || Number(expiration, "NoncurrentDays") is not { } days)
            return false;
        return newerNoncurrent >= (Number(expiration, "NewerNoncurrentVersions") ?? 0) && now >= DueAfter(since, days);
    }

    /// <summary>Whether an open upload is aborted.</summary>
    public bool Aborts(MultipartUpload upload, DateTimeOffset now)
    {
        if (!upload.Draft.Key.StartsWith(Prefix, StringComparison.Ordinal))
            return false;
        if (Number(Child(_rule, "AbortIncompleteMultipartUpload"), "DaysAfterInitiation") is { } days)
            return now >= DueAfter(upload.Initiated, days);
        return IsDue(Child(_rule, "AbortMultipartUpload"), upload.Initiated, now);
    }

    // Days are counted from the object's time and end at the next midnight; a date acts on everything from that date on;
    // CreatedBeforeDate (OSS) acts only on what is older than the date.
    private static bool IsDue(XElement? action, DateTimeOffset from, DateTimeOffset now)
    {
        if (action is null)
            return false;
        if (Number(action, "Days") is { } days)
            return now >= DueAfter(from, days);
        if (Time(action, "Date") is { } date)
            return now >= date;
        return Time(action, "CreatedBeforeDate") is { } before && now >= before && from < before;
    }

    private static DateTimeOffset DueAfter(DateTimeOffset from, long days)
    {
        DateTime due = from.UtcDateTime.AddDays(days);
        return due == due.Date ? due : due.Date.AddDays(1);
    }

    private static bool IsExcluded(XElement not, StoredObject stored) =>
        stored.Key.StartsWith(Value(not, "Prefix") ?? "", StringComparison.Ordinal) && TagsIn(not).All(tag => stored.Tags.Contains(tag));

    private static IEnumerable<KeyValuePair<string, string>> TagsIn(XElement? element) => element is null
        ? []
        : Children(element, "Tag").Select(tag => new KeyValuePair<string, string>(Value(tag, "Key") ?? "", Value(tag, "Value") ?? ""));

    private static IEnumerable<XElement> Children(XElement element, string name) =>
        element.Elements().Where(child => child.Name.LocalName == name);

    private static XElement? Child(XElement element, string name) => Children(element, name).FirstOrDefault();

    private static string? Value(XElement? element, string name) => element is null ? null : Child(element, name)?.Value;

    private static long? Number(XElement? element, string name) =>
        long.TryParse(Value(element, name), NumberStyles.None, CultureInfo.InvariantCulture, out long number) ? number : null;

    private static DateTimeOffset? Time(XElement element, string name) => DateTimeOffset.TryParse(
        Value(element, name), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out DateTimeOffset time)
        ? time
        : null;
}
