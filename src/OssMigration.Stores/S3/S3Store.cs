using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using OssMigration.Core.Fidelity;
using OssMigration.Core.Stores;
using OssMigration.Stores.Http;
using OssMigration.Stores.S3.Providers;

namespace OssMigration.Stores.S3;

/// <summary>
/// A bucket of Amazon S3 or of any server that speaks its API. Keys are full keys of the bucket: the address's prefix is
/// the business of whoever calls. Listing, HEAD and GET go over our own signed HTTP, the rest through the marshalling of
/// AWSSDK.S3 over the same HTTP, so that clock, region and keys are learnt once. User metadata is the raw header text:
/// RFC 2047 words are not decoded. Thread-safe.
/// </summary>
public sealed partial class S3Store : IObjectStore, IBucketInspector, IBucketDocuments, IVersionReader, IObjectTraitReader, IObjectRestorer, IStorageClassNames
{
    private const int MaxListBytes = 32 << 20;

    private readonly S3Client _client;

    // Most runs only read by S3, and never need it: loading it takes longer than their first requests.
    private readonly Lazy<S3Sdk> _sdk;
    private readonly EntryMaker _toEntry;

    internal S3Store(StoreAddress address, ICredentialProvider credentials, HttpTransportOptions options, Func<string, string?> environment)
    {
        _client = new S3Client(address, credentials, options, environment);
        _sdk = new Lazy<S3Sdk>(() => new S3Sdk(_client));
        _form = new S3ListingForm(Provider.Listing != ListingVersion.V1);
        _toEntry = ToEntry;
    }

    /// <summary>
    /// What S3 can hold: keys of 1 to 1,024 bytes, 5 GiB in one PUT, parts of 5 MiB to 5 GiB, 10,000 parts, objects of
    /// 5 TiB, 2 KB of user metadata. Source: Amazon S3 User Guide, "Multipart upload limits", "Object metadata".
    /// </summary>
    public static StoreLimits S3Limits { get; } = new();

    /// <inheritdoc/>
    public string DisplayName => _client.Store;

    /// <inheritdoc/>
    public StoreLimits Limits => S3Limits;

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, string> StorageClasses => Provider.StorageClasses;

    internal S3Provider Provider => _client.Provider;

    /// <summary>Opens the bucket of an address. Nothing is sent yet.</summary>
    /// <param name="address">Scheme s3.</param>
    /// <param name="options">Keys given for this process, clock, connections.</param>
    /// <exception cref="ArgumentException">No bucket, plain http that was not allowed, or a style that the endpoint cannot have.</exception>
    public static S3Store Open(StoreAddress address, StoreOpenOptions options) => Open(address, options, handler: null);

    internal static S3Store Open(StoreAddress address, StoreOpenOptions options, HttpMessageHandler? handler)
    {
        if (string.IsNullOrWhiteSpace(address.Bucket))
            throw new ArgumentException("The address of S3 names no bucket.", nameof(address));
        return OpenUnchecked(address, options, handler);
    }

    private static S3Store OpenUnchecked(StoreAddress address, StoreOpenOptions options, HttpMessageHandler? handler)
    {
        ICredentialProvider credentials = options.Credential ?? S3Credentials.Create(address.Credential, $"s3://{address.Bucket}", Environment.GetEnvironmentVariable, options.Time);
        HttpTransportOptions transport = new() { MaxConnections = options.MaxConnections, Time = options.Time, ConnectionBuffer = options.ConnectionBuffer, Handler = handler };
        return new S3Store(address, credentials, transport, Environment.GetEnvironmentVariable);
    }

    /// <inheritdoc/>
    public Task<ObjectHead?> HeadAsync(string key, CancellationToken cancellationToken) => HeadAsync(key, versionId: null, cancellationToken);

    private async Task<ObjectHead?> HeadAsync(string key, string? versionId, CancellationToken cancellationToken)
    {
        S3Request head = ObjectRequest(HttpMethod.Head, key, acceptsNotFound: true, versionId);
        head.SetHeader("x-amz-checksum-mode", "ENABLED");
        if (Provider.AcceptEncoding != AnyS3.Facts.AcceptEncoding)
            head.SetHeader("accept-encoding", Provider.AcceptEncoding);
        using HttpAnswer answer = await _client.SendAsync(head, cancellationToken).ConfigureAwait(false);
        if (answer.Status == HttpStatusCode.NotFound)
            return null;
        long size = answer.ContentLength ?? throw Error(StoreErrorKind.ServerError, "S3 answered without a length.", answer, key);
        return S3Heads.Read(answer, Provider, key, size, isWhole: true);
    }

    /// <inheritdoc/>
    public async Task<TResult> ReadAsync<TResult>(
        ReadRequest request,
        Func<ObjectContent, CancellationToken, ValueTask<TResult>> consume,
        CancellationToken cancellationToken)
    {
        S3Request get = ObjectRequest(HttpMethod.Get, request.Key, acceptsNotFound: false, request.VersionId);
        get.SetHeader("accept-encoding", Provider.AcceptEncoding);
        if (request.Range is { } range)
            get.SetHeader("range", string.Create(CultureInfo.InvariantCulture, $"bytes={range.Offset}-{range.Last}"));
        else
            get.SetHeader("x-amz-checksum-mode", "ENABLED");
        // A version that was made up for want of an ETag has spaces, and no ETag has.
        if (request.IfVersion is { } version && (version.Tag.IsDigest || !version.Value.Contains(' ', StringComparison.Ordinal)))
            get.SetHeader("if-match", $"\"{version.Value}\"");

        using HttpAnswer answer = await _client.SendAsync(get, cancellationToken).ConfigureAwait(false);
        (long length, long size) = request.Range is null ? WholeLength(answer, request.Key) : RangeLength(answer, request.Key, request.Range.Value);
        ObjectHead head = S3Heads.Read(answer, Provider, request.Key, size, isWhole: request.Range is null);
        if (request.IfVersion is { } wanted && wanted != head.Entry.Version)
            throw Error(StoreErrorKind.Changed, "S3 ignored the condition and answered with another version.", answer, request.Key);
        Stream body = answer.OpenBody(length);
        await using (body.ConfigureAwait(false))
            return await consume(new ObjectContent(head, length, body), cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        if (_sdk.IsValueCreated)
            _sdk.Value.Dispose();
        _client.Dispose();
        return ValueTask.CompletedTask;
    }

    private (long Length, long Size) WholeLength(HttpAnswer answer, string key)
    {
        if (answer.Status != HttpStatusCode.OK)
            throw Error(StoreErrorKind.ServerError, $"S3 answered a read of the whole object with status {(int)answer.Status}.", answer, key);
        long length = answer.ContentLength ?? throw Error(StoreErrorKind.ServerError, "S3 answered without a length.", answer, key);
        return (length, length);
    }

    private (long Length, long Size) RangeLength(HttpAnswer answer, string key, ByteRange range)
    {
        if (answer.Status == HttpStatusCode.PartialContent
            && ContentRangeHeaderValue.TryParse(answer.Header("Content-Range"), out ContentRangeHeaderValue? given)
            && given is { Unit: "bytes", From: { } from, To: { } to, Length: { } size }
            && from == range.Offset)
        {
            if (to == range.Last && (answer.ContentLength ?? range.Length) == range.Length)
                return (range.Length, size);
            if (to == size - 1 && to < range.Last)
                throw Error(StoreErrorKind.InvalidRequest, $"The object has {size} bytes; bytes {range.Offset} to {range.Last} were asked for.", answer, key);
        }

        throw Error(
            StoreErrorKind.ServerError,
            $"S3 was asked for bytes {range.Offset} to {range.Last} and answered with status {(int)answer.Status} and range '{answer.Header("Content-Range")}'.",
            answer,
            key);
    }

    private S3Request ObjectRequest(HttpMethod method, string key, bool acceptsNotFound = false, string? versionId = null)
    {
        RefuseKey(key, 0);
        try
        {
            return new S3Request(method, key, PercentEncoding.EncodeKey(key), versionId is null ? "" : S3Request.Encode([("versionId", versionId)])) { AcceptsNotFound = acceptsNotFound };
        }
        catch (EncoderFallbackException error)
        {
            throw NoUnicode(key, error);
        }
    }

    // An empty key would be a request on the bucket, and a DELETE of it would delete the bucket.
    private void RefuseKey(string key, long size)
    {
        if (Limits.WhyUnsupported(key, size) is { } reason)
            throw new StoreException(StoreErrorKind.InvalidRequest, DisplayName, reason) { Key = key };
    }

    private S3Request BucketRequest(params ReadOnlySpan<(string Name, string? Value)> query)
    {
        try
        {
            return S3Request.ForBucket(query);
        }
        catch (EncoderFallbackException error)
        {
            throw NoUnicode(null, error);
        }
    }

    private StoreException NoUnicode(string? key, Exception? error) =>
        new(StoreErrorKind.InvalidRequest, DisplayName, "The key has no form in UTF-8.", error) { Key = key };

    private StoreException Error(StoreErrorKind kind, string message, HttpAnswer answer, string? key) =>
        new(kind, DisplayName, message) { Key = key, HttpStatus = (int)answer.Status, RequestId = answer.Header("x-amz-request-id") };
}
