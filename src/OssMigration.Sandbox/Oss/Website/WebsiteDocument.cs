using System.Globalization;
using System.Xml.Linq;
using OssMigration.Sandbox.Oss.Wire;

namespace OssMigration.Sandbox.Oss.Website;

/// <summary>A website configuration: the XML exactly as it was put, and the rules read from it.</summary>
internal sealed class WebsiteDocument
{
    private const int HeadersPerList = 10;
    private const int HeaderBytes = 1024;

    private WebsiteDocument(byte[] xml, IReadOnlyList<RoutingRule> rules)
    {
        Xml = xml;
        Rules = rules;
    }

    /// <summary>The document as it was put; GET gives it back whole, elements nobody here knows included.</summary>
    public byte[] Xml { get; }

    /// <summary>The rules in ascending order of their numbers.</summary>
    public IReadOnlyList<RoutingRule> Rules { get; }

    /// <summary>Whether a rule mirrors, which excludes versioning.</summary>
    public bool Mirrors => Rules.Any(rule => rule is MirrorRule);

    /// <summary>Reads and checks a document.</summary>
    /// <exception cref="OssErrorException">400 for everything the service refuses.</exception>
    public static WebsiteDocument Parse(ReadOnlyMemory<byte> body)
    {
        XElement root = XmlBody.Parse(body, "WebsiteConfiguration");
        if (root.Child("IndexDocument") is null && root.Child("ErrorDocument") is null && root.Child("RoutingRules") is null)
            throw OssErrors.MalformedXml();
        List<XElement> elements = [.. root.Child("RoutingRules")?.Children("RoutingRule") ?? []];
        if (elements.Count > OssLimits.WebsiteRules)
            throw OssErrors.InvalidArgument($"A website configuration holds at most {OssLimits.WebsiteRules} routing rules.", "RoutingRules", elements.Count.ToString(CultureInfo.InvariantCulture));
        List<RoutingRule> rules = [.. elements.Select(ReadRule).OrderBy(rule => rule.Number)];
        if (rules.Select(rule => rule.Number).Distinct().Count() != rules.Count)
            throw OssErrors.InvalidArgument("Two routing rules have the same RuleNumber.", "RuleNumber");
        return new WebsiteDocument(body.ToArray(), rules);
    }

    /// <summary>The first rule that applies to a missing key, or null.</summary>
    public RoutingRule? Find(string key, Func<string, string?> header) => Rules.FirstOrDefault(rule => rule.Matches(key, header));

    private static RoutingRule ReadRule(XElement rule)
    {
        if (!int.TryParse(rule.Word("RuleNumber"), NumberStyles.None, CultureInfo.InvariantCulture, out int number) || number < 1)
            throw OssErrors.InvalidArgument("RuleNumber must be a positive integer.", "RuleNumber", rule.Text("RuleNumber"));
        XElement redirect = rule.Child("Redirect") ?? throw OssErrors.MalformedXml();
        RuleCondition condition = ReadCondition(rule.Child("Condition"), out string? errorCode);
        string? replacePrefix = ReplacePrefix(redirect);
        switch (redirect.Word("RedirectType"))
        {
            case "Mirror":
                if (errorCode != "404")
                    throw OssErrors.InvalidArgument("HttpErrorCodeReturnedEquals must be 404 for a mirror rule.", "HttpErrorCodeReturnedEquals", errorCode);
                return new MirrorRule(number, condition, ReadOrigin(redirect), ReadHeaders(redirect), ReadBehaviour(redirect), replacePrefix);
            case "External" or "AliCDN":
                return ReadRedirect(number, condition, redirect, replacePrefix);
            default:
                throw OssErrors.InvalidArgument("RedirectType must be Mirror, External or AliCDN.", "RedirectType", redirect.Text("RedirectType"));
        }
    }

    private static RuleCondition ReadCondition(XElement? condition, out string? errorCode)
    {
        errorCode = condition?.Word("HttpErrorCodeReturnedEquals");
        List<KeyValuePair<string, string>> include = [];
        foreach (XElement header in condition?.Children("IncludeHeader") ?? [])
            include.Add(KeyValuePair.Create(header.Word("Key") ?? throw OssErrors.MalformedXml(), header.Text("Equals") ?? string.Empty));
        if (include.Count > HeadersPerList)
            throw OssErrors.InvalidArgument("A condition holds at most 10 IncludeHeader elements.", "IncludeHeader");
        return new RuleCondition(condition?.Text("KeyPrefixEquals") ?? string.Empty, condition?.Text("KeySuffixEquals") ?? string.Empty, include);
    }

    private static string? ReplacePrefix(XElement redirect)
    {
        bool enabled = redirect.Flag("EnableReplacePrefix", byDefault: false);
        if (enabled && redirect.Child("ReplaceKeyWith") is not null)
            throw OssErrors.InvalidArgument("ReplaceKeyWith and EnableReplacePrefix exclude each other.", "ReplaceKeyWith");
        return enabled ? redirect.Text("ReplaceKeyPrefixWith") ?? string.Empty : null;
    }

    private static MirrorOrigin ReadOrigin(XElement redirect)
    {
        string url = CheckUrl("MirrorURL", redirect.Word("MirrorURL"));
        string? slave = redirect.Word("MirrorURLSlave") is { } s ? CheckUrl("MirrorURLSlave", s) : null;
        string? probe = redirect.Word("MirrorURLProbe");
        if (slave is not null && probe is null)
            throw OssErrors.InvalidArgument("MirrorURLProbe is required with MirrorURLSlave.", "MirrorURLProbe");
        return new MirrorOrigin(url, slave, probe, ReadAuth(redirect.Child("MirrorAuth")));
    }

    private static MirrorAuth? ReadAuth(XElement? auth)
    {
        if (auth is null)
            return null;
        if (auth.Word("AuthType") != "S3V4")
            throw OssErrors.InvalidArgument("The AuthType of MirrorAuth must be S3V4.", "AuthType", auth.Text("AuthType"));
        if (auth.Word("AccessKeyId") is not { } id || auth.Word("AccessKeySecret") is not { } secret || auth.Word("Region") is not { } region)
            throw OssErrors.InvalidArgument("MirrorAuth needs Region, AccessKeyId and AccessKeySecret.", "MirrorAuth");
        return new MirrorAuth(region, id, secret);
    }

    private static string CheckUrl(string name, string? url)
    {
        bool good = url is not null && url.EndsWith('/') && Uri.TryCreate(url, UriKind.Absolute, out Uri? uri)
            && (uri.Scheme == Uri.UriSchemeHttp || uri.Scheme == Uri.UriSchemeHttps);
        return good ? url! : throw OssErrors.InvalidArgument($"{name} must begin with http:// or https:// and end with a slash.", name, url);
    }

    private static MirrorHeaders ReadHeaders(XElement redirect)
    {
        XElement? headers = redirect.Child("MirrorHeaders");
        if (headers is null)
            return new MirrorHeaders(false, new HashSet<string>(), new HashSet<string>(), []);
        List<KeyValuePair<string, string>> set = Pairs(headers.Children("Set"));
        foreach ((string name, string value) in set)
        {
            CheckHeaderName(name);
            if (value.Length > HeaderBytes || value.AsSpan().ContainsAny('\r', '\n'))
                throw OssErrors.InvalidArgument("A header value holds at most 1024 bytes and no line break.", name);
        }

        return new MirrorHeaders(headers.Flag("PassAll", byDefault: false), Names(headers, "Pass"), Names(headers, "Remove"), AtMostTen(set, "Set"));
    }

    private static HashSet<string> Names(XElement headers, string element)
    {
        List<string> names = AtMostTen([.. headers.Children(element).Select(e => e.Value.Trim())], element);
        names.ForEach(CheckHeaderName);
        return new HashSet<string>(names, StringComparer.OrdinalIgnoreCase);
    }

    private static void CheckHeaderName(string name)
    {
        if (name.Length is 0 or > HeaderBytes || !name.All(c => char.IsAsciiLetterOrDigit(c) || c == '-'))
            throw OssErrors.InvalidArgument("A header name holds 1 to 1024 letters, digits and hyphens.", "MirrorHeaders", name);
    }

    private static List<T> AtMostTen<T>(List<T> items, string element) =>
        items.Count <= HeadersPerList ? items : throw OssErrors.InvalidArgument($"At most 10 {element} elements are allowed.", element);

    private static List<KeyValuePair<string, string>> Pairs(IEnumerable<XElement> elements) =>
        [.. elements.Select(e => KeyValuePair.Create(e.Word("Key") ?? throw OssErrors.MalformedXml(), e.Text("Value") ?? string.Empty))];

    private static MirrorBehaviour ReadBehaviour(XElement redirect) => new()
    {
        PassQueryString = redirect.Flag("MirrorPassQueryString", redirect.Flag("PassQueryString", byDefault: false)),
        FollowRedirect = redirect.Flag("MirrorFollowRedirect", byDefault: true),
        CheckMd5 = redirect.Flag("MirrorCheckMd5", byDefault: false),
        SaveOssMeta = redirect.Flag("MirrorSaveOssMeta", byDefault: false),
        AllowHead = redirect.Flag("MirrorAllowHeadObject", byDefault: false),
        SwitchAllErrors = redirect.Flag("MirrorSwitchAllErrors", byDefault: false),
        ProxyPass = redirect.Flag("MirrorProxyPass", byDefault: false),
        UserLastModified = redirect.Flag("MirrorUserLastModified", byDefault: false),
        TransparentCodes = ReadTransparentCodes(redirect.Word("TransparentMirrorResponseCodes")),
        ReturnHeaders = Pairs(redirect.Child("MirrorReturnHeaders")?.Children("ReturnHeader") ?? []),
        Taggings = Pairs(redirect.Child("MirrorTaggings")?.Children("Taggings") ?? []),
    };

    private static HashSet<int> ReadTransparentCodes(string? list)
    {
        HashSet<int> codes = [];
        foreach (string word in list?.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries) ?? [])
        {
            if (!int.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out int code) || code is < 400 or > 599)
                throw OssErrors.InvalidArgument("TransparentMirrorResponseCodes holds 4xx and 5xx codes.", "TransparentMirrorResponseCodes", list);
            codes.Add(code);
        }

        return codes;
    }

    private static RedirectRule ReadRedirect(int number, RuleCondition condition, XElement redirect, string? replacePrefix)
    {
        string? protocol = redirect.Word("Protocol");
        if (protocol is not (null or "http" or "https"))
            throw OssErrors.InvalidArgument("Protocol must be http or https.", "Protocol", protocol);
        string code = redirect.Word("HttpRedirectCode") ?? "302";
        if (code is not ("301" or "302" or "307"))
            throw OssErrors.InvalidArgument("HttpRedirectCode must be 301, 302 or 307.", "HttpRedirectCode", code);
        return new RedirectRule(
            number, condition, protocol, redirect.Word("HostName"), int.Parse(code, CultureInfo.InvariantCulture),
            redirect.Text("ReplaceKeyWith"), replacePrefix, redirect.Flag("PassQueryString", byDefault: false));
    }
}
