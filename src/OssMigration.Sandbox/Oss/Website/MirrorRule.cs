namespace OssMigration.Sandbox.Oss.Website;

/// <summary>What an origin request is signed with (<c>MirrorAuth</c>, AuthType S3V4).</summary>
internal sealed record MirrorAuth(string Region, string AccessKeyId, string AccessKeySecret)
{
    /// <inheritdoc/>
    public override string ToString() => $"{AccessKeyId} in {Region}";
}

/// <summary>When a routing rule applies.</summary>
internal sealed record RuleCondition(string KeyPrefix, string KeySuffix, IReadOnlyList<KeyValuePair<string, string>> IncludeHeaders);

/// <summary>Which request headers go to the origin.</summary>
internal sealed record MirrorHeaders(bool PassAll, IReadOnlySet<string> Pass, IReadOnlySet<string> Remove, IReadOnlyList<KeyValuePair<string, string>> Set);

/// <summary>Where a mirror rule fetches.</summary>
internal sealed record MirrorOrigin(string Url, string? SlaveUrl, string? ProbeUrl, MirrorAuth? Auth);

/// <summary>How a mirror rule fetches and stores: the flags of the <c>Redirect</c> element.</summary>
internal sealed record MirrorBehaviour
{
    public required bool PassQueryString { get; init; }

    public required bool FollowRedirect { get; init; }

    public required bool CheckMd5 { get; init; }

    public required bool SaveOssMeta { get; init; }

    public required bool AllowHead { get; init; }

    public required bool SwitchAllErrors { get; init; }

    public required bool ProxyPass { get; init; }

    public required bool UserLastModified { get; init; }

    public required IReadOnlySet<int> TransparentCodes { get; init; }

    public required IReadOnlyList<KeyValuePair<string, string>> ReturnHeaders { get; init; }

    public required IReadOnlyList<KeyValuePair<string, string>> Taggings { get; init; }
}

/// <summary>One routing rule of a website configuration.</summary>
internal abstract record RoutingRule(int Number, RuleCondition Condition)
{
    /// <summary>Whether the rule applies to a key that is not there.</summary>
    public bool Matches(string key, Func<string, string?> header) =>
        key.StartsWith(Condition.KeyPrefix, StringComparison.Ordinal)
        && key.EndsWith(Condition.KeySuffix, StringComparison.Ordinal)
        && Condition.IncludeHeaders.All(h => string.Equals(header(h.Key), h.Value, StringComparison.Ordinal));

    /// <summary>The key with its matched prefix replaced when the rule asks for that.</summary>
    protected string ReplacePrefix(string key, string? replacement) =>
        replacement is null ? key : replacement + key[Condition.KeyPrefix.Length..];
}

/// <summary>A rule that fetches a missing object from an origin.</summary>
internal sealed record MirrorRule(int Number, RuleCondition Condition, MirrorOrigin Origin, MirrorHeaders Headers, MirrorBehaviour Behaviour, string? ReplaceKeyPrefixWith)
    : RoutingRule(Number, Condition)
{
    /// <summary>The key asked for at the origin.</summary>
    public string OriginKey(string key) => ReplacePrefix(key, ReplaceKeyPrefixWith);
}

/// <summary>A rule that sends the client elsewhere (External, AliCDN).</summary>
internal sealed record RedirectRule(
    int Number, RuleCondition Condition, string? Protocol, string? HostName, int Status, string? ReplaceKeyWith, string? ReplaceKeyPrefixWith, bool PassQueryString)
    : RoutingRule(Number, Condition)
{
    /// <summary>The key in the Location header.</summary>
    public string TargetKey(string key) =>
        ReplaceKeyWith is not null ? ReplaceKeyWith.Replace("${key}", key, StringComparison.Ordinal) : ReplacePrefix(key, ReplaceKeyPrefixWith);
}
