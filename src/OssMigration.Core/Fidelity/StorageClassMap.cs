using System.Collections.Frozen;

namespace OssMigration.Core.Fidelity;

/// <summary>
/// Storage classes of other clouds in the words of OSS. Only the pairs of STANDARD, STANDARD_IA and GLACIER are Alibaba's
/// ("Seamlessly migrate data from Amazon S3"); the others are the nearest class that is read in the same way: what the source reads at
/// once goes to a class that OSS reads at once.
/// </summary>
public static class StorageClassMap
{
    /// <summary>The bucket's own class: nothing is asked for.</summary>
    public const string BucketDefault = "Default";

    /// <summary>What a class may be mapped to.</summary>
    public static IReadOnlyList<string> Possible { get; } = [BucketDefault, "Standard", "IA", "Archive", "ColdArchive", "DeepColdArchive"];

    /// <summary>The table. Names of the source are compared without regard to letter case.</summary>
    public static IReadOnlyDictionary<string, string> BuiltIn { get; } = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase)
    {
        // Amazon S3, and most that speak its API (Tencent COS has STANDARD_IA and DEEP_ARCHIVE too).
        ["STANDARD"] = BucketDefault,
        ["REDUCED_REDUNDANCY"] = BucketDefault,
        ["INTELLIGENT_TIERING"] = BucketDefault,
        ["EXPRESS_ONEZONE"] = BucketDefault,
        ["STANDARD_IA"] = "IA",
        ["ONEZONE_IA"] = "IA",
        ["GLACIER_IR"] = "IA",
        ["GLACIER"] = "Archive",
        ["DEEP_ARCHIVE"] = "ColdArchive",

        // Google Cloud Storage. Its ARCHIVE is read at once, Tencent's is not: the name alone does not tell (a provider that is known does).
        ["NEARLINE"] = "IA",
        ["COLDLINE"] = "IA",

        // Azure Blob Storage.
        ["Hot"] = BucketDefault,
        ["Cool"] = "IA",
        ["Cold"] = "IA",

        // Alibaba Cloud OSS itself; Archive is Azure's and Tencent's word too.
        ["IA"] = "IA",
        ["Archive"] = "Archive",
        ["ColdArchive"] = "ColdArchive",
        ["DeepColdArchive"] = "DeepColdArchive",
    }.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);

    /// <summary>Whether a class is one of <see cref="Possible"/>.</summary>
    public static bool IsPossible(string name) => Possible.Contains(name, StringComparer.Ordinal);

    /// <summary>The class to ask for; <see cref="BucketDefault"/> for none; null where no table has the source's.</summary>
    /// <param name="policy">What the job wants, which goes first.</param>
    /// <param name="names">What the source's provider means by its names; null where nothing but the table is known.</param>
    /// <param name="source">The source's name; null or empty for the standard class.</param>
    internal static string? Find(FidelityPolicy policy, IStorageClassNames? names, string? source)
    {
        if (string.IsNullOrEmpty(source))
            source = "STANDARD";
        if (policy.StorageClasses.Count > 0)
        {
            foreach ((string from, string to) in policy.StorageClasses)
            {
                if (from.Equals(source, StringComparison.OrdinalIgnoreCase))
                    return to;
            }

            if (policy.StorageClasses.TryGetValue(FidelityPolicy.Others, out string? others))
                return others;
        }

        return names?.StorageClasses.GetValueOrDefault(source) ?? BuiltIn.GetValueOrDefault(source);
    }
}
