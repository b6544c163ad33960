namespace OssMigration.Core.Fidelity;

/// <summary>What an answer's headers say of an object beyond what travels as headers. Rare, so most objects have none.</summary>
public sealed record ObjectTraits
{
    /// <summary>How many tags it has.</summary>
    public int TagCount { get; init; }

    /// <summary>Its server-side encryption in the store's word, where it is not the store's usual one (S3: aws:kms, SSE-C).</summary>
    public string? Encryption { get; init; }

    /// <summary>Retention and legal hold, as text: <c>COMPLIANCE until 2027-01-01T00:00:00Z; legal hold</c>.</summary>
    public string? Retention { get; init; }

    /// <summary>Where a static website redirects to in place of the object.</summary>
    public string? Redirect { get; init; }
}

/// <summary>What a write asks for beyond headers and user metadata. Null members leave it to the bucket.</summary>
public sealed record ObjectSettings
{
    /// <summary>Tags; null for none.</summary>
    public IReadOnlyList<KeyValuePair<string, string>>? Tags { get; init; }

    /// <summary>The canned ACL.</summary>
    public string? Acl { get; init; }

    /// <summary>The storage class.</summary>
    public string? StorageClass { get; init; }

    /// <summary>Server-side encryption.</summary>
    public string? Encryption { get; init; }

    /// <summary>The key of KMS.</summary>
    public string? EncryptionKeyId { get; init; }
}

/// <summary>Capability: reads the tags of objects. Errors as for <see cref="Stores.IObjectReader"/>.</summary>
public interface IObjectTagReader
{
    /// <summary>The tags of an object, in the store's order.</summary>
    Task<IReadOnlyList<KeyValuePair<string, string>>> ReadTagsAsync(string key, CancellationToken cancellationToken);
}

/// <summary>Capability: what is known of an object by a request of its own. Errors as for <see cref="Stores.IObjectReader"/>.</summary>
public interface IObjectTraitReader : IObjectTagReader
{
    /// <summary>Who may do what with an object.</summary>
    Task<AccessList> ReadAccessAsync(string key, CancellationToken cancellationToken);
}
