using System.Globalization;
using System.Net;
using System.Text.Json;
using OssMigration.Core.Stores;
using OssMigration.Stores.Http;

namespace OssMigration.Stores.Oss;

/// <summary>
/// Keys of the RAM role of a virtual machine, from its metadata service. The service is plain http on a link-local
/// address by design. Source: "Instance RAM roles" of the ECS documentation.
/// </summary>
internal static class EcsRole
{
    private const string Service = "http://100.100.100.200";
    private const int MaxAnswerBytes = 64 * 1024;

    /// <summary>Fetches keys of a role.</summary>
    /// <exception cref="StoreException">Credential: no role of that name, or no such service.</exception>
    public static async ValueTask<LeasedCredential> FetchAsync(
        string role, string store, OssCredentialSources sources, CancellationToken cancellationToken)
    {
        try
        {
            using HttpTransport transport = new(
                store,
                isLoopback: true,
                new HttpTransportOptions
                {
                    MaxConnections = 1,
                    Time = sources.Time,
                    IdleTimeout = TimeSpan.FromSeconds(5),
                    Handler = sources.MetadataHandler is null ? null : new BorrowedHandler(sources.MetadataHandler),
                });
            string? session = await OpenSessionAsync(transport, cancellationToken).ConfigureAwait(false);
            using HttpRequestMessage request = new(
                HttpMethod.Get,
                $"{Service}/latest/meta-data/ram/security-credentials/{PercentEncoding.EncodeValue(role)}");
            if (session is not null)
                request.Headers.TryAddWithoutValidation("X-aliyun-ecs-metadata-token", session);
            using HttpAnswer answer = await transport.SendAsync(request, null, cancellationToken).ConfigureAwait(false);
            if (answer.Status != HttpStatusCode.OK)
                throw None(store, $"the metadata service answered with status {(int)answer.Status}", null);
            using PooledBody body = await answer.ReadBodyAsync(MaxAnswerBytes).ConfigureAwait(false);
            return Read(body, store);
        }
        catch (StoreException error) when (error.Kind == StoreErrorKind.Network)
        {
            throw None(store, "the metadata service cannot be reached", error);
        }
    }

    // Machines may insist on a session token; old ones do not know it.
    private static async Task<string?> OpenSessionAsync(HttpTransport transport, CancellationToken cancellationToken)
    {
        using HttpRequestMessage request = new(HttpMethod.Put, $"{Service}/latest/api/token");
        request.Headers.TryAddWithoutValidation("X-aliyun-ecs-metadata-token-ttl-seconds", "60");
        using HttpAnswer answer = await transport.SendAsync(request, null, cancellationToken).ConfigureAwait(false);
        if (!answer.IsSuccess)
            return null;
        using PooledBody body = await answer.ReadBodyAsync(MaxAnswerBytes).ConfigureAwait(false);
        return System.Text.Encoding.ASCII.GetString(body.Span).Trim();
    }

    private static LeasedCredential Read(PooledBody body, string store)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(body.AsStream());
            JsonElement root = document.RootElement;
            string id = root.GetProperty("AccessKeyId").GetString()!;
            string secret = root.GetProperty("AccessKeySecret").GetString()!;
            string token = root.GetProperty("SecurityToken").GetString()!;
            DateTimeOffset expires = DateTimeOffset.Parse(
                root.GetProperty("Expiration").GetString()!, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);
            return new LeasedCredential(new StoreCredential(id, secret, token), expires);
        }
        catch (Exception error) when (error is JsonException or KeyNotFoundException or InvalidOperationException or FormatException or ArgumentNullException)
        {
            // The cause could quote the answer, which holds keys.
            throw None(store, "the answer of the metadata service cannot be understood", null);
        }
    }

    private static StoreException None(string store, string why, Exception? cause) =>
        new(StoreErrorKind.Credential, store, $"No keys of the RAM role that ALIBABA_CLOUD_ECS_METADATA names: {why}.", cause);

    private sealed class BorrowedHandler(HttpMessageHandler inner) : HttpMessageHandler
    {
        private readonly HttpMessageInvoker _inner = new(inner, disposeHandler: false);

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            _inner.SendAsync(request, cancellationToken);
    }
}
