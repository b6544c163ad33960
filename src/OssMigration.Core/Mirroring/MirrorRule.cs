namespace OssMigration.Core.Mirroring;

/// <summary>
/// A mirroring back-to-origin rule: OSS fetches an object that it does not have from the origin, gives it to the reader and
/// keeps it. It fills holes and never refreshes what is there. Elements and limits: oss-facts.md 3.4 and 3.5, from the OSS
/// API reference of PutBucketWebsite.
/// </summary>
public sealed record MirrorRule
{
    /// <summary>Place in the order in which rules are tried, from 1; null lets the engine choose the next free one, or keep the standing rule's.</summary>
    public int? Number { get; init; }

    /// <summary>Full keys that begin with it; empty for all. Identifies the rule among the mirroring rules of a bucket, together with <see cref="Suffix"/>.</summary>
    public string Prefix { get; init; } = "";

    /// <summary>Full keys that end with it; null for all.</summary>
    public string? Suffix { get; init; }

    /// <summary>Where objects are fetched: http or https, ends with a slash; the key is appended.</summary>
    public required Uri Origin { get; init; }

    /// <summary>Standby origin; null for none. Needs <see cref="Probe"/>.</summary>
    public Uri? BackupOrigin { get; init; }

    /// <summary>A URL whose answer tells whether the first origin is well.</summary>
    public Uri? Probe { get; init; }

    /// <summary>Whether the reader's query string goes to the origin. Default false.</summary>
    public bool PassQueryString { get; init; }

    /// <summary>Whether OSS follows the origin's redirects (at most 10). Default true.</summary>
    public bool FollowRedirects { get; init; } = true;

    /// <summary>Whether OSS checks the Content-MD5 that the origin sends, where it sends one. Default false.</summary>
    public bool CheckMd5 { get; init; }

    /// <summary>Whether the origin's name is sent in the TLS handshake; virtual-hosted HTTPS origins need it. Default true for https.</summary>
    public bool SendSni { get; init; }

    /// <summary>Whether all headers of the reader go to the origin. Default false.</summary>
    public bool PassAllHeaders { get; init; }

    /// <summary>Headers of the reader that go to the origin; at most 10.</summary>
    public IReadOnlyList<string> PassHeaders { get; init; } = [];

    /// <summary>Headers that do not, where all others do; at most 10.</summary>
    public IReadOnlyList<string> RemoveHeaders { get; init; } = [];

    /// <summary>Headers that are always sent to the origin; at most 10.</summary>
    public IReadOnlyDictionary<string, string> SetHeaders { get; init; } = new Dictionary<string, string>();

    /// <summary>What takes the place of <see cref="Prefix"/> in the origin's URL; empty cuts it off; null leaves the key as it is.</summary>
    public string? ReplacePrefixWith { get; init; }

    /// <summary>How OSS signs requests to a private S3-compatible origin; null for a public one.</summary>
    public MirrorAuth? Auth { get; init; }

    /// <summary>Whether a HEAD fetches too. Default true, so that readers who look first find what is on its way.</summary>
    public bool AllowHead { get; init; } = true;

    /// <summary>Whether the origin's user metadata is kept. Default true.</summary>
    public bool SaveMetadata { get; init; } = true;

    /// <summary>Whether the origin's Last-Modified is kept. Default false.</summary>
    public bool KeepLastModified { get; init; }

    /// <summary>The key that the origin is asked for.</summary>
    /// <param name="key">A full key that begins with <see cref="Prefix"/>.</param>
    public string OriginKey(string key) => ReplacePrefixWith is null ? key : ReplacePrefixWith + key[Prefix.Length..];

    /// <summary>What the rule does, for people: no secret, no query, no value of a header.</summary>
    public string Describe()
    {
        List<string> parts = [$"mirror from {Shown(Origin)}"];
        AddIf(BackupOrigin is not null, $"backup {Shown(BackupOrigin)}, probed at {Shown(Probe)}");
        AddIf(ReplacePrefixWith is not null, $"prefix becomes '{ReplacePrefixWith}'");
        parts.Add(Auth is null ? "unsigned" : $"signed {Auth} with a hidden secret");
        AddIf(AllowHead, "HEAD fetches too");
        AddIf(!AllowHead, "HEAD does not fetch");
        AddIf(SaveMetadata, "user metadata is kept");
        AddIf(KeepLastModified, "Last-Modified is kept");
        AddIf(PassQueryString, "query string is passed");
        AddIf(!FollowRedirects, "redirects are not followed");
        AddIf(CheckMd5, "Content-MD5 is checked");
        AddIf(SendSni, "SNI");
        AddIf(PassAllHeaders, "passes all headers");
        AddIf(PassHeaders.Count > 0, $"passes {string.Join(", ", PassHeaders)}");
        AddIf(RemoveHeaders.Count > 0, $"removes {string.Join(", ", RemoveHeaders)}");
        AddIf(SetHeaders.Count > 0, $"sets {string.Join(", ", SetHeaders.Keys)}");
        return string.Join(", ", parts);

        void AddIf(bool applies, string part)
        {
            if (applies)
                parts.Add(part);
        }
    }

    /// <summary>As <see cref="Describe"/>, with the keys.</summary>
    public override string ToString() => $"{Keys(Prefix, Suffix)}: {Describe()}";

    /// <summary>The keys of a rule, for people.</summary>
    internal static string Keys(string prefix, string? suffix) => (prefix.Length, suffix?.Length ?? 0) switch
    {
        (0, 0) => "all keys",
        (_, 0) => $"keys '{prefix}*'",
        _ => $"keys '{prefix}*{suffix}'",
    };

    /// <summary>A URL without user and query, which may hold secrets.</summary>
    internal static string Shown(Uri? url)
    {
        if (url is null)
            return "";
        if (!url.IsAbsoluteUri)
            return "(no URL)";
        string bare = url.GetComponents(UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.UriEscaped);
        return (url.UserInfo.Length, url.Query.Length) switch
        {
            (0, 0) => bare,
            (0, _) => bare + "?(hidden)",
            _ => bare.Replace("://", "://(hidden)@", StringComparison.Ordinal) + (url.Query.Length > 0 ? "?(hidden)" : ""),
        };
    }
}

/// <summary>Keys with which OSS reads a private S3-compatible origin (AuthType S3V4). Give it a key that may only read.</summary>
/// <param name="Region">The origin's signing region.</param>
/// <param name="AccessKeyId">The key's id.</param>
/// <param name="Secret">The secret; null where it was read back and is not shown.</param>
public sealed record MirrorAuth(string Region, string AccessKeyId, string? Secret)
{
    /// <summary>Never shows the secret.</summary>
    public override string ToString() => $"S3V4 {AccessKeyId} ({Region})";
}
