using System.Xml.Linq;
using OssMigration.Core.Stores;

namespace OssMigration.TestKit;

public sealed partial class MemoryStore : IHttpOrigin
{
    private readonly Dictionary<BucketDocumentKind, BucketDocument> _documents = [];

    /// <summary>A configuration document as it stands; null for none. Setting it counts as no operation.</summary>
    public BucketDocument? FindDocument(BucketDocumentKind kind)
    {
        lock (_gate)
            return _documents.TryGetValue(kind, out BucketDocument? document) ? Copy(document) : null;
    }

    /// <summary>Sets a configuration document, as somebody else would; null removes it.</summary>
    public void SeedDocument(BucketDocumentKind kind, BucketDocument? document)
    {
        lock (_gate)
        {
            if (document is null)
                _documents.Remove(kind);
            else
                _documents[kind] = Copy(document);
        }
    }

    /// <inheritdoc/>
    public async Task<BucketDocument?> ReadDocumentAsync(BucketDocumentKind kind, CancellationToken cancellationToken)
    {
        await BeginAsync(StoreOperation.ReadDocument, null, cancellationToken);
        BucketDocument? document = FindDocument(kind);
        await EndAsync(StoreOperation.ReadDocument, null, cancellationToken);
        return document;
    }

    /// <inheritdoc/>
    public async Task WriteDocumentAsync(BucketDocumentKind kind, BucketDocument document, CancellationToken cancellationToken)
    {
        await BeginAsync(StoreOperation.WriteDocument, null, cancellationToken);
        SeedDocument(kind, document);
        await EndAsync(StoreOperation.WriteDocument, null, cancellationToken);
    }

    /// <inheritdoc/>
    public async Task DeleteDocumentAsync(BucketDocumentKind kind, CancellationToken cancellationToken)
    {
        await BeginAsync(StoreOperation.DeleteDocument, null, cancellationToken);
        SeedDocument(kind, null);
        await EndAsync(StoreOperation.DeleteDocument, null, cancellationToken);
    }

    /// <inheritdoc/>
    public Task<HttpOrigin> FindOriginAsync(CancellationToken cancellationToken) =>
        Task.FromResult(new HttpOrigin(new Uri($"https://{_options.Bucket}.origin.example/"), _options.Region));

    private static BucketDocument Copy(BucketDocument document) => new(new XElement(document.Root), document.Headers);
}
