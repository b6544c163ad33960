using OssMigration.Core.Jobs;
using OssMigration.Core.Reporting;
using OssMigration.Core.Stores;

namespace OssMigration.Core.Preparation;

/// <summary>Makes the bucket of an address, and never changes one that is there.</summary>
public sealed class BucketMaker(EngineEnvironment environment)
{
    /// <summary>What was asked for when nothing else was.</summary>
    public const string PrivateAcl = "private";

    /// <summary>Refuses what cannot be made, before anything is sent.</summary>
    /// <exception cref="RefusedException">BucketNotOfOss, BucketBehindOwnDomain.</exception>
    public static void Check(StoreAddress address)
    {
        if (address.Scheme != "oss")
            throw new RefusedException("BucketNotOfOss", $"{address} is no bucket of OSS, and others are not made here.", "Give an address such as oss://name, or make it with its own provider's tools.");
        if (address.AddressingStyle == AddressingStyle.Cname)
            throw new RefusedException("BucketBehindOwnDomain", $"The endpoint of {address} is a domain that is bound to one bucket, and a bucket cannot be made through it.", "Make it at the region's endpoint (leave out -Endpoint and -AddressingStyle), then bind the domain.");
    }

    /// <summary>What a person should know of such a bucket before it is made, one sentence each.</summary>
    public static IReadOnlyList<string> WarningsFor(BucketCreation creation)
    {
        List<string> warnings = [];
        if (creation.Acl == "public-read")
            warnings.Add("public-read: everybody on the internet can read every object of the bucket, at your expense.");
        if (creation.Acl == "public-read-write")
            warnings.Add("public-read-write: everybody on the internet can read, replace and delete every object of the bucket, at your expense.");
        if (creation.StorageClass is { } storageClass && storageClass.EndsWith("Archive", StringComparison.Ordinal))
            warnings.Add($"{storageClass}: objects must be restored before they can be read. Readers, mirroring rules and comparisons of content do not work with it.");
        return warnings;
    }

    /// <summary>Makes the bucket. One's own bucket with the properties that are asked for is left as it is.</summary>
    /// <param name="address">Scheme oss; its prefix says nothing here.</param>
    /// <param name="creation">
    /// What it is to be. Class and redundancy that are null are the store's default, and anything will do where the bucket is there; the ACL
    /// is always compared, null being private.
    /// </param>
    /// <param name="credential">Keys given by hand, or null.</param>
    /// <param name="listener">Told of repeated requests.</param>
    /// <param name="cancellationToken">Cancels.</param>
    /// <returns>True when it was made, false when it was there.</returns>
    /// <exception cref="RefusedException">As for <see cref="Check"/>; BucketDiffers: it is there with other properties.</exception>
    /// <exception cref="StoreException">AlreadyExists: the name is taken by somebody else.</exception>
    public async Task<bool> MakeAsync(
        StoreAddress address, BucketCreation creation, ICredentialProvider? credential, IRunListener listener, CancellationToken cancellationToken)
    {
        Check(address);
        await using OpenedBucket opened = OpenedBucket.ForWriting(environment, address, credential, listener);
        IBucketCreator bucket = opened.Find<IBucketCreator>()
            ?? throw new StoreException(StoreErrorKind.NotSupported, opened.DisplayName, "This store cannot make buckets.");
        BucketCreation? standing = await opened.CallAsync(bucket.FindBucketAsync, cancellationToken).ConfigureAwait(false);
        if (standing is null)
        {
            await opened.CallAsync(token => bucket.CreateBucketAsync(creation, token), cancellationToken).ConfigureAwait(false);
            return true;
        }

        string[] differences = [.. Differences(creation, standing)];
        return differences.Length == 0 ? false : throw new RefusedException(
            "BucketDiffers",
            $"{opened.DisplayName} is there already, with other properties: {string.Join(", ", differences)}. Nothing was changed.",
            "Use it as it is by giving the properties that it has, change it in the console, or choose another name.");
    }

    private static IEnumerable<string> Differences(BucketCreation wanted, BucketCreation standing)
    {
        if (wanted.StorageClass is { } storageClass && storageClass != (standing.StorageClass ?? "Standard"))
            yield return $"storage class {standing.StorageClass ?? "Standard"} and not {storageClass}";
        if (wanted.Redundancy is { } redundancy && redundancy != (standing.Redundancy ?? "LRS"))
            yield return $"redundancy {standing.Redundancy ?? "LRS"} and not {redundancy}";
        if ((wanted.Acl ?? PrivateAcl) != (standing.Acl ?? PrivateAcl))
            yield return $"ACL {standing.Acl ?? PrivateAcl} and not {wanted.Acl ?? PrivateAcl}";
    }
}
