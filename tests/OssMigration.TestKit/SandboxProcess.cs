using System.Diagnostics;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Serialization;
using OssMigration.Core.Stores;

namespace OssMigration.TestKit;

/// <summary>One of the two clouds of the sandbox.</summary>
public enum SandboxSide
{
    /// <summary>The S3 side.</summary>
    S3,

    /// <summary>The OSS side.</summary>
    Oss,
}

/// <summary>
/// A running sandbox: its addresses, keys and admin API. Make one per test assembly (an assembly fixture) and a bucket per
/// test. It ends with the test process, and when it is disposed.
/// </summary>
public sealed class SandboxProcess : IAsyncDisposable
{
    private const string Program = "out/OssMigration.Sandbox/OssMigration.Sandbox.dll";
    private static readonly TimeSpan StartTimeout = TimeSpan.FromSeconds(60);
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull };

    private readonly Process _process;
    private readonly HttpClient _admin;

    private SandboxProcess(Process process, Announcement announcement)
    {
        _process = process;
        S3Endpoint = new Uri(announcement.S3.Endpoint);
        S3Region = announcement.S3.Region;
        S3Keys = new StoreCredential(announcement.S3.AccessKeyId, announcement.S3.SecretAccessKey!);
        OssEndpoint = new Uri(announcement.Oss.Endpoint);
        OssRegion = announcement.Oss.Region;
        OssKeys = new StoreCredential(announcement.Oss.AccessKeyId, announcement.Oss.AccessKeySecret!);
        AdminEndpoint = new Uri(announcement.Admin);
        _admin = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = AdminEndpoint };
    }

    /// <summary>The process.</summary>
    public int ProcessId => _process.Id;

    /// <summary>Where the S3 side listens.</summary>
    public Uri S3Endpoint { get; }

    /// <summary>Its region.</summary>
    public string S3Region { get; }

    /// <summary>Its keys.</summary>
    public StoreCredential S3Keys { get; }

    /// <summary>Where the OSS side listens.</summary>
    public Uri OssEndpoint { get; }

    /// <summary>Its region.</summary>
    public string OssRegion { get; }

    /// <summary>Its keys.</summary>
    public StoreCredential OssKeys { get; }

    /// <summary>Where the admin API listens.</summary>
    public Uri AdminEndpoint { get; }

    /// <summary>Starts a sandbox out of the build and waits until it is ready.</summary>
    /// <param name="arguments">Further options, for example <c>--s3-bucket name=folder:PATH</c>.</param>
    /// <exception cref="InvalidOperationException">There is no build, or it did not start; the message holds what it said.</exception>
    public static async Task<SandboxProcess> StartAsync(params string[] arguments)
    {
        ProcessStartInfo start = new("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        foreach (string argument in (string[])[FindProgram(), "--parent", Environment.ProcessId.ToString(System.Globalization.CultureInfo.InvariantCulture), .. arguments])
            start.ArgumentList.Add(argument);
        Process process = Process.Start(start) ?? throw new InvalidOperationException("The sandbox did not start.");
        using CancellationTokenSource timeout = new(StartTimeout);
        try
        {
            string? line = await process.StandardOutput.ReadLineAsync(timeout.Token);
            if (line is null)
                throw new InvalidOperationException($"The sandbox ended: {await process.StandardError.ReadToEndAsync(timeout.Token)}");
            Announcement announcement = JsonSerializer.Deserialize<Announcement>(line, Json)
                ?? throw new InvalidOperationException($"The sandbox said: {line}");
            // Whoever does not read stops the writer when the pipe is full.
            _ = process.StandardOutput.BaseStream.CopyToAsync(Stream.Null, CancellationToken.None);
            _ = process.StandardError.BaseStream.CopyToAsync(Stream.Null, CancellationToken.None);
            return new SandboxProcess(process, announcement);
        }
        catch
        {
            Kill(process);
            process.Dispose();
            throw;
        }
    }

    /// <summary>A name that no other test has.</summary>
    public static string NewBucketName() => $"test-{Guid.NewGuid():n}";

    /// <summary>Makes a bucket and gives its address.</summary>
    public async Task<StoreAddress> CreateBucketAsync(SandboxSide side, SandboxBucket? bucket = null)
    {
        bucket ??= new SandboxBucket();
        await PostAsync("/buckets", new { side = Name(side), bucket.Name, bucket.Folder, bucket.Synthetic, bucket.Versioning, bucket.EtagStyle, bucket.Habits });
        return Address(side, bucket.Name);
    }

    /// <summary>The address of a bucket, there or not.</summary>
    public StoreAddress Address(SandboxSide side, string bucket, string prefix = "") => new()
    {
        Scheme = Name(side),
        Bucket = bucket,
        Prefix = prefix,
        Endpoint = side == SandboxSide.S3 ? S3Endpoint : OssEndpoint,
        Region = side == SandboxSide.S3 ? S3Region : OssRegion,
        AddressingStyle = AddressingStyle.Path,
    };

    /// <summary>The keys of a side, for <see cref="StoreOpenOptions.Credential"/>.</summary>
    public ICredentialProvider Credential(SandboxSide side) => new FixedCredentialProvider(side == SandboxSide.S3 ? S3Keys : OssKeys);

    /// <summary>What both sides were asked for since the start or the last reset.</summary>
    public async Task<SandboxStatistics> GetStatisticsAsync() =>
        await _admin.GetFromJsonAsync<SandboxStatistics>("/stats", Json) ?? throw new InvalidOperationException("The sandbox has no statistics.");

    /// <summary>Waits until a side was asked so often for an operation.</summary>
    public async Task UntilAskedAsync(SandboxSide side, string operation, int atLeast = 1)
    {
        using HttpResponseMessage answer = await _admin.GetAsync($"/stats/when?side={Name(side)}&operation={operation}&atLeast={atLeast}");
        await RequireAsync(answer);
    }

    /// <summary>Counts from zero again.</summary>
    public Task ResetStatisticsAsync() => DeleteAsync("/stats");

    /// <summary>Plans faults.</summary>
    public Task AddFaultsAsync(params SandboxFault[] faults) => PostAsync("/faults", faults);

    /// <summary>The plan, with how often each fault fired.</summary>
    public async Task<IReadOnlyList<SandboxFault>> GetFaultsAsync() => await _admin.GetFromJsonAsync<List<SandboxFault>>("/faults", Json) ?? [];

    /// <summary>Drops the plan.</summary>
    public Task ClearFaultsAsync() => DeleteAsync("/faults");

    /// <summary>Drops what was planned for exactly this prefix of keys.</summary>
    public Task ClearFaultsAsync(string keyPrefix) => DeleteAsync($"/faults?keyPrefix={Uri.EscapeDataString(keyPrefix)}");

    /// <summary>
    /// Fails the test when one of its faults has not fired as often as planned. Faults are known by side, kind, operation
    /// and key: tests that share a sandbox plan theirs for keys of their own.
    /// </summary>
    public async Task VerifyFaultsFiredAsync(params SandboxFault[] planned)
    {
        IReadOnlyList<SandboxFault> all = await GetFaultsAsync();
        List<SandboxFault> left = [.. planned.Where(mine => !all.Any(fault => fault.IsSameAs(mine) && fault.Fired >= mine.Times))];
        if (left.Count > 0)
            Xunit.Assert.Fail("These planned faults did not fire: " + string.Join("; ", left));
    }

    /// <summary>Sets a side's clock so far ahead of (or behind) this machine's.</summary>
    public Task SetClockAsync(SandboxSide side, TimeSpan offset) =>
        PostAsync("/clock", new { side = Name(side), offsetSeconds = (long)offset.TotalSeconds });

    /// <summary>Sets a side's clock.</summary>
    public Task SetClockAsync(SandboxSide side, DateTimeOffset utcNow) => PostAsync("/clock", new { side = Name(side), utcNow });

    /// <summary>Limits a side; zero is without limit.</summary>
    public Task SetLimitsAsync(SandboxSide side, int latencyMs = 0, long bytesPerSecond = 0, int requestsPerSecondPerKey = 0, int requestsPerSecondPerAccessKey = 0) =>
        PostAsync("/limits", new { side = Name(side), latencyMs, bytesPerSecond, requestsPerSecondPerKey, requestsPerSecondPerAccessKey });

    /// <summary>Further keys of the OSS side, as STS gives them: good for an hour, with a token.</summary>
    public async Task<StoreCredential> IssueKeysAsync()
    {
        using HttpResponseMessage answer = await _admin.PostAsJsonAsync("/tokens", new { side = "oss", expiresInSeconds = 3600 }, Json);
        await RequireAsync(answer);
        using JsonDocument document = JsonDocument.Parse(await answer.Content.ReadAsStringAsync());
        JsonElement keys = document.RootElement;
        return new StoreCredential(
            keys.GetProperty("accessKeyId").GetString()!, keys.GetProperty("accessKeySecret").GetString()!, keys.GetProperty("securityToken").GetString());
    }

    /// <summary>Executes the lifecycle rules of a side by its clock; how many objects were deleted.</summary>
    public async Task<long> RunLifecycleAsync(SandboxSide side)
    {
        using HttpResponseMessage answer = await _admin.PostAsJsonAsync("/lifecycle/run", new { side = Name(side) }, Json);
        await RequireAsync(answer);
        using JsonDocument document = JsonDocument.Parse(await answer.Content.ReadAsStringAsync());
        return document.RootElement.GetProperty("deleted").GetInt64();
    }

    /// <summary>Puts an object into a storage class, restored or not.</summary>
    public Task SetStorageClassAsync(SandboxSide side, string bucket, string key, string storageClass, bool restored) =>
        PostAsync("/objects", new { side = Name(side), bucket, key, storageClass, restored });

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        Kill(_process);
        await _process.WaitForExitAsync();
        _process.Dispose();
        _admin.Dispose();
    }

    private static string Name(SandboxSide side) => side == SandboxSide.S3 ? "s3" : "oss";

    private static string FindProgram()
    {
        string program = Path.Join(Layout.Root, Program);
        return File.Exists(program) ? program : throw new InvalidOperationException($"{Program} is not built. Run: dotnet build src/OssMigration.Sandbox");
    }

    private static void Kill(Process process)
    {
        try
        {
            process.Kill();
        }
        catch (InvalidOperationException)
        {
            // It ended by itself.
        }
    }

    private static async Task RequireAsync(HttpResponseMessage answer)
    {
        if (!answer.IsSuccessStatusCode)
            throw new InvalidOperationException($"The sandbox refused: {(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync()}");
    }

    private async Task PostAsync<T>(string path, T body)
    {
        using HttpResponseMessage answer = await _admin.PostAsJsonAsync(path, body, Json);
        await RequireAsync(answer);
    }

    private async Task DeleteAsync(string path)
    {
        using HttpResponseMessage answer = await _admin.DeleteAsync(path);
        await RequireAsync(answer);
    }

    private sealed record Announcement(AnnouncedSide S3, AnnouncedSide Oss, string Admin);

    private sealed record AnnouncedSide(string Endpoint, string Region, string AccessKeyId, string? SecretAccessKey, string? AccessKeySecret);
}
