using OssMigration.Core.Stores;
using OssMigration.Stores.Http;
using OssMigration.Stores.S3;

namespace OssMigration.Stores.Tests;

/// <summary>Makes and empties buckets on a server, for tests that want a new one each.</summary>
internal static class S3TestBucket
{
    /// <summary>A name that no other test has.</summary>
    public static string NewName() => $"test-{Guid.NewGuid():n}";

    /// <summary>Makes the bucket of an address.</summary>
    public static async Task CreateAsync(StoreAddress address, ICredentialProvider keys, CancellationToken cancellationToken)
    {
        using S3Client client = Client(address, keys);
        using HttpAnswer answer = await client.SendAsync(new S3Request(HttpMethod.Put, null, "", ""), cancellationToken);
    }

    /// <summary>Switches versioning on.</summary>
    public static async Task EnableVersioningAsync(StoreAddress address, ICredentialProvider keys, CancellationToken cancellationToken)
    {
        using S3Client client = Client(address, keys);
        using MemoryStream body = new("<VersioningConfiguration xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Status>Enabled</Status></VersioningConfiguration>"u8.ToArray());
        using HttpAnswer answer = await client.SendAsync(S3Request.ForSubResource(HttpMethod.Put, "versioning", body), cancellationToken);
    }

    /// <summary>Removes a bucket with all that is in it.</summary>
    public static async Task RemoveAsync(StoreAddress address, ICredentialProvider keys, CancellationToken cancellationToken)
    {
        await using S3Store store = S3Store.Open(address, new StoreOpenOptions { Credential = keys });
        foreach (OpenUpload upload in await store.ListUploadsAsync("", cancellationToken))
            await store.AbortAsync(upload.Key, upload.UploadId, cancellationToken);
        using S3Client client = Client(address, keys);
        VersionMarker? after = null;
        do
        {
            VersionPage page = await store.ListVersionPageAsync("", after, cancellationToken);
            foreach (ObjectVersion version in page.Versions)
            {
                S3Request delete = new(HttpMethod.Delete, version.Key, PercentEncoding.EncodeKey(version.Key), S3Request.Encode([("versionId", version.VersionId)]));
                using HttpAnswer deleted = await client.SendAsync(delete, cancellationToken);
            }

            after = page.Next;
        }
        while (after is not null);
        using HttpAnswer answer = await client.SendAsync(new S3Request(HttpMethod.Delete, null, "", ""), cancellationToken);
    }

    private static S3Client Client(StoreAddress address, ICredentialProvider keys) =>
        new(address, keys, new HttpTransportOptions(), _ => null);
}
