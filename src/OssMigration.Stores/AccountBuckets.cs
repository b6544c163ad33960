using OssMigration.Core.Stores;
using OssMigration.Stores.Oss;
using OssMigration.Stores.S3;

namespace OssMigration.Stores;

/// <summary>The buckets of an account, for people who look for one.</summary>
public static class AccountBuckets
{
    /// <summary>
    /// Asks a service for the names of the account's buckets, in its order. The right for it is s3:ListAllMyBuckets, oss:ListBuckets. One
    /// request for S3, which gives 10,000 names at most; OSS is asked a page of 1,000 at a time. Nothing is repeated after an error.
    /// </summary>
    /// <param name="service">Scheme s3 or oss, endpoint, region and reference to keys; its bucket says nothing here.</param>
    /// <param name="options">Keys given for this process.</param>
    /// <param name="cancellationToken">Cancels.</param>
    /// <exception cref="StoreException">The service refuses.</exception>
    /// <exception cref="ArgumentException">The address cannot be opened, or its scheme has no buckets.</exception>
    public static async Task<IReadOnlyList<string>> ListAsync(StoreAddress service, StoreOpenOptions options, CancellationToken cancellationToken)
    {
        // The endpoint as it is: no bucket's name goes into host or path.
        StoreAddress account = service with { Bucket = "", Prefix = "", AddressingStyle = AddressingStyle.Cname };
        switch (service.Scheme)
        {
            case "s3":
                await using (S3Store store = S3Store.OpenAccount(account, options))
                    return await store.ListBucketsAsync(cancellationToken).ConfigureAwait(false);
            case "oss":
                await using (OssStore store = OssStore.OpenAccount(account, options))
                    return await store.ListBucketsAsync(cancellationToken).ConfigureAwait(false);
            default:
                throw new ArgumentException($"An address of scheme '{service.Scheme}' has no buckets.", nameof(service));
        }
    }
}
