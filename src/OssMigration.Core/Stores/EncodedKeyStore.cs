using OssMigration.Core.Fidelity;

namespace OssMigration.Core.Stores;

/// <summary>
/// Shows a destination as if it held the keys that are encoded there: keys are encoded on the way in, and a listing has them decoded, at their places. So
/// all that compares and proves sees them like any others. Encoded keys are few by their nature: they are listed anew, in one piece, when a
/// listing begins.
/// </summary>
/// <param name="inner">The destination below the job's prefix.</param>
/// <param name="encoding">The form of keys.</param>
public sealed class EncodedKeyStore(IObjectStore inner, KeyEncoding encoding) : StoreDecorator(inner)
{
    /// <summary>Most encoded keys; each is held in memory.</summary>
    public const int MostKeys = 100_000;

    private const char Separator = '\n';

    private IReadOnlyList<ObjectEntry> _known = [];

    /// <inheritdoc/>
    public override StoreLimits Limits => encoding.Extended;

    /// <inheritdoc/>
    public override async Task<ListPage> ListPageAsync(ListPageRequest request, CancellationToken cancellationToken)
    {
        (string? token, string? after) = Split(request);
        if (token is null)
            Volatile.Write(ref _known, await ListEncodedAsync(cancellationToken).ConfigureAwait(false));
        ListPage page = await Inner.ListPageAsync(request with { ContinuationToken = token }, cancellationToken).ConfigureAwait(false);
        string? last = page.ContinuationToken is null ? null : page.Entries.Count > 0 ? page.Entries[^1].Key : after;

        // A page that is empty while more is to come has no place yet for anything.
        bool isOpen = page.ContinuationToken is null || page.Entries.Count > 0;
        ObjectEntry[] plain = [.. page.Entries.Where(entry => !entry.Key.StartsWith(KeyEncoding.Prefix, StringComparison.Ordinal) || !IsKnown(entry.Key))];
        ObjectEntry[] decoded = isOpen ? [.. Volatile.Read(ref _known).Where(entry => IsWithin(entry.Key, request.Prefix, after, last))] : [];
        return new ListPage(
            decoded.Length == 0 ? plain : [.. plain.Concat(decoded).OrderBy(entry => entry.Key, KeyOrder.Instance)],
            page.ContinuationToken is null ? null : $"{last}{Separator}{page.ContinuationToken}",
            page.DeclaredCount - (page.Entries.Count - plain.Length) + decoded.Length);
    }

    /// <inheritdoc/>
    public override async Task<ObjectHead?> HeadAsync(string key, CancellationToken cancellationToken)
    {
        ObjectHead? head = await Inner.HeadAsync(encoding.Encode(key), cancellationToken).ConfigureAwait(false);
        return head is null ? null : head with { Entry = head.Entry with { Key = key } };
    }

    /// <inheritdoc/>
    public override Task<TResult> ReadAsync<TResult>(
        ReadRequest request, Func<ObjectContent, CancellationToken, ValueTask<TResult>> consume, CancellationToken cancellationToken)
        => Inner.ReadAsync(
            request with { Key = encoding.Encode(request.Key) },
            (content, token) => consume(content with { Head = content.Head with { Entry = content.Head.Entry with { Key = request.Key } } }, token),
            cancellationToken);

    /// <inheritdoc/>
    public override Task<PutResult> PutAsync(PutRequest request, CancellationToken cancellationToken)
        => Target.PutAsync(request with { Key = encoding.Encode(request.Key) }, cancellationToken);

    /// <inheritdoc/>
    public override Task DeleteAsync(string key, CancellationToken cancellationToken) => Target.DeleteAsync(encoding.Encode(key), cancellationToken);

    /// <inheritdoc/>
    public override Task<string> InitiateAsync(InitiateRequest request, CancellationToken cancellationToken)
        => Target.InitiateAsync(request with { Key = encoding.Encode(request.Key) }, cancellationToken);

    /// <inheritdoc/>
    public override Task<UploadedPart> UploadPartAsync(UploadPartRequest request, CancellationToken cancellationToken)
        => Target.UploadPartAsync(request with { Key = encoding.Encode(request.Key) }, cancellationToken);

    /// <inheritdoc/>
    public override Task<PutResult> CompleteAsync(CompleteRequest request, CancellationToken cancellationToken)
        => Target.CompleteAsync(request with { Key = encoding.Encode(request.Key) }, cancellationToken);

    /// <inheritdoc/>
    public override Task AbortAsync(string key, string uploadId, CancellationToken cancellationToken)
        => Target.AbortAsync(encoding.Encode(key), uploadId, cancellationToken);

    /// <inheritdoc/>
    public override async Task<IReadOnlyList<OpenUpload>> ListUploadsAsync(string keyPrefix, CancellationToken cancellationToken)
    {
        // The engine asks for the uploads of one key; those that only begin like it may stay unseen.
        string stored = encoding.Encode(keyPrefix);
        IReadOnlyList<OpenUpload> uploads = await Target.ListUploadsAsync(stored, cancellationToken).ConfigureAwait(false);
        return stored == keyPrefix ? uploads : [.. uploads.Select(upload => upload.Key == stored ? upload with { Key = keyPrefix } : upload)];
    }

    private static (string? Token, string? After) Split(ListPageRequest request)
    {
        if (request.ContinuationToken is not { } composed)
            return (null, request.StartAfter);

        // Keys may have line feeds, tokens of stores have none.
        int at = composed.LastIndexOf(Separator);
        return (composed[(at + 1)..], at == 0 ? null : composed[..at]);
    }

    private static bool IsWithin(string key, string prefix, string? after, string? last)
        => key.StartsWith(prefix, StringComparison.Ordinal)
            && (after is null || KeyOrder.CompareKeys(key, after) > 0)
            && (last is null || KeyOrder.CompareKeys(key, last) <= 0);

    private bool IsKnown(string stored) => KeyEncoding.IsHashed(stored)
        ? Volatile.Read(ref _known).Any(entry => encoding.Encode(entry.Key) == stored)
        : encoding.Decode(stored) is not null;

    private async Task<IReadOnlyList<ObjectEntry>> ListEncodedAsync(CancellationToken cancellationToken)
    {
        List<ObjectEntry> known = [];
        string? token = null;
        do
        {
            ListPage page = await Inner.ListPageAsync(new ListPageRequest(KeyEncoding.Prefix, null, token, Inner.Limits.MaxPageSize), cancellationToken).ConfigureAwait(false);
            foreach (ObjectEntry entry in page.Entries)
            {
                if (await DecodeAsync(entry.Key, cancellationToken).ConfigureAwait(false) is { } key)
                    known.Add(entry with { Key = key });
            }

            if (known.Count > MostKeys)
            {
                throw new StoreException(
                    StoreErrorKind.NotSupported, DisplayName,
                    $"More than {MostKeys} keys are encoded. Give the destination a prefix (oss://bucket/in/), under which keys may begin with any character, or the source one that ends with the slash.")
                {
                    ConcernsEveryObject = true,
                };
            }

            token = page.ContinuationToken;
        }
        while (token is not null);
        known.Sort(static (left, right) => KeyOrder.CompareKeys(left.Key, right.Key));
        return known;
    }

    private async Task<string?> DecodeAsync(string stored, CancellationToken cancellationToken)
    {
        if (!KeyEncoding.IsHashed(stored))
            return encoding.Decode(stored);
        ObjectHead? head = await Inner.HeadAsync(stored, cancellationToken).ConfigureAwait(false);
        return head is null ? null : encoding.Decode(stored, head.Metadata.User.GetValueOrDefault(KeptNames.Key));
    }
}
