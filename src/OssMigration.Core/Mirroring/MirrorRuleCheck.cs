using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Xml;
using OssMigration.Core.Reporting;

namespace OssMigration.Core.Mirroring;

/// <summary>What a rule must be so that OSS takes it and it can work. Source: oss-facts.md 3.4, from the API reference of PutBucketWebsite.</summary>
internal static class MirrorRuleCheck
{
    private const int MostHeaders = 10;
    private const int MostHeaderBytes = 1024;
    private const int MostKeyBytes = 1023;

    /// <summary>The rule with the slashes that its origins lack.</summary>
    /// <param name="rule">As the user gave it.</param>
    /// <param name="allowsPrivateOrigin">Whether origins may lie where the internet does not reach.</param>
    /// <param name="warnings">Takes what is allowed and may surprise.</param>
    /// <exception cref="RefusedException">MirrorRuleInvalid, with all that is wrong.</exception>
    public static MirrorRule Check(MirrorRule rule, bool allowsPrivateOrigin, ICollection<string> warnings)
    {
        List<string> problems = [];
        CheckKeys(rule, problems);
        CheckUrl(rule.Origin, "origin", allowsPrivateOrigin, problems, warnings);
        CheckUrl(rule.BackupOrigin, "backup origin", allowsPrivateOrigin, problems, warnings);
        CheckUrl(rule.Probe, "probe", allowsPrivateOrigin, problems, warnings);
        if (rule.BackupOrigin is not null && rule.Probe is null)
            problems.Add("A backup origin needs a probe: a URL whose answer tells whether the first origin is well.");
        if (rule.BackupOrigin is null && rule.Probe is not null)
            problems.Add("A probe is of use with a backup origin only.");
        CheckHeaders(rule, problems);
        if (rule.Auth is { } auth)
            CheckAuth(auth, problems);
        if (rule.Number is < 1)
            problems.Add($"The rule number {rule.Number} is not positive.");
        return problems.Count == 0
            ? rule with { Origin = WithSlash(rule.Origin), BackupOrigin = rule.BackupOrigin is null ? null : WithSlash(rule.BackupOrigin) }
            : throw new RefusedException("MirrorRuleInvalid", string.Join(' ', problems));
    }

    private static void CheckKeys(MirrorRule rule, List<string> problems)
    {
        CheckText(rule.Prefix, "prefix", problems);
        CheckText(rule.Suffix ?? "", "suffix", problems);
        CheckText(rule.ReplacePrefixWith ?? "", "replacement of the prefix", problems);
        if (rule.Prefix.StartsWith('/') || rule.Prefix.StartsWith('\\'))
            problems.Add($"The prefix '{rule.Prefix}' begins with a slash, as no key of OSS does. Leave it out.");
    }

    private static void CheckText(string text, string what, List<string> problems)
    {
        try
        {
            XmlConvert.VerifyXmlChars(text);
        }
        catch (XmlException)
        {
            problems.Add($"The {what} holds a character that a configuration cannot carry.");
            return;
        }

        if (Encoding.UTF8.GetByteCount(text) > MostKeyBytes)
            problems.Add($"The {what} is longer than {MostKeyBytes} bytes, the longest key of OSS.");
    }

    private static void CheckUrl(Uri? url, string what, bool allowsPrivate, List<string> problems, ICollection<string> warnings)
    {
        if (url is null)
            return;
        if (!url.IsAbsoluteUri || (url.Scheme != Uri.UriSchemeHttp && url.Scheme != Uri.UriSchemeHttps))
        {
            problems.Add($"The {what} is no http or https URL: it must begin with https:// or http://, for example https://my-bucket.s3.eu-central-1.amazonaws.com/.");
            return;
        }

        string shown = MirrorRule.Shown(url);
        if (url.UserInfo.Length > 0)
            problems.Add($"The {what} {shown} must not hold a user or password. Give keys to a private S3 origin as OriginCredential.");
        if (what != "probe" && (url.Query.Length > 0 || url.Fragment.Length > 0))
            problems.Add($"The {what} {shown} must have neither query nor fragment: the key is appended to it.");
        if (!IsPublic(url))
        {
            if (!allowsPrivate)
                problems.Add($"The {what} {shown} lies where OSS does not reach it from the internet. Give a public address, or allow it (AllowPrivateOrigin) where a tunnel leads there.");
        }
        else if (url.Scheme == Uri.UriSchemeHttp)
        {
            warnings.Add($"The {what} {shown} is plain http: objects cross the internet in the clear. Use https where the origin has it.");
        }
    }

    /// <summary>Whether a host can be public. A name is not looked up: this machine may resolve it otherwise than OSS.</summary>
    internal static bool IsPublic(Uri url)
    {
        string host = url.IdnHost;
        if (url.IsLoopback || host.EndsWith("-internal.aliyuncs.com", StringComparison.OrdinalIgnoreCase))
            return false;
        if (IPAddress.TryParse(host, out IPAddress? address))
            return IsPublic(address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address);
        return host.Contains('.', StringComparison.Ordinal)
            && !host.EndsWith(".local", StringComparison.OrdinalIgnoreCase)
            && !host.EndsWith(".internal", StringComparison.OrdinalIgnoreCase)
            && !host.EndsWith(".localhost", StringComparison.OrdinalIgnoreCase);
    }

    private static bool IsPublic(IPAddress address)
    {
        if (address.AddressFamily == AddressFamily.InterNetworkV6)
            return !address.IsIPv6LinkLocal && !address.IsIPv6SiteLocal && !address.IsIPv6UniqueLocal && !IPAddress.IsLoopback(address) && !address.Equals(IPAddress.IPv6Any);
        byte[] b = address.GetAddressBytes();
        return b[0] switch
        {
            0 or 10 or 127 or >= 224 => false,
            100 => b[1] is < 64 or > 127,
            169 => b[1] != 254,
            172 => b[1] is < 16 or > 31,
            192 => b[1] != 168,
            _ => true,
        };
    }

    private static void CheckHeaders(MirrorRule rule, List<string> problems)
    {
        CheckNames(rule.PassHeaders, "passed", problems);
        CheckNames(rule.RemoveHeaders, "removed", problems);
        CheckNames([.. rule.SetHeaders.Keys], "set", problems);
        foreach ((string name, string value) in rule.SetHeaders)
        {
            if (Encoding.UTF8.GetByteCount(value) > MostHeaderBytes || value.Any(c => c is < ' ' or '\x7f'))
                problems.Add($"The value of the header {name} must have at most {MostHeaderBytes} bytes and no line break.");
        }
    }

    private static void CheckNames(IReadOnlyList<string> names, string what, List<string> problems)
    {
        if (names.Count > MostHeaders)
            problems.Add($"{names.Count} headers are {what}; OSS takes at most {MostHeaders}.");
        foreach (string name in names)
        {
            if (name.Length is 0 or > MostHeaderBytes || !name.All(c => char.IsAsciiLetterOrDigit(c) || c == '-'))
                problems.Add($"'{name}' is no header name: 1 to {MostHeaderBytes} letters, digits and hyphens.");
        }

        if (names.Distinct(StringComparer.OrdinalIgnoreCase).Count() != names.Count)
            problems.Add($"A header that is {what} is named twice.");
    }

    private static void CheckAuth(MirrorAuth auth, List<string> problems)
    {
        if (string.IsNullOrWhiteSpace(auth.Region))
            problems.Add("Keys to the origin need the region that it signs for (OriginRegion).");
        if (string.IsNullOrWhiteSpace(auth.AccessKeyId) || string.IsNullOrWhiteSpace(auth.Secret))
            problems.Add("Keys to the origin need a key id and a secret.");
        else if (auth.Secret.All(c => c == '*'))
            problems.Add("The secret of the keys to the origin is a mask of stars. Give the secret itself.");
    }

    private static Uri WithSlash(Uri url) => url.AbsolutePath.EndsWith('/') ? url : new UriBuilder(url) { Path = url.AbsolutePath + "/" }.Uri;
}
