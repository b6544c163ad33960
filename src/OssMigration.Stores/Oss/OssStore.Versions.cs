using System.Xml.Linq;
using OssMigration.Core.Stores;
using OssMigration.Stores.Http;

namespace OssMigration.Stores.Oss;

public sealed partial class OssStore
{
    /// <inheritdoc/>
    public async Task<VersionPage> ListVersionPageAsync(string keyPrefix, VersionMarker? after, CancellationToken cancellationToken)
    {
        OssRequest list = Request(HttpMethod.Get, null).With("versions").With("encoding-type", "url").With("max-keys", "1000");
        if (keyPrefix.Length > 0)
            list.With("prefix", InUtf8(keyPrefix));
        if (after is not null)
            list.With("key-marker", InUtf8(after.Key));
        if (after?.VersionId is { } versionId)
            list.With("version-id-marker", versionId);
        using HttpAnswer answer = await _client.SendAsync(list, cancellationToken).ConfigureAwait(false);
        XElement page = await ReadXmlAsync(answer, list).ConfigureAwait(false);
        return new VersionsXml(DisplayName, ToEntry).Read(page);
    }

    /// <inheritdoc/>
    public Task<ObjectHead?> HeadVersionAsync(string key, string versionId, CancellationToken cancellationToken)
        => HeadAsync(Request(HttpMethod.Head, key).With("versionId", versionId), key, cancellationToken);

    // A listing of versions does not tell whether an archived one is restored: a HEAD or a read of it does.
    private static ObjectEntry ToEntry(string key, long size, StoreTag etag, DateTimeOffset modified, string? storageClass) => new(
        key, size, etag.IsNone ? new SourceVersion("") : new SourceVersion(etag), etag, modified, storageClass, OssHeaders.Availability(storageClass, restore: null));
}
