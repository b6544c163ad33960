using System.Collections.Concurrent;

namespace OssMigration.Sandbox.Oss.Signing;

/// <summary>A temporary key pair with its security token, as STS gives one.</summary>
/// <param name="AccessKeySecret">The secret.</param>
/// <param name="SecurityToken">The token that must come with every request.</param>
/// <param name="Expires">End of validity by the side's clock.</param>
internal sealed record TemporaryCredential(string AccessKeySecret, string SecurityToken, DateTimeOffset Expires)
{
    /// <inheritdoc/>
    public override string ToString() => $"temporary credential until {Expires:O}";
}

/// <summary>The keys the OSS side knows: one permanent pair and any number of temporary ones.</summary>
internal sealed class OssCredentials(string accessKeyId, string accessKeySecret)
{
    private readonly ConcurrentDictionary<string, TemporaryCredential> _temporary = new(StringComparer.Ordinal);

    /// <summary>Id of the permanent pair.</summary>
    public string AccessKeyId { get; } = accessKeyId;

    /// <summary>Adds or replaces a temporary pair.</summary>
    public void AddTemporary(string id, TemporaryCredential credential) => _temporary[id] = credential;

    /// <summary>The secret of a permanent id.</summary>
    public bool TryGetPermanent(string id, out string secret)
    {
        secret = accessKeySecret;
        return string.Equals(id, AccessKeyId, StringComparison.Ordinal);
    }

    /// <summary>The temporary credential of an id.</summary>
    public bool TryGetTemporary(string id, out TemporaryCredential? credential) => _temporary.TryGetValue(id, out credential);
}
