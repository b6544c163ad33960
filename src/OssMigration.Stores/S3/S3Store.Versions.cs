using System.Net;
using System.Xml.Linq;
using OssMigration.Core.Stores;
using OssMigration.Stores.Http;

namespace OssMigration.Stores.S3;

public sealed partial class S3Store
{
    /// <inheritdoc/>
    public async Task<VersionPage> ListVersionPageAsync(string keyPrefix, VersionMarker? after, CancellationToken cancellationToken)
    {
        S3Request list = BucketRequest(
            ("versions", ""),
            ("encoding-type", "url"),
            ("max-keys", "1000"),
            ("prefix", keyPrefix.Length > 0 ? keyPrefix : null),
            ("key-marker", after?.Key),
            ("version-id-marker", after?.VersionId));
        XElement page = await LoadAsync(list, cancellationToken).ConfigureAwait(false);
        return new VersionsXml(DisplayName, ToEntry).Read(page);
    }

    /// <inheritdoc/>
    public Task<ObjectHead?> HeadVersionAsync(string key, string versionId, CancellationToken cancellationToken) => HeadAsync(key, versionId, cancellationToken);

    // A listing of versions does not tell whether an archived one is restored: a HEAD or a read of it does.
    private ObjectEntry ToEntry(string key, long size, StoreTag etag, DateTimeOffset modified, string? storageClass) => new(
        key, size, S3Heads.Version(etag, size, modified), etag, modified, storageClass,
        Provider.IsArchive(storageClass) ? ObjectAvailability.NeedsRestore : ObjectAvailability.Readable);
}
