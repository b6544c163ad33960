using System.Security.Cryptography;
using System.Text;
using System.Xml.Linq;
using OssMigration.Core.Stores;
using OssMigration.Stores.Http;

namespace OssMigration.Stores.Oss;

public sealed partial class OssStore : IBucketDocuments
{
    private static readonly Dictionary<string, string> NoHeaders = [];

    /// <inheritdoc/>
    public async Task<BucketDocument?> ReadDocumentAsync(BucketDocumentKind kind, CancellationToken cancellationToken)
    {
        try
        {
            OssRequest get = Request(HttpMethod.Get, null).With(SubResource(kind));
            using HttpAnswer answer = await _client.SendAsync(get, cancellationToken).ConfigureAwait(false);
            return new BucketDocument(await ReadXmlAsync(answer, get).ConfigureAwait(false), NoHeaders);
        }
        catch (StoreException error) when (error.Code is "NoSuchWebsiteConfiguration" or "NoSuchLifecycle")
        {
            return null;
        }
    }

    /// <inheritdoc/>
    public async Task WriteDocumentAsync(BucketDocumentKind kind, BucketDocument document, CancellationToken cancellationToken)
    {
        byte[] xml = Encoding.UTF8.GetBytes("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n" + document.Root.ToString(SaveOptions.DisableFormatting));
#pragma warning disable CA5351 // MD5 is what the Content-MD5 header is defined by.
        string md5 = Convert.ToBase64String(MD5.HashData(xml));
#pragma warning restore CA5351
        using MemoryStream body = new(xml, writable: false);
        OssRequest put = Request(HttpMethod.Put, null, body)
            .With(SubResource(kind))
            .WithHeader("content-type", "application/xml")
            .WithHeader("content-md5", md5);
        foreach ((string name, string value) in document.Headers)
            put.WithHeader(name, value);
        using HttpAnswer answer = await _client.SendAsync(put, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async Task DeleteDocumentAsync(BucketDocumentKind kind, CancellationToken cancellationToken)
    {
        using HttpAnswer answer = await _client.SendAsync(Request(HttpMethod.Delete, null).With(SubResource(kind)), cancellationToken).ConfigureAwait(false);
    }

    private static string SubResource(BucketDocumentKind kind) => kind == BucketDocumentKind.Website ? "website" : "lifecycle";
}
