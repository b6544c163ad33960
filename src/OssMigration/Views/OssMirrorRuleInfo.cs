using System.Collections;
using OssMigration.Core.Mirroring;
using OssMigration.Core.Stores;

namespace OssMigration.Views;

/// <summary>
/// A mirroring rule as Get- and Set-OssMirrorRule emit it: flat values that survive serialisation, without any secret. Pipe it
/// to Remove-OssMirrorRule.
/// </summary>
public sealed record OssMirrorRuleInfo
{
    private readonly StandingRule _rule;

    internal OssMirrorRuleInfo(StoreAddress destination, StandingRule rule)
    {
        Destination = destination;
        _rule = rule;
    }

    /// <summary>The bucket.</summary>
    public StoreAddress Destination { get; }

    /// <summary>Place in the order in which rules are tried.</summary>
    public int Number => _rule.Number;

    /// <summary>Full keys that begin with it; empty for all.</summary>
    public string Prefix => _rule.Prefix;

    /// <summary>Full keys that end with it; null for all.</summary>
    public string? Suffix => _rule.Suffix;

    /// <summary>Where objects are fetched. A user, password or query in it is hidden.</summary>
    public string Origin => MirrorRule.Shown(Mirror.Origin);

    /// <summary>Standby origin; null for none.</summary>
    public string? BackupOrigin => Mirror.BackupOrigin is null ? null : MirrorRule.Shown(Mirror.BackupOrigin);

    /// <summary>The URL whose answer tells whether the first origin is well; null for none.</summary>
    public string? ProbeUrl => Mirror.Probe is null ? null : MirrorRule.Shown(Mirror.Probe);

    /// <summary>What takes the place of the prefix at the origin; null where the key stays as it is.</summary>
    public string? ReplacePrefixWith => Mirror.ReplacePrefixWith;

    /// <summary>The id of the key with which OSS signs its requests; null for unsigned requests.</summary>
    public string? OriginAccessKeyId => Mirror.Auth?.AccessKeyId;

    /// <summary>The region that it signs for; null for unsigned requests.</summary>
    public string? OriginRegion => Mirror.Auth?.Region;

    /// <summary>Whether a HEAD fetches too.</summary>
    public bool AllowHead => Mirror.AllowHead;

    /// <summary>Whether the origin's user metadata is kept.</summary>
    public bool SaveMetadata => Mirror.SaveMetadata;

    /// <summary>Whether the origin's Last-Modified is kept.</summary>
    public bool KeepLastModified => Mirror.KeepLastModified;

    /// <summary>Whether the reader's query string goes to the origin.</summary>
    public bool PassQueryString => Mirror.PassQueryString;

    /// <summary>Whether OSS follows the origin's redirects.</summary>
    public bool FollowRedirect => Mirror.FollowRedirects;

    /// <summary>Whether OSS checks a Content-MD5 of the origin.</summary>
    public bool CheckMd5 => Mirror.CheckMd5;

    /// <summary>Whether the origin's name is sent in the TLS handshake.</summary>
    public bool SendSni => Mirror.SendSni;

    /// <summary>Whether all headers of the reader go to the origin.</summary>
    public bool PassAllHeaders => Mirror.PassAllHeaders;

    /// <summary>Headers of the reader that go to the origin.</summary>
    public string[] PassHeader => [.. Mirror.PassHeaders];

    /// <summary>Headers of the reader that do not.</summary>
    public string[] RemoveHeader => [.. Mirror.RemoveHeaders];

    /// <summary>Headers that are always sent to the origin. The values of those that may be a secret are hidden.</summary>
    public Hashtable SetHeader
    {
        get
        {
            Hashtable headers = new(StringComparer.OrdinalIgnoreCase);
            foreach ((string name, string value) in Mirror.SetHeaders)
                headers[name] = MirrorRule.IsSecretHeader(name) ? "(hidden)" : value;
            return headers;
        }
    }

    /// <summary>What else a request must have for the rule to apply. A rule with such a condition is not changed by this module.</summary>
    public string[] Condition => [.. _rule.Conditions];

    /// <summary>Elements of the rule that this module does not set; they survive a change.</summary>
    public string[] OtherElement => [.. _rule.OtherElements];

    /// <summary>Whether OSS did not show the secret; then the configuration can be changed only by setting this rule anew or removing it.</summary>
    public bool IsSecretMasked => _rule.IsSecretMasked;

    private MirrorRule Mirror => _rule.Mirror!;

    /// <summary>The rule in a line.</summary>
    public override string ToString() => _rule.ToString();
}
