using System.Net;
using System.Net.Sockets;
using System.Text;
using OssMigration.ModuleTests.Support;

namespace OssMigration.ModuleTests;

/// <summary>The forms in which keys of Azure are given, seen from what a server is sent.</summary>
public sealed class AzureCredentialTests
{
    [Theory]
    [InlineData("-Credential ([pscredential]::new('account', [System.Net.NetworkCredential]::new('', 'a2V5').SecurePassword))", "authorization: SharedKey account:")]
    [InlineData("-Credential ([pscredential]::new('account', [System.Net.NetworkCredential]::new('', '?sp=rl&sig=abc').SecurePassword))", "&sp=rl&sig=abc HTTP/1.1")]
    [InlineData("-CredentialScript { '?sp=rl&sig=abc' }", "&sp=rl&sig=abc HTTP/1.1")]
    [InlineData("-CredentialScript { [pscustomobject]@{ Token = [System.Net.NetworkCredential]::new('', 'abc').SecurePassword; ExpiresOn = [DateTimeOffset]::UtcNow.AddHours(1) } }", "authorization: Bearer abc")]
    [InlineData("-CredentialScript { @{ AccessToken = 'abc' } }", "authorization: Bearer abc")]
    [InlineData("-Anonymous", "GET /account/photos?")]
    public async Task Keys_of_Azure_reach_the_service_and_no_text(string given, string sent)
    {
        using TcpListener server = new(IPAddress.Loopback, 0);
        server.Start();
        Task<string> request = AnswerOnceAsync(server);
        using Session session = new();

        string shown = session.Run($$"""
            $address = New-MigrationAddress azblob://account/photos -Endpoint http://127.0.0.1:{{((IPEndPoint)server.LocalEndpoint).Port}} {{given}}
            $check = Test-MigrationAddress $address -Detailed
            "$address $($address.Credential) $($check.CanList) $($check.Problems)"
            """).Single().ToString();

        Assert.Contains(sent, await request, StringComparison.OrdinalIgnoreCase);
        Assert.Contains(" True ", shown, StringComparison.Ordinal);
        Assert.DoesNotContain("abc", shown, StringComparison.Ordinal);
    }

    // An empty listing, once: it has no object whose reading would be tried.
    private static async Task<string> AnswerOnceAsync(TcpListener server)
    {
        using TcpClient client = await server.AcceptTcpClientAsync(TestContext.Current.CancellationToken);
        byte[] buffer = new byte[8192];
        int length = 0;
        do
            length += await client.GetStream().ReadAsync(buffer.AsMemory(length), TestContext.Current.CancellationToken);
        while (!Encoding.Latin1.GetString(buffer, 0, length).Contains("\r\n\r\n", StringComparison.Ordinal));
        const string Body = "<?xml version=\"1.0\"?><EnumerationResults><Blobs/><NextMarker/></EnumerationResults>";
        await client.GetStream().WriteAsync(Encoding.Latin1.GetBytes($"HTTP/1.1 200 OK\r\nContent-Type: application/xml\r\nConnection: close\r\nContent-Length: {Body.Length}\r\n\r\n{Body}"), TestContext.Current.CancellationToken);
        return Encoding.Latin1.GetString(buffer, 0, length);
    }
}
