using System.Globalization;
using System.Text;
using System.Xml;
using System.Xml.Linq;
using OssMigration.Core.Reporting;
using OssMigration.Core.Stores;

namespace OssMigration.Core.Lifecycle;

/// <summary>
/// The lifecycle configuration of a bucket as a tree that rules of ours are put into and taken out of. Everything else stays as
/// it is, unknown elements included. A document is in one style: prefixes in filters, or (OSS, old S3) in the rules.
/// </summary>
internal sealed class LifecycleDocument
{
    /// <summary>Most rules of a bucket, on S3 and on OSS.</summary>
    public const int MostRules = 1000;

    private static readonly XNamespace S3Namespace = "http://s3.amazonaws.com/doc/2006-03-01/";

    private readonly bool _isOss;
    private readonly XElement _root;
    private readonly IReadOnlyDictionary<string, string> _headers;

    /// <summary>Takes a copy of what stands.</summary>
    /// <param name="standing">The document; null for none.</param>
    /// <param name="scheme">The scheme of the bucket's address: oss writes some elements otherwise than s3.</param>
    public LifecycleDocument(BucketDocument? standing, string scheme)
    {
        _isOss = scheme == "oss";
        _root = standing is not null
            ? new XElement(standing.Root)
            : new XElement((_isOss ? XNamespace.None : S3Namespace) + "LifecycleConfiguration");
        _headers = standing?.Headers ?? new Dictionary<string, string>();
    }

    /// <summary>All rules in the order of the document.</summary>
    public IEnumerable<StandingRule> Rules => StandingRule.Children(_root, "Rule").Select(rule => new StandingRule(rule));

    /// <summary>The rule of that id; null where there is none.</summary>
    public StandingRule? Find(string id) => Rules.FirstOrDefault(rule => rule.Id == id);

    /// <summary>The document to write; null where no rule is left, so that it is removed.</summary>
    public BucketDocument? ToDocument() => Rules.Any() ? new BucketDocument(new XElement(_root), _headers) : null;

    /// <summary>Puts a rule in the place of the one with its id, or behind all others.</summary>
    /// <exception cref="RefusedException">The bucket has as many rules as it can have.</exception>
    public StandingRule Put(LifecycleRecord rule)
    {
        XElement built = Build(rule);
        if (Find(rule.RuleId) is { } standing)
            standing.Element.ReplaceWith(built);
        else if (Rules.Count() >= MostRules)
            throw new RefusedException("LifecycleTooManyRules", $"The bucket has {MostRules} lifecycle rules already, which is the most it can have.", "Remove one that is not needed any more.");
        else
            _root.Add(built);
        return Find(rule.RuleId)!;
    }

    /// <summary>Takes a rule out; false where it is not there.</summary>
    public bool Remove(string id)
    {
        StandingRule? rule = Find(id);
        rule?.Element.Remove();
        return rule is not null;
    }

    /// <summary>Whether the rule of that id stands and does what was asked for, and nothing else.</summary>
    public bool Holds(LifecycleRecord wanted) => Find(wanted.RuleId) is { IsEnabled: true, IsRestricted: false } rule
        && rule.Prefix == wanted.Prefix
        && rule.ExpirationDays is null
        && rule.ExpirationDate == wanted.Date
        && rule.DropsMarkers == (wanted.Phase == LifecyclePhase.NoncurrentVersions)
        && rule.NoncurrentDays == (wanted.Phase == LifecyclePhase.NoncurrentVersions ? 1 : null);

    /// <summary>What the rules but the given ones say, in one form for all spellings.</summary>
    public IReadOnlyList<string> MeaningWithout(IReadOnlyCollection<string> ids)
        => [.. Rules.Where(rule => !ids.Contains(rule.Id)).Select(rule => DocumentMeaning.Of(rule.Element)).Order(StringComparer.Ordinal)];

    /// <summary>A rule as text, indented.</summary>
    public static string ToText(StandingRule rule)
    {
        StringBuilder text = new();
        XmlWriterSettings settings = new() { OmitXmlDeclaration = true, Indent = true, CheckCharacters = false };
        using (XmlWriter writer = XmlWriter.Create(text, settings))
            WithoutNamespace(rule.Element).Save(writer);
        return text.ToString();
    }

    // Indentation needs a tree without white space between its elements.
    private static XElement WithoutNamespace(XElement element) => new(
        element.Name.LocalName,
        element.HasElements ? element.Elements().Select(WithoutNamespace) : VisibleText.Of(element.Value));

    private XElement Build(LifecycleRecord rule)
    {
        XNamespace ns = _root.Name.Namespace;
        XElement prefix = new(ns + "Prefix", rule.Prefix);
        XElement built = new(ns + "Rule", new XElement(ns + "ID", rule.RuleId));
        built.Add(UsesOwnPrefixes(rule.RuleId) ? prefix : new XElement(ns + "Filter", prefix));
        built.Add(new XElement(ns + "Status", "Enabled"));
        if (rule.Phase == LifecyclePhase.Objects)
        {
            string date = rule.Date!.Value.UtcDateTime.ToString(_isOss ? "yyyy-MM-dd'T'00:00:00.000'Z'" : "yyyy-MM-dd'T'00:00:00'Z'", CultureInfo.InvariantCulture);
            built.Add(new XElement(ns + "Expiration", new XElement(ns + (_isOss ? "CreatedBeforeDate" : "Date"), date)));
        }
        else
        {
            built.Add(new XElement(ns + "Expiration", new XElement(ns + "ExpiredObjectDeleteMarker", "true")));
            built.Add(new XElement(ns + "NoncurrentVersionExpiration", new XElement(ns + "NoncurrentDays", "1")));
        }

        return built;
    }

    // A document that mixes the styles is refused by S3. Where the others show no style, a filter is what S3 wants today.
    private bool UsesOwnPrefixes(string ownId)
    {
        List<StandingRule> others = [.. Rules.Where(rule => rule.Id != ownId)];
        return _isOss || (others.Exists(rule => rule.HasOwnPrefix) && !others.Exists(rule => rule.HasFilter));
    }
}
