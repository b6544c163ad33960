using System.Xml.Linq;
using OssMigration.Core.Stores;
using OssMigration.Stores.Http;

namespace OssMigration.Stores.Oss;

public sealed partial class OssStore
{
    /// <inheritdoc/>
    public async Task<PutResult> ReplaceMetadataAsync(string key, string ifETag, ObjectMetadata metadata, CancellationToken cancellationToken)
    {
        OssRequest copy = Request(HttpMethod.Put, key, Stream.Null);
        copy.WithHeader("x-oss-copy-source", $"/{_bucket}/{copy.EncodedKey}")
            .WithHeader("x-oss-copy-source-if-match", $"\"{ifETag}\"")
            .WithHeader("x-oss-metadata-directive", "REPLACE");
        if (metadata.Settings?.Tags is not null)
            copy.WithHeader("x-oss-tagging-directive", "Replace");
        _headers.Write(copy, metadata);
        using HttpAnswer answer = await _client.SendAsync(copy, cancellationToken).ConfigureAwait(false);
        XElement result = await ReadXmlAsync(answer, copy).ConfigureAwait(false);
        string etag = result.Text("ETag")?.Trim('"', ' ') is { Length: > 0 } given ? given : _headers.ETag(answer, key);
        return new PutResult(etag, OssHeaders.Crc64(answer));
    }
}
