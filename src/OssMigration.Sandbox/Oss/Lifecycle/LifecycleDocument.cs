using System.Globalization;
using System.Text;
using System.Xml.Linq;
using OssMigration.Sandbox.Oss.Wire;

namespace OssMigration.Sandbox.Oss.Lifecycle;

/// <summary>Checks a lifecycle configuration as OSS does before it takes it. <see cref="Storage.LifecycleRunner"/> executes it.</summary>
internal static class LifecycleDocument
{
    /// <summary>The name under which a bucket keeps it.</summary>
    public const string Name = "lifecycle";

    private const int IdBytes = 255;

    /// <summary>Checks a document.</summary>
    /// <param name="body">The XML.</param>
    /// <param name="allowOverlap">Whether prefixes may overlap (<c>x-oss-allow-same-action-overlap: true</c>).</param>
    /// <returns>The document as GET gives it back: with generated IDs filled in.</returns>
    /// <exception cref="OssErrorException">400 for everything the service refuses.</exception>
    public static string Check(ReadOnlyMemory<byte> body, bool allowOverlap)
    {
        XElement root = XmlBody.Parse(body, "LifecycleConfiguration");
        List<XElement> rules = [.. root.Children("Rule")];
        if (rules.Count is 0 or > OssLimits.LifecycleRules)
            throw OssErrors.MalformedXml();
        if (rules.Select(CheckId).Distinct(StringComparer.Ordinal).Count() != rules.Count)
            throw OssErrors.InvalidArgument("Rule ID must be unique.", "ID");
        rules.ForEach(CheckRule);
        if (!allowOverlap)
            CheckOverlap([.. rules.Where(rule => rule.Child("Tag") is null).Select(Prefix)]);
        return root.ToString(SaveOptions.DisableFormatting);
    }

    private static void CheckOverlap(List<string> prefixes)
    {
        for (int i = 0; i < prefixes.Count; i++)
        {
            for (int j = i + 1; j < prefixes.Count; j++)
            {
                (string a, string b) = (prefixes[i], prefixes[j]);
                if (a.StartsWith(b, StringComparison.Ordinal) || b.StartsWith(a, StringComparison.Ordinal))
                    throw OssErrors.InvalidArgument($"Overlap for same action type of prefix '{a}' and '{b}'.", "Prefix", b);
            }
        }
    }

    private static string Prefix(XElement rule) => rule.Text("Prefix") ?? string.Empty;

    private static string CheckId(XElement rule)
    {
        string? id = rule.Word("ID");
        if (id is null)
        {
            id = Guid.NewGuid().ToString("D");
            rule.Child("ID")?.Remove();
            rule.AddFirst(new XElement(rule.Name.Namespace + "ID", id));
        }

        return Encoding.UTF8.GetByteCount(id) <= IdBytes ? id : throw OssErrors.InvalidArgument("A rule ID holds at most 255 bytes.", "ID", id);
    }

    private static void CheckRule(XElement rule)
    {
        if (rule.Word("Status") is not ("Enabled" or "Disabled"))
            throw OssErrors.MalformedXml();
        foreach (XElement tag in rule.Children("Tag"))
            if (tag.Child("Key") is null)
                throw OssErrors.MalformedXml();
        CheckSize(rule.Child("Filter"), "ObjectSizeGreaterThan");
        CheckSize(rule.Child("Filter"), "ObjectSizeLessThan");
        int actions = 0;
        foreach (XElement action in rule.Elements())
            actions += CheckAction(action) ? 1 : 0;
        if (actions == 0)
            throw OssErrors.InvalidArgument("At least one action needs to be specified in a rule.", "Rule", rule.Word("ID"));
    }

    private static bool CheckAction(XElement action)
    {
        switch (action.Name.LocalName)
        {
            case "Expiration" when action.Child("ExpiredObjectDeleteMarker") is not null:
                action.Flag("ExpiredObjectDeleteMarker", byDefault: false);
                if (action.Child("Days") is not null || action.Child("CreatedBeforeDate") is not null)
                    throw OssErrors.MalformedXml();
                return true;
            case "Expiration" or "AbortMultipartUpload":
                CheckAge(action);
                return true;
            case "Transition":
                CheckAge(action);
                CheckClass(action);
                return true;
            case "NoncurrentVersionExpiration":
                CheckDays(action, "NoncurrentDays");
                return true;
            case "NoncurrentVersionTransition":
                CheckDays(action, "NoncurrentDays");
                CheckClass(action);
                return true;
            default:
                return false;
        }
    }

    private static void CheckAge(XElement action)
    {
        string? date = action.Word("CreatedBeforeDate");
        bool hasDays = action.Word("Days") is not null;
        if (hasDays == (date is not null))
            throw OssErrors.MalformedXml();
        if (hasDays)
            CheckDays(action, "Days");
        else
            CheckMidnight(date!);
    }

    private static void CheckClass(XElement transition)
    {
        if (transition.Word("StorageClass") is not ("IA" or "Archive" or "ColdArchive" or "DeepColdArchive"))
            throw OssErrors.InvalidArgument("StorageClass must be IA, Archive, ColdArchive or DeepColdArchive.", "StorageClass", transition.Text("StorageClass"));
    }

    private static void CheckDays(XElement parent, string name)
    {
        if (!int.TryParse(parent.Word(name), NumberStyles.None, CultureInfo.InvariantCulture, out int days) || days < 1)
            throw OssErrors.InvalidArgument($"{name} must be a positive integer.", name, parent.Text(name));
    }

    private static void CheckMidnight(string text)
    {
        bool read = DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out DateTimeOffset date);
        if (!read || date.TimeOfDay != TimeSpan.Zero)
            throw OssErrors.InvalidArgument("'CreatedBeforeDate' must be at midnight GMT", "CreatedBeforeDate", text);
    }

    private static void CheckSize(XElement? filter, string name)
    {
        if (filter?.Word(name) is { } text && !long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out _))
            throw OssErrors.MalformedXml();
    }
}
