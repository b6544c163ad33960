using System.Text.Json;
using OssMigration.Core.Stores;
using Xunit;

namespace OssMigration.TestKit;

/// <summary>The plain web server that tests/servers/nginx.sh started; its JSON line is in OSSMIGRATION_TEST_WEB.</summary>
public sealed record WebServer(string Ranges, string WithoutRanges, string WithoutETags, string Folder)
{
    private const string Variable = "OSSMIGRATION_TEST_WEB";
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    /// <summary>The server; without one the test is skipped, in CI it fails.</summary>
    public static WebServer Require()
    {
        string? line = Environment.GetEnvironmentVariable(Variable);
        if (string.IsNullOrEmpty(line))
        {
            string reason = $"No web server: {Variable} not set.";
            if (Environment.GetEnvironmentVariable("CI") == "true")
                Assert.Fail(reason);
            Assert.Skip(reason);
        }

        return JsonSerializer.Deserialize<WebServer>(line, Json)!;
    }
}

/// <summary>A folder of a web server with a list of what is in it.</summary>
public sealed class WebFolder : IDisposable
{
    private readonly WebServer _server;
    private readonly string _name = $"test-{Guid.NewGuid():n}";
    private readonly List<string> _lines = [];
    private DateTime _written = new(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc);

    /// <summary>Makes it, empty.</summary>
    public WebFolder(WebServer server)
    {
        _server = server;
        Directory.CreateDirectory(Root);
        Save();
    }

    private string Root => Path.Combine(_server.Folder, "www", _name);

    /// <summary>The address of its list at one of the server's hosts.</summary>
    public StoreAddress Address(string host) => new() { Scheme = "http", Bucket = $"{new Uri(host).Authority}/{_name}/list.txt", Credential = new CredentialReference(CredentialKind.Anonymous) };

    /// <summary>Writes a file and names it in the list of a host. Each write is a second younger: a second is all that the ETags of nginx tell.</summary>
    public void Write(string host, string key, byte[] content)
    {
        string path = Path.Combine(Root, "files", key);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path, content);
        File.SetLastWriteTimeUtc(path, _written = _written.AddSeconds(1));
        Name(host, key);
    }

    /// <summary>Names a file that need not be there.</summary>
    public void Name(string host, string key)
    {
        string line = $"{host}/{_name}/files/ \t{key}";
        if (_lines.Contains(line))
            return;
        _lines.Insert(_lines.Count / 2, line);
        Save();
    }

    /// <summary>Bytes that the server has sent of a file.</summary>
    public long BytesSent(string key) => File.ReadLines(Path.Combine(_server.Folder, "access.log"))
        .Select(line => line.Split(' '))
        .Where(words => words[0] == $"/{_name}/files/{key}")
        .Sum(words => long.Parse(words[2], System.Globalization.CultureInfo.InvariantCulture));

    /// <inheritdoc/>
    public void Dispose() => Directory.Delete(Root, recursive: true);

    private void Save() => File.WriteAllText(Path.Combine(Root, "list.txt"), string.Concat(_lines.Select(line => line + "\n")));
}
