using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using System.Xml;
using Azure;
using Azure.Storage.Blobs.Models;
using OssMigration.Core.Fidelity;
using OssMigration.Core.Stores;
using OssMigration.Stores.Http;

namespace OssMigration.Stores.Azure;

/// <summary>
/// A container of Azure Blob Storage, to read from. Block, append and page blobs are read alike, as their bytes (of a page blob the empty
/// pages too). Snapshots, older versions and deleted blobs are not listed. Keys are full names: the address's prefix is the business of
/// whoever calls. Thread-safe.
/// </summary>
public sealed class AzureStore : IObjectReader, IObjectTagReader
{
    private readonly AzureClient _client;
    private readonly AzureSdk _sdk;

    internal AzureStore(StoreAddress address, ICredentialProvider credentials, HttpTransportOptions options)
    {
        _client = new AzureClient(address, credentials, options);
        _sdk = new AzureSdk(_client);
    }

    /// <summary>
    /// What Azure can hold: names of 1 to 1,024 characters, 5,000 blobs a page, 8 KiB of metadata. Source: "Naming and referencing containers,
    /// blobs, and metadata", "List Blobs", "Setting and retrieving properties and metadata for blob resources".
    /// </summary>
    public static StoreLimits AzureLimits { get; } = new() { MaxKeyBytes = 4 * 1024, MaxPageSize = 5000, MaxObjectBytes = long.MaxValue, MaxMetadataBytes = 8192 };

    /// <inheritdoc/>
    public string DisplayName => _client.Store;

    /// <inheritdoc/>
    public StoreLimits Limits => AzureLimits;

    /// <summary>Opens the container of an address. Nothing is sent yet.</summary>
    /// <param name="address">Scheme azblob; the bucket is <c>account/container</c>.</param>
    /// <param name="options">Keys given for this process, clock, connections.</param>
    /// <exception cref="ArgumentException">Plain http that was not allowed, or an endpoint that is none.</exception>
    public static AzureStore Open(StoreAddress address, StoreOpenOptions options)
    {
        ICredentialProvider credentials = options.Credential ?? AzureCredentials.Create(address, Environment.GetEnvironmentVariable, options.Time);
        return new AzureStore(address, credentials, new HttpTransportOptions { MaxConnections = options.MaxConnections, Time = options.Time, ConnectionBuffer = options.ConnectionBuffer });
    }

    /// <inheritdoc/>
    public async Task<ListPage> ListPageAsync(ListPageRequest request, CancellationToken cancellationToken)
    {
        // Azure begins with the name itself, so the one that was asked to be left out is on the page.
        string? after = request.ContinuationToken is null && request.StartAfter is { Length: > 0 } start ? start : null;
        ListPage page = await ListPageAsync(request, after, cancellationToken).ConfigureAwait(false);
        if (after is null || page.Entries is not [{ Key: var first }, ..] || first != after)
            return page;
        page = new ListPage([.. page.Entries.Skip(1)], page.ContinuationToken, page.DeclaredCount - 1);
        return page is { Entries.Count: 0, ContinuationToken: { } next }
            ? await ListPageAsync(request with { ContinuationToken = next }, startFrom: null, cancellationToken).ConfigureAwait(false)
            : page;
    }

    /// <inheritdoc/>
    public async Task<ObjectHead?> HeadAsync(string key, CancellationToken cancellationToken)
    {
        try
        {
            Response<BlobProperties> answer = await CallAsync(key, sdk => sdk.Blob(key).GetPropertiesAsync(conditions: null, cancellationToken)).ConfigureAwait(false);
            return AzureHeads.Head(key, answer.Value);
        }
        catch (StoreException error) when (error.Kind == StoreErrorKind.NotFound)
        {
            return null;
        }
    }

    /// <inheritdoc/>
    public async Task<TResult> ReadAsync<TResult>(
        ReadRequest request,
        Func<ObjectContent, CancellationToken, ValueTask<TResult>> consume,
        CancellationToken cancellationToken)
    {
        BlobDownloadOptions options = new() { Conditions = request.IfVersion is { } version ? new BlobRequestConditions { IfMatch = new ETag(version.Value) } : null };
        if (request.Range is { } range)
            options.Range = new HttpRange(range.Offset, range.Length);
        Response<BlobDownloadStreamingResult> answer = await CallAsync(request.Key, sdk => sdk.Blob(request.Key).DownloadStreamingAsync(options, cancellationToken)).ConfigureAwait(false);
        Stream body = answer.Value.Content;
        await using (body.ConfigureAwait(false))
        {
            Response raw = answer.GetRawResponse();
            BlobDownloadDetails details = answer.Value.Details;
            long length = raw.Headers.ContentLengthLong ?? throw Error(StoreErrorKind.ServerError, "Azure answered without a length.", raw, request.Key);
            long size = request.Range is null ? WholeSize(raw, length, request.Key) : RangeSize(raw, length, request.Range.Value, request.Key);
            ObjectHead head = AzureHeads.Head(
                request.Key, size, details, request.Range is null, raw.Headers.TryGetValue("x-ms-access-tier", out string? tier) ? tier : null);
            if (request.IfVersion is { } wanted && wanted != head.Entry.Version)
                throw Error(StoreErrorKind.Changed, "Azure ignored the condition and answered with another version.", raw, request.Key);
            return await consume(new ObjectContent(head, length, body), cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>The index tags of a blob. Source: REST API reference, "Get Blob Tags".</summary>
    public async Task<IReadOnlyList<KeyValuePair<string, string>>> ReadTagsAsync(string key, CancellationToken cancellationToken)
    {
        Response<GetBlobTagResult> answer = await CallAsync(key, sdk => sdk.Blob(key).GetTagsAsync(conditions: null, cancellationToken)).ConfigureAwait(false);
        return [.. answer.Value.Tags];
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        _sdk.Dispose();
        _client.Dispose();
        return ValueTask.CompletedTask;
    }

    private async Task<ListPage> ListPageAsync(ListPageRequest request, string? startFrom, CancellationToken cancellationToken)
    {
        GetBlobsOptions options = new() { Prefix = request.Prefix.Length > 0 ? request.Prefix : null, StartFrom = startFrom };
        return await CallAsync(null, async sdk =>
        {
            await foreach (Page<BlobItem> page in sdk.Container.GetBlobsAsync(options, cancellationToken).AsPages(request.ContinuationToken, request.MaxKeys).ConfigureAwait(false))
                return new ListPage([.. page.Values.Select(AzureHeads.Entry)], string.IsNullOrEmpty(page.ContinuationToken) ? null : page.ContinuationToken, page.Values.Count);
            throw AnswerXml.NotUnderstood(DisplayName, null, null);
        }).ConfigureAwait(false);
    }

    private async Task<T> CallAsync<T>(string? key, Func<AzureSdk, Task<T>> call)
    {
        if (key is not null && Limits.WhyUnsupported(key, 0) is { } reason)
            throw new StoreException(StoreErrorKind.InvalidRequest, DisplayName, reason) { Key = key };
        try
        {
            return await _sdk.CallAsync(call).ConfigureAwait(false);
        }
        catch (EncoderFallbackException error)
        {
            throw new StoreException(StoreErrorKind.InvalidRequest, DisplayName, "The key has no form in UTF-8.", error) { Key = key };
        }
        catch (Exception error) when (error is RequestFailedException or XmlException or FormatException or OverflowException or InvalidOperationException or ArgumentException
            or NullReferenceException or IndexOutOfRangeException or KeyNotFoundException)
        {
            // What the client did not throw, the SDK could not read in an answer. Its text quotes all headers, so it is not passed on.
            throw AnswerXml.NotUnderstood(DisplayName, key, null);
        }
    }

    private long WholeSize(Response answer, long length, string key) => answer.Status == 200
        ? length
        : throw Error(StoreErrorKind.ServerError, $"Azure answered a read of the whole blob with status {answer.Status}.", answer, key);

    private long RangeSize(Response answer, long length, ByteRange range, string key)
    {
        answer.Headers.TryGetValue("Content-Range", out string? text);
        // What Azure refuses with 416, servers that imitate it answer with a range of no byte.
        if (long.TryParse(text?[(text.LastIndexOf('/') + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out long whole) && range.Last >= whole)
            throw Error(StoreErrorKind.InvalidRequest, $"The blob has {whole} bytes; bytes {range.Offset} to {range.Last} were asked for.", answer, key);
        if (answer.Status == 206 && ContentRangeHeaderValue.TryParse(text, out ContentRangeHeaderValue? given)
            && given is { Unit: "bytes", From: { } from, To: { } to, Length: { } size } && from == range.Offset && to == range.Last && length == range.Length)
            return size;
        throw Error(StoreErrorKind.ServerError, $"Azure was asked for bytes {range.Offset} to {range.Last} and answered with status {answer.Status} and range '{text}'.", answer, key);
    }

    private StoreException Error(StoreErrorKind kind, string message, Response answer, string key)
        => new(kind, DisplayName, message) { Key = key, HttpStatus = answer.Status, RequestId = answer.Headers.RequestId };
}
