using System.Net.Http.Headers;
using System.Text;
using Azure.Core.Pipeline;
using Azure.Storage.Blobs;
using OssMigration.Core.Stores;
using OssMigration.Stores.Http;

namespace OssMigration.Stores.Azure;

/// <summary>
/// Azure.Storage.Blobs as a marshaller: it writes requests and reads answers, and everything between goes through
/// <see cref="AzureClient"/>. It knows neither account nor container nor keys, authorises nothing and retries nothing. A name goes
/// through it in hexadecimal, because its URIs fold <c>a/../b</c>.
/// </summary>
internal sealed class AzureSdk : IDisposable
{
    private static readonly AsyncLocal<AnswerBox?> Taken = new();
    private static readonly UTF8Encoding StrictUtf8 = new(false, throwOnInvalidBytes: true);
    private readonly HttpClient _http;

    /// <summary>Makes the SDK's client. Nothing is sent.</summary>
    public AzureSdk(AzureClient client)
    {
        _http = new HttpClient(new Bridge(client)) { Timeout = Timeout.InfiniteTimeSpan };
        BlobClientOptions options = new(BlobClientOptions.ServiceVersion.V2026_02_06) { Transport = new HttpClientTransport(_http) };
        options.Retry.MaxRetries = 0;
        options.Retry.NetworkTimeout = Timeout.InfiniteTimeSpan;
        options.Diagnostics.IsLoggingEnabled = false;
        options.Diagnostics.IsTelemetryEnabled = false;
        options.Diagnostics.IsDistributedTracingEnabled = false;
        Container = new BlobContainerClient(new Uri("https://azure.invalid/container"), options);
    }

    /// <summary>The SDK's client of the container.</summary>
    public BlobContainerClient Container { get; }

    /// <summary>The SDK's client of a blob.</summary>
    /// <exception cref="EncoderFallbackException">The key has no form in UTF-8.</exception>
    public BlobClient Blob(string key) => Container.GetBlobClient(Convert.ToHexString(StrictUtf8.GetBytes(key)));

    /// <summary>
    /// One call of the SDK. It takes a body out of its answer before it reads the headers, and lets both go where it fails to understand these:
    /// the answer is disposed then.
    /// </summary>
    public async Task<T> CallAsync<T>(Func<AzureSdk, Task<T>> call)
    {
        AnswerBox taken = new();
        Taken.Value = taken;
        try
        {
            return await call(this).ConfigureAwait(false);
        }
        catch
        {
            taken.Answer?.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    private sealed class AnswerBox
    {
        public HttpAnswer? Answer { get; set; }
    }

    private sealed class Bridge(AzureClient client) : HttpMessageHandler
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            AzureRequest own = Translate(request);
            HttpAnswer answer = await client.SendAsync(own, cancellationToken).ConfigureAwait(false);
            if (Taken.Value is { } taken)
                taken.Answer = answer;
            return answer.ToMessage(request);
        }

        private static AzureRequest Translate(HttpRequestMessage request)
        {
            string[] path = request.RequestUri!.AbsolutePath.Split('/', 3, StringSplitOptions.RemoveEmptyEntries);
            string? key = path.Length < 2 ? null : Encoding.UTF8.GetString(Convert.FromHexString(path[1]));
            AzureRequest own = new(request.Method, key, request.RequestUri.Query.TrimStart('?'));
            foreach ((string name, HeaderStringValues values) in request.Headers.NonValidated)
            {
                bool isOfTheWay = name.ToLowerInvariant() is "host" or "user-agent" or "x-ms-version" or "x-ms-date" or "authorization";
                if (!isOfTheWay)
                    own.Headers.Add(new(name, values.ToString()));
            }

            return own;
        }
    }
}
