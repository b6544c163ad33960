using System.Globalization;
using System.Xml.Linq;

namespace OssMigration.Sandbox.S3;

/// <summary>Checks a lifecycle configuration as S3 does before it takes it.</summary>
internal static class LifecycleDocument
{
    private const int MostRules = 1000;

    /// <summary>Checks the document.</summary>
    /// <exception cref="S3Exception">A rule is impossible.</exception>
    public static void Check(XElement root)
    {
        List<XElement> rules = [.. Children(root, "Rule")];
        if (rules.Count is 0 or > MostRules)
            throw S3Exception.MalformedXml();
        if (rules.Exists(rule => Children(rule, "Filter").Any()) && rules.Exists(rule => Children(rule, "Prefix").Any()))
            throw S3Exception.InvalidRequest("Base level prefix cannot be used in Lifecycle V2, prefixes are only supported in the Filter.");
        var ids = new HashSet<string>(StringComparer.Ordinal);
        foreach (XElement rule in rules)
        {
            string? id = Value(rule, "ID");
            if (id?.Length > 255)
                throw S3Exception.InvalidArgument("ID length should not exceed allowed limit of 255", "ID", id);
            if (!string.IsNullOrEmpty(id) && !ids.Add(id))
                throw S3Exception.InvalidArgument("Rule ID must be unique. Found same ID for more than one rule", "ID", id);
            CheckRule(rule);
        }
    }

    private static void CheckRule(XElement rule)
    {
        if (Value(rule, "Status") is not ("Enabled" or "Disabled"))
            throw S3Exception.MalformedXml();
        XElement? filter = Children(rule, "Filter").FirstOrDefault();
        if (filter is null == Children(rule, "Prefix").FirstOrDefault() is null)
            throw S3Exception.MalformedXml();
        if (filter is not null && filter.Elements().Count() > 1)
            throw S3Exception.MalformedXml();
        string[] actions = ["Expiration", "Transition", "NoncurrentVersionExpiration", "NoncurrentVersionTransition", "AbortIncompleteMultipartUpload"];
        if (!rule.Elements().Any(element => actions.Contains(element.Name.LocalName)))
            throw S3Exception.InvalidRequest("At least one action needs to be specified in a rule");
        foreach (XElement expiration in Children(rule, "Expiration"))
        {
            if (expiration.Elements().Count(element => element.Name.LocalName is "Days" or "Date" or "ExpiredObjectDeleteMarker") != 1)
                throw S3Exception.MalformedXml();
            CheckTime(expiration);
        }
        foreach (XElement transition in Children(rule, "Transition"))
            CheckTime(transition);
        foreach (XElement noncurrent in Children(rule, "NoncurrentVersionExpiration"))
            CheckDays(Value(noncurrent, "NoncurrentDays"), "NoncurrentDays", least: 1);
        foreach (XElement abort in Children(rule, "AbortIncompleteMultipartUpload"))
        {
            CheckDays(Value(abort, "DaysAfterInitiation"), "DaysAfterInitiation", least: 1);
            if (filter?.Descendants().Any(element => element.Name.LocalName is "Tag" or "ObjectSizeGreaterThan" or "ObjectSizeLessThan") == true)
                throw S3Exception.InvalidRequest("AbortIncompleteMultipartUpload cannot be specified with Tags or object sizes.");
        }
    }

    private static void CheckTime(XElement action)
    {
        CheckDays(Value(action, "Days"), "Days", least: action.Name.LocalName == "Transition" ? 0 : 1);
        if (Value(action, "Date") is not { } text)
            return;
        const DateTimeStyles Styles = DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal;
        if (!DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, Styles, out DateTimeOffset date))
            throw S3Exception.MalformedXml();
        if (date.UtcDateTime.TimeOfDay != TimeSpan.Zero)
            throw S3Exception.InvalidArgument("'Date' must be at midnight GMT", "Date", text);
    }

    private static void CheckDays(string? text, string name, int least)
    {
        if (text is null)
            return;
        if (!int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int days) || days < least)
            throw S3Exception.InvalidArgument($"'{name}' for the action must be a positive integer", name, text);
    }

    private static IEnumerable<XElement> Children(XElement element, string name) =>
        element.Elements().Where(child => child.Name.LocalName == name);

    private static string? Value(XElement element, string name) => Children(element, name).FirstOrDefault()?.Value;
}
