using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using OssMigration.Core.Stores;

namespace OssMigration.EndToEnd.Tests;

/// <summary>What a runbook sees of Azure's managed identity and of a key vault: two addresses that answer as documented, and only to who may ask.</summary>
internal sealed class KeyVaultStub : IDisposable
{
    public const string Header = "a-header-of-the-sandbox";
    private const string Token = "a-token-of-the-identity";

    private readonly HttpListener _listener = new();
    private readonly Dictionary<string, StoreCredential> _secrets;
    private readonly ConcurrentQueue<string> _answered = new();
    private readonly string _address;

    public KeyVaultStub(params (string Name, StoreCredential Keys)[] secrets)
    {
        _secrets = secrets.ToDictionary(secret => secret.Name, secret => secret.Keys);
        _address = FormattableString.Invariant($"http://127.0.0.1:{FreePort()}/");
        _listener.Prefixes.Add(_address);
        _listener.Start();
        _ = ServeAsync();
    }

    public string Identity => _address + "identity";

    public string Vault => _address + "vault";

    /// <summary>What was answered, in order.</summary>
    public IReadOnlyList<string> Answered => [.. _answered];

    public void Dispose() => _listener.Close();

    private async Task ServeAsync()
    {
        try
        {
            while (true)
                Answer(await _listener.GetContextAsync());
        }
        catch (Exception exception) when (exception is HttpListenerException or ObjectDisposedException)
        {
            // Closed.
        }
    }

    private void Answer(HttpListenerContext context)
    {
        string path = context.Request.Url!.AbsolutePath;
        string name = path[(path.LastIndexOf('/') + 1)..];
        string? json = path switch
        {
            "/identity" when context.Request.Headers["X-IDENTITY-HEADER"] == Header && context.Request.QueryString["resource"] == "https://vault.azure.net" =>
                JsonSerializer.Serialize(new { access_token = Token, token_type = "Bearer" }),
            _ when path == "/vault/secrets/" + name && context.Request.Headers["Authorization"] == "Bearer " + Token && context.Request.QueryString["api-version"] is not null
                && _secrets.TryGetValue(name, out StoreCredential? keys) =>
                JsonSerializer.Serialize(new { value = JsonSerializer.Serialize(new { keys.AccessKeyId, SecretAccessKey = keys.AccessKeySecret }), id = "any" }),
            _ => null,
        };
        context.Response.StatusCode = json is null ? 401 : 200;
        if (json is not null)
        {
            _answered.Enqueue(path == "/identity" ? "token" : "secret " + name);
            context.Response.OutputStream.Write(Encoding.UTF8.GetBytes(json));
        }

        context.Response.Close();
    }

    private static int FreePort()
    {
        using TcpListener probe = new(IPAddress.Loopback, 0);
        probe.Start();
        return ((IPEndPoint)probe.LocalEndpoint).Port;
    }
}
