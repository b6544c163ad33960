using System.Globalization;
using System.Text;
using System.Xml.Linq;
using OssMigration.Sandbox.Oss.Wire;

namespace OssMigration.Sandbox.Oss.Lifecycle;

/// <summary>A lifecycle configuration: the XML as GET gives it back, and the rules read from it.</summary>
internal sealed class LifecycleDocument
{
    private const int IdBytes = 255;

    private LifecycleDocument(byte[] xml, IReadOnlyList<LifecycleRule> rules)
    {
        Xml = xml;
        Rules = rules;
    }

    /// <summary>The document with generated IDs filled in.</summary>
    public byte[] Xml { get; }

    /// <summary>The rules in the order of the document.</summary>
    public IReadOnlyList<LifecycleRule> Rules { get; }

    /// <summary>Reads and checks a document.</summary>
    /// <param name="body">The XML.</param>
    /// <param name="allowOverlap">Whether prefixes may overlap (<c>x-oss-allow-same-action-overlap: true</c>).</param>
    public static LifecycleDocument Parse(ReadOnlyMemory<byte> body, bool allowOverlap)
    {
        XElement root = XmlBody.Parse(body, "LifecycleConfiguration");
        List<XElement> elements = [.. root.Children("Rule")];
        if (elements.Count is 0 or > OssLimits.LifecycleRules)
            throw OssErrors.MalformedXml();
        List<LifecycleRule> rules = [.. elements.Select(ReadRule)];
        if (rules.Select(r => r.Id).Distinct(StringComparer.Ordinal).Count() != rules.Count)
            throw OssErrors.InvalidArgument("Rule ID must be unique.", "ID");
        if (!allowOverlap)
            CheckOverlap(rules);
        return new LifecycleDocument(Encoding.UTF8.GetBytes(root.ToString(SaveOptions.DisableFormatting)), rules);
    }

    private static void CheckOverlap(List<LifecycleRule> rules)
    {
        for (int i = 0; i < rules.Count; i++)
        {
            for (int j = i + 1; j < rules.Count; j++)
            {
                LifecycleScope a = rules[i].Scope;
                LifecycleScope b = rules[j].Scope;
                bool overlap = (a.Prefix.StartsWith(b.Prefix, StringComparison.Ordinal) || b.Prefix.StartsWith(a.Prefix, StringComparison.Ordinal))
                    && a.Tags.Count == 0 && b.Tags.Count == 0;
                if (overlap)
                    throw OssErrors.InvalidArgument($"Overlap for same action type of prefix '{a.Prefix}' and '{b.Prefix}'.", "Prefix", b.Prefix);
            }
        }
    }

    private static LifecycleRule ReadRule(XElement rule)
    {
        string? id = rule.Word("ID");
        if (id is null)
        {
            id = Guid.NewGuid().ToString("D");
            rule.Child("ID")?.Remove();
            rule.AddFirst(new XElement(rule.Name.Namespace + "ID", id));
        }

        if (Encoding.UTF8.GetByteCount(id) > IdBytes)
            throw OssErrors.InvalidArgument("A rule ID holds at most 255 bytes.", "ID", id);
        XElement? expiration = rule.Child("Expiration");
        LifecycleRule read = new()
        {
            Id = id,
            Enabled = rule.Word("Status") switch { "Enabled" => true, "Disabled" => false, _ => throw OssErrors.MalformedXml() },
            Scope = ReadScope(rule),
            Expiration = expiration is null || expiration.Word("ExpiredObjectDeleteMarker") is not null ? null : ReadAge(expiration),
            ExpiredObjectDeleteMarker = expiration?.Flag("ExpiredObjectDeleteMarker", byDefault: false) ?? false,
            Transitions = [.. rule.Children("Transition").Select(t => new LifecycleTransition(ReadAge(t), ReadClass(t)))],
            AbortMultipartUpload = rule.Child("AbortMultipartUpload") is { } abort ? ReadAge(abort) : null,
            NoncurrentExpirationDays = rule.Child("NoncurrentVersionExpiration") is { } old ? ReadDays(old, "NoncurrentDays") : null,
            NoncurrentTransitions = [.. rule.Children("NoncurrentVersionTransition")
                .Select(t => new LifecycleTransition(new LifecycleAge(ReadDays(t, "NoncurrentDays"), null), ReadClass(t)))],
        };
        CheckActions(read, expiration);
        return read;
    }

    private static void CheckActions(LifecycleRule rule, XElement? expiration)
    {
        if (expiration?.Word("ExpiredObjectDeleteMarker") is not null
            && (expiration.Word("Days") ?? expiration.Word("CreatedBeforeDate")) is not null)
            throw OssErrors.MalformedXml();
        bool any = rule.Expiration is not null || rule.ExpiredObjectDeleteMarker || rule.Transitions.Count > 0
            || rule.AbortMultipartUpload is not null || rule.NoncurrentExpirationDays is not null || rule.NoncurrentTransitions.Count > 0;
        if (!any)
            throw OssErrors.InvalidArgument("At least one action needs to be specified in a rule.", "Rule", rule.Id);
    }

    private static LifecycleScope ReadScope(XElement rule)
    {
        XElement? filter = rule.Child("Filter");
        List<LifecycleExemption> exemptions = [.. (filter?.Children("Not") ?? [])
            .Select(n => new LifecycleExemption(n.Text("Prefix") ?? string.Empty, n.Child("Tag") is { } tag ? ReadTag(tag) : null))];
        return new LifecycleScope(
            rule.Text("Prefix") ?? string.Empty,
            [.. rule.Children("Tag").Select(ReadTag)],
            ReadSize(filter, "ObjectSizeGreaterThan"),
            ReadSize(filter, "ObjectSizeLessThan"),
            exemptions);
    }

    private static KeyValuePair<string, string> ReadTag(XElement tag) =>
        KeyValuePair.Create(tag.Text("Key") ?? throw OssErrors.MalformedXml(), tag.Text("Value") ?? string.Empty);

    private static long? ReadSize(XElement? filter, string name)
    {
        if (filter?.Word(name) is not { } text)
            return null;
        return long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long size) ? size : throw OssErrors.MalformedXml();
    }

    private static string ReadClass(XElement transition) =>
        transition.Word("StorageClass") is "IA" or "Archive" or "ColdArchive" or "DeepColdArchive"
            ? transition.Word("StorageClass")!
            : throw OssErrors.InvalidArgument("StorageClass must be IA, Archive, ColdArchive or DeepColdArchive.", "StorageClass", transition.Text("StorageClass"));

    private static int ReadDays(XElement parent, string name) =>
        int.TryParse(parent.Word(name), NumberStyles.None, CultureInfo.InvariantCulture, out int days) && days > 0
            ? days
            : throw OssErrors.InvalidArgument($"{name} must be a positive integer.", name, parent.Text(name));

    private static LifecycleAge ReadAge(XElement action)
    {
        string? date = action.Word("CreatedBeforeDate");
        bool hasDays = action.Word("Days") is not null;
        if (hasDays == (date is not null))
            throw OssErrors.MalformedXml();
        return hasDays ? new LifecycleAge(ReadDays(action, "Days"), null) : new LifecycleAge(null, ReadMidnight(date!));
    }

    private static DateTimeOffset ReadMidnight(string text)
    {
        bool read = DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out DateTimeOffset date);
        if (!read || date.TimeOfDay != TimeSpan.Zero)
            throw OssErrors.InvalidArgument("'CreatedBeforeDate' must be at midnight GMT", "CreatedBeforeDate", text);
        return date;
    }
}
