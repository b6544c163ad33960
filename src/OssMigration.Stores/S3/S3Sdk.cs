using System.Net.Http.Headers;
using System.Runtime.ExceptionServices;
using Amazon.Runtime;
using Amazon.S3;
using OssMigration.Core.Stores;
using OssMigration.Stores.Http;
using HttpClientFactory = Amazon.Runtime.HttpClientFactory;

namespace OssMigration.Stores.S3;

/// <summary>
/// AWSSDK.S3 as a marshaller: it writes requests and reads answers, and everything between goes through
/// <see cref="S3Client"/>. It knows neither endpoint nor bucket nor keys, signs nothing and retries nothing.
/// </summary>
internal sealed class S3Sdk : IDisposable
{
    /// <summary>What requests to the SDK call the bucket; the client puts the address's bucket in its place.</summary>
    public const string Bucket = "bucket";

    private const string BucketPath = "/" + Bucket;

    /// <summary>Makes the SDK's client. Nothing is sent.</summary>
    public S3Sdk(S3Client client)
    {
        AmazonS3Config config = new()
        {
            ServiceURL = "https://s3.invalid",
            ForcePathStyle = true,
            AuthenticationRegion = "us-east-1",
            MaxErrorRetry = 0,
            RequestChecksumCalculation = RequestChecksumCalculation.WHEN_REQUIRED,
            ResponseChecksumValidation = ResponseChecksumValidation.WHEN_REQUIRED,
            HttpClientFactory = new BridgeFactory(client),
        };
        Amazon = new AmazonS3Client(new AnonymousAWSCredentials(), config);
    }

    /// <summary>The SDK's client.</summary>
    public AmazonS3Client Amazon { get; }

    /// <summary>The key to give to the SDK, which takes one leading slash away.</summary>
    public static string Key(string key) => key.StartsWith('/') ? "/" + key : key;

    /// <summary>Calls the SDK; its errors become <see cref="StoreException"/>.</summary>
    /// <param name="store">The store's display name.</param>
    /// <param name="key">The full key, or null.</param>
    /// <param name="call">The call.</param>
    public async Task<T> CallAsync<T>(string store, string? key, Func<AmazonS3Client, Task<T>> call)
    {
        try
        {
            return await call(Amazon).ConfigureAwait(false);
        }
        catch (CarriedException carried)
        {
            ExceptionDispatchInfo.Throw(carried.Error);
            throw;
        }
        catch (Exception error) when (error is AmazonClientException or AmazonServiceException or ArgumentException)
        {
            // What the client did not throw, the SDK found wrong with the request or could not read in an answer.
            StoreErrorKind kind = error is AmazonUnmarshallingException ? StoreErrorKind.ServerError : StoreErrorKind.InvalidRequest;
            throw new StoreException(kind, store, $"The request failed: {error.Message.TrimEnd('.')}.", error) { Key = key };
        }
    }

    /// <inheritdoc/>
    public void Dispose() => Amazon.Dispose();

    // The SDK sends a request again where a broken connection is among the inner exceptions, whatever its retries are set
    // to. So the error is carried past it, and not as an inner exception.
    private sealed class CarriedException(StoreException error) : Exception(error.Message)
    {
        public StoreException Error { get; } = error;
    }

    private sealed class BridgeFactory(S3Client client) : HttpClientFactory
    {
        public override bool UseSDKHttpClientCaching(IClientConfig clientConfig) => false;

        public override HttpClient CreateHttpClient(IClientConfig clientConfig) =>
            new(new Bridge(client)) { Timeout = Timeout.InfiniteTimeSpan };
    }

    private sealed class Bridge(S3Client client) : HttpMessageHandler
    {
        private const int MaxAnswerBytes = 4 << 20;

        private static readonly string[] ReturnedHeaders =
            ["ETag", "x-amz-request-id", "x-amz-id-2", "x-amz-version-id", "x-amz-delete-marker", "x-amz-bucket-region"];

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            try
            {
                return await ExchangeAsync(request, cancellationToken).ConfigureAwait(false);
            }
            catch (StoreException error)
            {
                throw new CarriedException(error);
            }
        }

        private async Task<HttpResponseMessage> ExchangeAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            S3Request own = await TranslateAsync(request, cancellationToken).ConfigureAwait(false);
            using HttpAnswer answer = await client.SendAsync(own, cancellationToken).ConfigureAwait(false);
            using PooledBody body = await answer.ReadBodyAsync(MaxAnswerBytes).ConfigureAwait(false);
            // Complete answers 200 before it knows how it ends.
            if (body.Length > 0 && AnswerXml.TryLoad(body) is { } root && root.Name.LocalName == "Error")
                throw client.ErrorIn(answer, root, own);

            HttpResponseMessage response = new(answer.Status) { RequestMessage = request, Content = new ByteArrayContent(body.Span.ToArray()) };
            response.Content.Headers.TryAddWithoutValidation("Content-Type", answer.Header("Content-Type") ?? "application/xml");
            foreach (string name in ReturnedHeaders)
            {
                if (answer.Header(name) is { } value)
                    response.Headers.TryAddWithoutValidation(name, value);
            }

            return response;
        }

        private static async Task<S3Request> TranslateAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            string path = request.RequestUri!.AbsolutePath;
            string encodedKey = path.Length > BucketPath.Length ? path[(BucketPath.Length + 1)..] : "";
            S3Request own = new(
                request.Method,
                encodedKey.Length == 0 ? null : Uri.UnescapeDataString(encodedKey),
                encodedKey,
                S3Request.Canonical(request.RequestUri.Query.TrimStart('?')))
            {
                Body = request.Content is null ? null : await request.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false),
            };
            // Not validated: parsed headers come out in another order than they were put in.
            foreach ((string name, HeaderStringValues values) in request.Headers.NonValidated)
                Copy(own, name, values);
            if (request.Content is not null)
            {
                foreach ((string name, HeaderStringValues values) in request.Content.Headers.NonValidated)
                    Copy(own, name, values);
            }

            return own;
        }

        private static void Copy(S3Request own, string name, HeaderStringValues values)
        {
            name = name.ToLowerInvariant();
            bool isOfTheWay = name is "host" or "expect" or "user-agent" or "authorization" or "content-length" or "amz-sdk-invocation-id" or "amz-sdk-request";
            if (!isOfTheWay)
                own.SetHeader(name, values.ToString());
        }
    }
}
