using System.Text.Json.Serialization;

namespace OssMigration.Core.Fidelity;

/// <summary>What of an object, beyond its bytes, is looked at when it goes from one store to another.</summary>
public enum FidelityAspect
{
    /// <summary>The key.</summary>
    Key,

    /// <summary>Content-Type: the source's; where it gives none, guessed from the key.</summary>
    ContentType,

    /// <summary>Cache-Control, Content-Disposition, Content-Encoding, Content-Language, Expires.</summary>
    Headers,

    /// <summary>User metadata.</summary>
    Metadata,

    /// <summary>Tags.</summary>
    Tags,

    /// <summary>Who may read and write the object.</summary>
    Acl,

    /// <summary>The storage class.</summary>
    StorageClass,

    /// <summary>Server-side encryption.</summary>
    Encryption,

    /// <summary>Object lock: retention and legal hold.</summary>
    Retention,

    /// <summary>A redirect of a static website.</summary>
    Redirect,
}

/// <summary>What becomes of an aspect of an object.</summary>
public enum FidelityEffect
{
    /// <summary>It arrives, in the destination's own words.</summary>
    Carried,

    /// <summary>It arrives in another form; the original is kept with the object.</summary>
    Changed,

    /// <summary>It does not arrive.</summary>
    Dropped,

    /// <summary>The object is not migrated for it.</summary>
    Refused,
}

/// <summary>What is done where the destination cannot hold something as it is.</summary>
public enum UnfitAction
{
    /// <summary>The nearest form that it can hold, with the original as user metadata; where there is none, the object is refused. The default.</summary>
    Change,

    /// <summary>It is left away.</summary>
    Drop,

    /// <summary>The object is not migrated (Unsupported).</summary>
    Refuse,
}

/// <summary>
/// What of objects is carried, how it is translated, and what is done with what the destination cannot hold. Part of a job's
/// identity: the same policy decides the forecast and the copy.
/// </summary>
public sealed record FidelityPolicy
{
    /// <summary>The name of all storage classes, or all aspects, that are not named themselves.</summary>
    public const string Others = "*";

    /// <summary>The default: headers, user metadata and storage classes are carried; nothing that costs a request an object.</summary>
    public static FidelityPolicy Default { get; } = new();

    /// <summary>
    /// Storage classes of the destination by the source's name, over <see cref="StorageClassMap.BuiltIn"/>; <c>Default</c> is the
    /// bucket's own class, <see cref="Others"/> all that are not named here.
    /// </summary>
    public IReadOnlyDictionary<string, string> StorageClasses { get; init; } = new Dictionary<string, string>();

    /// <summary>Whether tags are carried. A request for each object that says that it has some.</summary>
    public bool CopyTags { get; init; }

    /// <summary>Whether ACLs are carried. A request for each object.</summary>
    public bool CopyAcls { get; init; }

    /// <summary>What is done with what does not fit, by aspect; those that are not named: <see cref="UnfitAction.Change"/>.</summary>
    public IReadOnlyDictionary<FidelityAspect, UnfitAction> Actions { get; init; } = new Dictionary<FidelityAspect, UnfitAction>();

    /// <summary>Server-side encryption asked for with each object (<c>AES256</c>, <c>KMS</c>, <c>SM4</c>); null leaves it to the bucket.</summary>
    public string? Encryption { get; init; }

    /// <summary>With KMS: the key's id; null for the service's own.</summary>
    public string? EncryptionKeyId { get; init; }

    /// <summary>Whether it is the default one, which is no part of a job's fingerprint.</summary>
    [JsonIgnore]
    public bool IsDefault => StorageClasses.Count == 0 && Actions.Count == 0 && !CopyTags && !CopyAcls && Encryption is null && EncryptionKeyId is null;

    /// <summary>What is done where an aspect does not fit.</summary>
    public UnfitAction ActionOf(FidelityAspect aspect) => Actions.GetValueOrDefault(aspect, UnfitAction.Change);

    /// <summary>What is wrong with it, one sentence each.</summary>
    public IEnumerable<string> Problems()
    {
        foreach ((string from, string to) in StorageClasses)
        {
            if (!StorageClassMap.IsPossible(to))
                yield return $"The storage class '{to}' for '{from}' is none of OSS: {string.Join(", ", StorageClassMap.Possible)} are possible.";
        }

        if (Encryption is not (null or "AES256" or "KMS" or "SM4"))
            yield return $"The encryption '{Encryption}' is none of OSS: AES256, KMS and SM4 are possible.";
        if (EncryptionKeyId is not null && Encryption != "KMS")
            yield return "EncryptionKeyId has a meaning with Encryption KMS only.";
    }

    /// <summary>Its parts in an order of their own, for a job's fingerprint.</summary>
    internal object?[] Identity =>
    [
        StorageClasses.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => $"{pair.Key}={pair.Value}").ToArray(),
        Actions.OrderBy(pair => pair.Key).Select(pair => $"{pair.Key}={pair.Value}").ToArray(),
        CopyTags, CopyAcls, Encryption, EncryptionKeyId,
    ];
}
