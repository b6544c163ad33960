using System.Collections.Concurrent;
using System.Security.Cryptography;

namespace OssMigration.Sandbox.Hosting;

/// <summary>A key pair that counts only together with its security token and only until it expires, as STS gives one.</summary>
internal sealed record TemporaryCredential(string AccessKeyId, string AccessKeySecret, string SecurityToken, DateTimeOffset Expires)
{
    /// <summary>Never shows the secret or the token.</summary>
    public override string ToString() => $"{AccessKeyId} until {Expires:O}";
}

/// <summary>The temporary key pairs issued for one side. Safe for concurrent use.</summary>
internal sealed class TemporaryCredentials
{
    private const string Characters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

    private readonly ConcurrentDictionary<string, TemporaryCredential> _issued = new(StringComparer.Ordinal);

    /// <summary>Issues a new random pair.</summary>
    /// <param name="expires">End of validity by the side's clock.</param>
    public TemporaryCredential Issue(DateTimeOffset expires)
    {
        TemporaryCredential credential = new(
            "STS." + RandomNumberGenerator.GetString(Characters, 24),
            RandomNumberGenerator.GetString(Characters, 44),
            RandomNumberGenerator.GetString(Characters, 200),
            expires);
        _issued[credential.AccessKeyId] = credential;
        return credential;
    }

    /// <summary>The pair of an id, expired or not; null when it was never issued.</summary>
    public TemporaryCredential? Find(string accessKeyId) => _issued.GetValueOrDefault(accessKeyId);
}
