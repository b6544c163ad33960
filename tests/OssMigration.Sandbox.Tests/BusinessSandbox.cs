using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using OssMigration.Sandbox.Business;
using OssMigration.Sandbox.Hosting;
using OssMigration.Sandbox.Oss.Website;
using OssMigration.Sandbox.S3;
using OssMigration.Sandbox.Storage;

namespace OssMigration.Sandbox.Tests;

/// <summary>A sandbox with a link and a live business, led through the admin API as a runbook does it.</summary>
internal sealed class BusinessSandbox : IAsyncDisposable
{
    public const int Population = 120;
    public const int ObjectSize = 3000;

    private readonly HttpClient _admin = new(new SocketsHttpHandler { UseProxy = false });
    private readonly Oss.OssSide _oss;

    private BusinessSandbox(SandboxHost host, Oss.OssSide oss)
    {
        Host = host;
        _oss = oss;
        Source = new BusinessClient(host.S3, host.S3Endpoint, new BusinessPlace { Bucket = "source" }, 8);
        Destination = new BusinessClient(host.Oss, host.OssEndpoint, new BusinessPlace { Bucket = "destination", Prefix = "moved/" }, 8);
        _admin.BaseAddress = new Uri(host.AdminEndpoint);
    }

    public SandboxHost Host { get; }

    /// <summary>The old provider, directly.</summary>
    public BusinessClient Source { get; }

    /// <summary>OSS, directly.</summary>
    public BusinessClient Destination { get; }

    private static CancellationToken Aborted => TestContext.Current.CancellationToken;

    /// <summary>Starts a sandbox whose source holds some objects.</summary>
    public static async Task<BusinessSandbox> StartAsync(string? link = "25MB/s,2ms")
    {
        string[] arguments = ["--s3-bucket", "source", "--s3-bucket", "large=synthetic:flat,count=4,size=50000000", "--oss-bucket", "destination"];
        SandboxOptions options = SandboxOptions.Parse(link is null ? arguments : [.. arguments, "--link", link]);
        var oss = new Oss.OssSide();
        SandboxHost host = await SandboxHost.StartAsync(options, new S3Handler(), oss, TimeProvider.System);
        var sandbox = new BusinessSandbox(host, oss);
        for (int i = 0; i < Population; i++)
            await sandbox.Source.WriteAsync(KeyAt(i), Bytes(i), Aborted);
        return sandbox;
    }

    /// <summary>A key that is there at the beginning.</summary>
    public static string KeyAt(int number) => $"old/a b+ñ {number.ToString("d4", CultureInfo.InvariantCulture)}";

    /// <summary>Starts the business.</summary>
    public Task<JsonElement> BeginAsync(string more = "") => PostAsync(
        "/business",
        """
        {"source":{"bucket":"source"},"destination":{"bucket":"destination","prefix":"moved/"},"operationsPerSecond":200,
        "minimumBytes":1000,"maximumBytes":4000,"reads":60,"creates":15,"overwrites":15,"deletes":10,"needBytesPerSecond":500000,"seed":7
        """ + more + "}");

    /// <summary>Goes over to a phase.</summary>
    public Task<JsonElement> PhaseAsync(string phase) => PostAsync("/business/phase", $"{{\"phase\":\"{phase}\"}}");

    /// <summary>Holds OSS against what the business knows; it must be stopped.</summary>
    public Task<JsonElement> VerifyAsync() => PostAsync("/business/verify", "{}");

    /// <summary>The numbers.</summary>
    public Task<JsonElement> ReportAsync(string query = "") => GetAsync("/business" + query);

    /// <summary>POST of JSON to the admin API; a refusal is an InvalidOperationException with its text.</summary>
    public async Task<JsonElement> PostAsync(string path, string json)
    {
        using var content = new StringContent(json, Encoding.UTF8, "application/json");
        using HttpResponseMessage answer = await _admin.PostAsync(new Uri(path, UriKind.Relative), content, Aborted);
        return await ReadAsync(answer);
    }

    /// <summary>Waits until the business has done this much in a phase.</summary>
    public Task<JsonElement> UntilAsync(string phase, string what, int atLeast) => GetAsync($"/business/when?phase={phase}&count={what}&atLeast={atLeast}");

    /// <summary>Copies what is not at OSS yet, and overwrites nothing.</summary>
    public async Task MigrateAsync()
    {
        HashSet<string> there = [];
        await foreach (ListedObject listed in Destination.ListAsync(Aborted))
            there.Add(listed.Key);
        await foreach (ListedObject listed in Source.ListAsync(Aborted))
        {
            if (there.Contains(listed.Key))
                continue;
            byte[] bytes = new byte[listed.Size];
            await Source.ReadAsync(listed.Key, bytes, Aborted);
            await Destination.WriteAsync(listed.Key, bytes, Aborted);
        }
    }

    /// <summary>Lets OSS fetch what is missing from the old provider, or not any more.</summary>
    public void Mirror(bool isOn)
    {
        Assert.True(Host.Oss.Buckets.TryGet("destination", out Bucket? bucket));
        bucket.Documents.TryRemove(WebsiteDocuments.Name, out _);
        if (!isOn)
            return;
        Side s3 = Host.S3;
        string auth = $"<MirrorAuth><AuthType>S3V4</AuthType><Region>{s3.Region}</Region><AccessKeyId>{s3.AccessKeyId}</AccessKeyId><AccessKeySecret>{s3.AccessKeySecret}</AccessKeySecret></MirrorAuth>";
        bucket.Documents[WebsiteDocuments.Name] = OssWebsiteTests.Mirror($"{Host.S3Endpoint}/source/", "moved/", auth + "<ReplaceKeyPrefixWith></ReplaceKeyPrefixWith><EnableReplacePrefix>true</EnableReplacePrefix>");
    }

    /// <summary>Runs the whole life of a business up to its end.</summary>
    public async Task LiveAsync()
    {
        await BeginAsync();
        await UntilAsync("source", "deletes", 8);
        await PhaseAsync("frozen");
        await UntilAsync("frozen", "heldBack", 5);
        await MigrateAsync();
        Mirror(true);
        await PhaseAsync("oss");
        await UntilAsync("oss", "overwrites", 10);
        await MigrateAsync();
        Mirror(false);
        await PhaseAsync("settled");
        await UntilAsync("settled", "deletes", 8);
        await PhaseAsync("stopped");
    }

    public async ValueTask DisposeAsync()
    {
        Source.Dispose();
        Destination.Dispose();
        _admin.Dispose();
        await Host.DisposeAsync();
        _oss.Dispose();
    }

    private static byte[] Bytes(int seed)
    {
        byte[] bytes = new byte[ObjectSize];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    private async Task<JsonElement> GetAsync(string path)
    {
        using HttpResponseMessage answer = await _admin.GetAsync(new Uri(path, UriKind.Relative), Aborted);
        return await ReadAsync(answer);
    }

    private static async Task<JsonElement> ReadAsync(HttpResponseMessage answer)
    {
        string text = await answer.Content.ReadAsStringAsync(Aborted);
        if (answer.StatusCode == HttpStatusCode.NoContent)
            return default;
        JsonElement json = JsonDocument.Parse(text).RootElement;
        return answer.IsSuccessStatusCode ? json : throw new InvalidOperationException(json.GetProperty("error").GetString());
    }
}
