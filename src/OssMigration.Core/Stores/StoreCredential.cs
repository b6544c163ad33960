namespace OssMigration.Core.Stores;

/// <summary>A key pair, for use only. It is never written anywhere, and its text form says nothing.</summary>
/// <param name="AccessKeyId">The key id (the account name for Azure).</param>
/// <param name="AccessKeySecret">The secret; for Azure the account key or a shared access signature.</param>
/// <param name="SecurityToken">The session token of temporary keys, for Azure a token of Microsoft Entra, which needs no secret; or null.</param>
public sealed record StoreCredential(string AccessKeyId, string AccessKeySecret, string? SecurityToken = null)
{
    /// <inheritdoc/>
    public override string ToString() => "credential (hidden)";
}

/// <summary>Where keys come from. Thread-safe; called before every request, so it caches.</summary>
public interface ICredentialProvider
{
    /// <summary>The keys to sign with now; null for anonymous requests.</summary>
    /// <param name="refresh">True after the store said that a token expired: fetch new ones.</param>
    /// <param name="cancellationToken">Cancels.</param>
    /// <exception cref="StoreException">Kind Credential: none to be had; the message says where it looked.</exception>
    ValueTask<StoreCredential?> GetAsync(bool refresh, CancellationToken cancellationToken);
}

/// <summary>Keys that do not change.</summary>
public sealed class FixedCredentialProvider(StoreCredential? credential) : ICredentialProvider
{
    /// <inheritdoc/>
    public ValueTask<StoreCredential?> GetAsync(bool refresh, CancellationToken cancellationToken) => new(credential);
}

/// <summary>How an address finds its keys. Only this reference is stored with a job, never the keys.</summary>
public enum CredentialKind
{
    /// <summary>The vendor's usual chain: environment, profile files, instance or RAM role.</summary>
    Default,

    /// <summary>A named profile of the vendor's credential files.</summary>
    Profile,

    /// <summary>Environment variables <c>{Name}_ACCESS_KEY_ID</c>, <c>{Name}_ACCESS_KEY_SECRET</c>, <c>{Name}_SECURITY_TOKEN</c>.</summary>
    Environment,

    /// <summary>Unsigned requests, for public buckets.</summary>
    Anonymous,

    /// <summary>Keys were given by hand (PSCredential); they are kept in this process only and asked for again on resume.</summary>
    Prompt,

    /// <summary>A secret of a vault, read by its name when keys are needed.</summary>
    Secret,

    /// <summary>A script gives temporary keys and is asked again before they end; it is kept in this process only and asked for again on resume.</summary>
    Script,
}

/// <summary>A reference to a credential.</summary>
/// <param name="Kind">Where to look.</param>
/// <param name="Name">Profile name, environment prefix, name of a secret, or the key id that was given by hand; null where the kind needs none.</param>
/// <param name="Vault">The vault that holds the secret; null for the one that the machine uses by default.</param>
public sealed record CredentialReference(CredentialKind Kind, string? Name = null, string? Vault = null)
{
    /// <summary>The vendor's usual chain.</summary>
    public static CredentialReference Default { get; } = new(CredentialKind.Default);

    /// <inheritdoc/>
    public override string ToString() => Name is null ? Kind.ToString() : $"{Kind} {Name}";
}
