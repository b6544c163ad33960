using System.Globalization;
using OssMigration.Core.Stores;

namespace OssMigration.Core.Fidelity;

/// <summary>
/// How an object of the source becomes one of the destination: pure, and the only place that decides it, so that a forecast and a
/// copy cannot differ. An object that needs no change costs no memory.
/// </summary>
/// <param name="policy">What the job wants.</param>
/// <param name="destination">What the destination holds.</param>
/// <param name="keys">How keys are encoded that it does not hold; null where the job does not want that.</param>
/// <param name="names">What the source means by its storage classes; null where it does not tell.</param>
internal sealed class FidelityRules(FidelityPolicy policy, StoreLimits destination, KeyEncoding? keys = null, IStorageClassNames? names = null)
{
    // What the stamp takes, and what each item is counted with: its name there begins with x-oss-meta-.
    private const int StampBytes = 3 * PrefixBytes + 200;
    private const int PrefixBytes = 11;

    private static readonly int TypeBit = FidelityMarks.Bit(FidelityAspect.ContentType);
    private static readonly int HeadersBit = FidelityMarks.Bit(FidelityAspect.Headers);
    private static readonly int MetadataBit = FidelityMarks.Bit(FidelityAspect.Metadata);
    private static readonly FidelityFinding[] Guessed = [new(FidelityAspect.ContentType, FidelityEffect.Changed, "The source has none; guessed from the key's extension.")];
    private static readonly FidelityFinding[] Unguessed = [new(FidelityAspect.ContentType, FidelityEffect.Changed, "The source has none, and the key tells none: application/octet-stream.")];

    /// <summary>The policy.</summary>
    public FidelityPolicy Policy => policy;

    /// <summary>Why the destination cannot hold an object of this key and size: it is refused, or left out as the job says. Null where it can.</summary>
    public static FidelityMarks? OfKey(StoreLimits destination, ObjectEntry entry, InvalidKeyAction action)
        => destination.WhyUnsupported(entry.Key, entry.Size) is { } reason
            ? new FidelityMarks(0, [new FidelityFinding(FidelityAspect.Key, action == InvalidKeyAction.Skip ? FidelityEffect.Dropped : FidelityEffect.Refused, reason)])
            : null;

    /// <summary>What a listing alone tells: what becomes of the storage class.</summary>
    public FidelityMarks OfListing(ObjectEntry entry)
    {
        string? storageClass = StorageClassMap.Find(policy, names, entry.StorageClass);
        bool isEncoded = keys?.IsNeeded(entry.Key) == true;
        if (storageClass == StorageClassMap.BucketDefault && !isEncoded)
            return default;
        TranslationBuilder builder = new(policy, ObjectMetadata.Empty);
        if (isEncoded)
            builder.SetKey(entry.Key, keys!.Encode(entry.Key));
        builder.SetStorageClass(entry.StorageClass, storageClass);
        return builder.Finish(0).Marks;
    }

    /// <summary>What will be written, and what becomes of each aspect.</summary>
    /// <param name="source">The source object by its headers.</param>
    /// <param name="tags">Its tags, where they were asked for; else null.</param>
    /// <param name="access">Its access list, where it was asked for; else null.</param>
    public Translation Translate(ObjectHead source, IReadOnlyList<KeyValuePair<string, string>>? tags, AccessList? access)
    {
        ObjectMetadata metadata = source.Metadata;
        string? storageClass = StorageClassMap.Find(policy, names, source.Entry.StorageClass);
        int carried = CarriedBy(metadata);
        bool isPlain = storageClass == StorageClassMap.BucketDefault && source.Traits is null && tags is null && access is null && policy.Encryption is null && FitsAsItIs(metadata)
            && keys?.IsNeeded(source.Entry.Key) != true;
        if (isPlain)
            return WithType(metadata, source.Entry.Key, carried);

        TranslationBuilder builder = new(policy, metadata);
        builder.SetType(source.Entry.Key);
        builder.SetHeaders();
        builder.SetUser();
        builder.SetStorageClass(source.Entry.StorageClass, storageClass);
        builder.SetEncryption(source.Traits?.Encryption);
        builder.SetTags(source.Traits?.TagCount ?? 0, tags);
        builder.SetAccess(access);
        builder.Keep(FidelityAspect.Retention, KeptNames.Retention, source.Traits?.Retention, "OSS has no retention of a single object");
        builder.Keep(FidelityAspect.Redirect, KeptNames.Redirect, source.Traits?.Redirect, "OSS has no redirect of a single object");
        if (keys?.IsNeeded(source.Entry.Key) == true)
            builder.SetKey(source.Entry.Key, keys.Encode(source.Entry.Key));
        builder.FitInto(destination.MaxMetadataBytes - StampBytes, PrefixBytes);
        return builder.Finish(carried);
    }

    private static int CarriedBy(ObjectMetadata metadata)
    {
        bool hasHeaders = metadata.CacheControl is not null || metadata.ContentDisposition is not null || metadata.ContentEncoding is not null
            || metadata.ContentLanguage is not null || metadata.Expires is not null;
        return (string.IsNullOrEmpty(metadata.ContentType) ? 0 : TypeBit) | (hasHeaders ? HeadersBit : 0) | (metadata.User.Count > 0 ? MetadataBit : 0);
    }

    private bool FitsAsItIs(ObjectMetadata metadata)
    {
        bool headersFit = HeaderForm.Fits(metadata.ContentType) && HeaderForm.Fits(metadata.CacheControl) && HeaderForm.Fits(metadata.ContentDisposition)
            && HeaderForm.Fits(metadata.ContentEncoding) && HeaderForm.Fits(metadata.ContentLanguage) && HeaderForm.Fits(metadata.Expires);
        if (!headersFit)
            return false;
        if (metadata.User.Count == 0)
            return true;
        int bytes = StampBytes;
        foreach ((string name, string value) in metadata.User)
        {
            if (!HeaderForm.FitsName(name) || !HeaderForm.Fits(value))
                return false;
            bytes += PrefixBytes + name.Length + value.Length;
        }

        return bytes <= destination.MaxMetadataBytes;
    }

    private static Translation WithType(ObjectMetadata metadata, string key, int carried)
    {
        if (!string.IsNullOrEmpty(metadata.ContentType))
            return new Translation(metadata, new FidelityMarks(carried, null));
        return ContentTypes.Guess(key) is { } type
            ? new Translation(metadata with { ContentType = type }, new FidelityMarks(carried, Guessed))
            : new Translation(metadata, new FidelityMarks(carried, Unguessed));
    }
}
