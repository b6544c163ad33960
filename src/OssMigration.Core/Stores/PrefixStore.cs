using System.Text;

namespace OssMigration.Core.Stores;

/// <summary>
/// Shows the part of a store below a prefix: keys lose the prefix on the way in and get it on the way out, byte-exact.
/// Errors keep naming the full key. Order is kept, because all keys share the prefix. The object whose key is the prefix
/// itself (a folder's marker, mostly) has the empty key here.
/// </summary>
public sealed class PrefixStore(IObjectReader inner, string prefix) : StoreDecorator(inner)
{
    /// <inheritdoc/>
    public override StoreLimits Limits { get; } = prefix.Length == 0 ? inner.Limits : inner.Limits with
    {
        MaxKeyBytes = inner.Limits.MaxKeyBytes - Encoding.UTF8.GetByteCount(prefix),
        ForbiddenFirstCharacters = "",
        AllowsEmptyKey = true,
    };

    /// <inheritdoc/>
    public override Task<ListPage> ListPageAsync(ListPageRequest request, CancellationToken cancellationToken)
        => prefix.Length == 0 ? Inner.ListPageAsync(request, cancellationToken) : ListBelowAsync(request, cancellationToken);

    private async Task<ListPage> ListBelowAsync(ListPageRequest request, CancellationToken cancellationToken)
    {
        ListPageRequest full = request with
        {
            Prefix = prefix + request.Prefix,
            StartAfter = request.StartAfter is null ? null : prefix + request.StartAfter,
        };
        ListPage page = await Inner.ListPageAsync(full, cancellationToken).ConfigureAwait(false);
        List<ObjectEntry> entries = new(page.Entries.Count);
        foreach (ObjectEntry entry in page.Entries)
        {
            if (!entry.Key.StartsWith(prefix, StringComparison.Ordinal))
            {
                throw new StoreException(StoreErrorKind.Listing, DisplayName, $"The listing of prefix '{prefix}' holds the key '{entry.Key}', which does not start with it.")
                {
                    Key = entry.Key,
                    Code = "OutsidePrefix",
                };
            }

            entries.Add(entry with { Key = entry.Key[prefix.Length..] });
        }

        return page with { Entries = entries };
    }

    /// <inheritdoc/>
    public override Task<ObjectHead?> HeadAsync(string key, CancellationToken cancellationToken)
        => prefix.Length == 0 ? Inner.HeadAsync(key, cancellationToken) : HeadBelowAsync(key, cancellationToken);

    private async Task<ObjectHead?> HeadBelowAsync(string key, CancellationToken cancellationToken)
    {
        ObjectHead? head = await Inner.HeadAsync(prefix + key, cancellationToken).ConfigureAwait(false);
        return head is null ? null : Relative(head, key);
    }

    /// <inheritdoc/>
    public override Task<TResult> ReadAsync<TResult>(
        ReadRequest request, Func<ObjectContent, CancellationToken, ValueTask<TResult>> consume, CancellationToken cancellationToken)
        => prefix.Length == 0 ? Inner.ReadAsync(request, consume, cancellationToken) : ReadBelowAsync(request, consume, cancellationToken);

    private Task<TResult> ReadBelowAsync<TResult>(
        ReadRequest request, Func<ObjectContent, CancellationToken, ValueTask<TResult>> consume, CancellationToken cancellationToken)
        => Inner.ReadAsync(
            request with { Key = prefix + request.Key },
            (content, token) => consume(content with { Head = Relative(content.Head, request.Key) }, token),
            cancellationToken);

    /// <inheritdoc/>
    public override Task<PutResult> PutAsync(PutRequest request, CancellationToken cancellationToken)
        => Target.PutAsync(prefix.Length == 0 ? request : request with { Key = prefix + request.Key }, cancellationToken);

    /// <inheritdoc/>
    public override Task DeleteAsync(string key, CancellationToken cancellationToken)
        => Target.DeleteAsync(prefix + key, cancellationToken);

    /// <inheritdoc/>
    public override Task<string> InitiateAsync(InitiateRequest request, CancellationToken cancellationToken)
        => Target.InitiateAsync(request with { Key = prefix + request.Key }, cancellationToken);

    /// <inheritdoc/>
    public override Task<UploadedPart> UploadPartAsync(UploadPartRequest request, CancellationToken cancellationToken)
        => Target.UploadPartAsync(request with { Key = prefix + request.Key }, cancellationToken);

    /// <inheritdoc/>
    public override Task<PutResult> CompleteAsync(CompleteRequest request, CancellationToken cancellationToken)
        => Target.CompleteAsync(request with { Key = prefix + request.Key }, cancellationToken);

    /// <inheritdoc/>
    public override Task AbortAsync(string key, string uploadId, CancellationToken cancellationToken)
        => Target.AbortAsync(prefix + key, uploadId, cancellationToken);

    /// <inheritdoc/>
    public override Task<IReadOnlyList<OpenUpload>> ListUploadsAsync(string keyPrefix, CancellationToken cancellationToken)
        => prefix.Length == 0 ? Target.ListUploadsAsync(keyPrefix, cancellationToken) : ListUploadsBelowAsync(keyPrefix, cancellationToken);

    private async Task<IReadOnlyList<OpenUpload>> ListUploadsBelowAsync(string keyPrefix, CancellationToken cancellationToken)
    {
        IReadOnlyList<OpenUpload> uploads = await Target.ListUploadsAsync(prefix + keyPrefix, cancellationToken).ConfigureAwait(false);
        return [.. uploads.Select(upload => upload with { Key = upload.Key[prefix.Length..] })];
    }

    private static ObjectHead Relative(ObjectHead head, string key) => head with { Entry = head.Entry with { Key = key } };
}
