using System.Security.Cryptography;
using System.Xml;
using System.Xml.Linq;
using OssMigration.Core.Stores;
using OssMigration.Stores.Http;

namespace OssMigration.Stores.S3;

/// <summary>The lifecycle configuration, as a whole XML tree over our own HTTP: the SDK would drop what it does not know.</summary>
public sealed partial class S3Store
{
    // Part of the configuration though it travels as a header; a PUT without it sets it back to the default. Source: Amazon
    // S3 API Reference, PutBucketLifecycleConfiguration.
    private const string MinimumSizeHeader = "x-amz-transition-default-minimum-object-size";

    // The sandbox and Ceph RGW 16 answer control characters of prefixes as references that XML 1.0 does not allow; they go back as they came.
    private static readonly XmlWriterSettings DocumentSettings = new()
    {
        Encoding = new System.Text.UTF8Encoding(encoderShouldEmitUTF8Identifier: false),
        CheckCharacters = false,
        NewLineHandling = NewLineHandling.Entitize,
    };

    /// <inheritdoc/>
    public string? WhyNoDocument(BucketDocumentKind kind) => kind == BucketDocumentKind.Lifecycle ? Provider.WhyNoLifecycle : null;

    /// <inheritdoc/>
    public async Task<BucketDocument?> ReadDocumentAsync(BucketDocumentKind kind, CancellationToken cancellationToken)
    {
        RefuseUnknown(kind);
        S3Request get = S3Request.ForSubResource(HttpMethod.Get, "lifecycle");
        try
        {
            using HttpAnswer answer = await _client.SendAsync(get, cancellationToken).ConfigureAwait(false);
            using PooledBody body = await answer.ReadBodyAsync(MaxListBytes).ConfigureAwait(false);
            Dictionary<string, string> headers = new(StringComparer.Ordinal);
            if (answer.Header(MinimumSizeHeader) is { Length: > 0 } minimumSize)
                headers[MinimumSizeHeader] = minimumSize;
            XElement root = AnswerXml.Load(body, DisplayName, null);
            return root.Name.LocalName == "LifecycleConfiguration" ? new BucketDocument(root, headers) : throw NotUnderstood(null);
        }
        catch (StoreException error) when (error.Code is "NoSuchLifecycleConfiguration" or "NoSuchLifecycle")
        {
            return null;
        }
    }

    /// <inheritdoc/>
    public async Task WriteDocumentAsync(BucketDocumentKind kind, BucketDocument document, CancellationToken cancellationToken)
    {
        RefuseUnknown(kind);
        using MemoryStream body = new();
        using (XmlWriter writer = XmlWriter.Create(body, DocumentSettings))
            document.Root.Save(writer);
        S3Request put = S3Request.ForSubResource(HttpMethod.Put, "lifecycle", body);
        put.SetHeader("content-type", "application/xml");
        put.SetHeader("content-md5", Convert.ToBase64String(Md5(body)));
        foreach ((string name, string value) in document.Headers)
            put.SetHeader(name, value);
        using HttpAnswer answer = await _client.SendAsync(put, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async Task DeleteDocumentAsync(BucketDocumentKind kind, CancellationToken cancellationToken)
    {
        RefuseUnknown(kind);
        try
        {
            using HttpAnswer answer = await _client.SendAsync(S3Request.ForSubResource(HttpMethod.Delete, "lifecycle"), cancellationToken).ConfigureAwait(false);
        }
        catch (StoreException error) when (error.Code is "NoSuchLifecycleConfiguration" or "NoSuchLifecycle")
        {
            // Some servers mind.
        }
    }

#pragma warning disable CA5351 // MD5 is what S3 wants here: S3 API Reference, PutBucketLifecycleConfiguration, "Content-MD5".
    private static byte[] Md5(MemoryStream body) => MD5.HashData(body.GetBuffer().AsSpan(0, (int)body.Length));
#pragma warning restore CA5351

    private void RefuseUnknown(BucketDocumentKind kind)
    {
        if (kind != BucketDocumentKind.Lifecycle)
            throw new StoreException(StoreErrorKind.NotSupported, DisplayName, $"A bucket of S3 is not asked for its {kind} document.");
        if (WhyNoDocument(kind) is { } reason)
            throw new StoreException(StoreErrorKind.NotSupported, DisplayName, reason);
    }
}
