using System.Diagnostics;
using OssMigration.Benchmarks.Measuring;
using OssMigration.TestKit;

namespace OssMigration.Benchmarks.Running;

/// <summary>What servers a run gets.</summary>
/// <param name="Synthetic">The source bucket's formula (flat,count=N,size=N ...).</param>
/// <param name="Objects">Its objects.</param>
/// <param name="Bytes">Their bytes.</param>
internal sealed record ArenaPlan(string Synthetic, long Objects, long Bytes)
{
    /// <summary>Delay of every answer of both sides.</summary>
    public int LatencyMs { get; init; }

    /// <summary>Whether the rate from the 10th second on is looked at.</summary>
    public bool IsWatched { get; init; }

    /// <summary>Whether the destinations hold the same objects already, so that only keys are looked at.</summary>
    public bool IsMigrated { get; init; }
}

/// <summary>
/// Fresh servers for one run of one contestant: a source bucket computed from a formula, an empty destination on each side,
/// and a home of its own. Nothing is left of the run before, so that order does not matter.
/// </summary>
internal sealed class Arena : IAsyncDisposable
{
    private TimeSpan _serverCpuBefore;

    private Arena(SandboxProcess servers, ArenaPlan plan, string folder)
    {
        Servers = servers;
        Plan = plan;
        Folder = folder;
    }

    /// <summary>Name of the source bucket on the S3 side.</summary>
    public const string Source = "source";

    /// <summary>Name of the destination bucket on either side.</summary>
    public const string Destination = "destination";

    /// <summary>The servers.</summary>
    public SandboxProcess Servers { get; }

    /// <summary>What was asked for.</summary>
    public ArenaPlan Plan { get; }

    /// <summary>A folder that ends with the run.</summary>
    public string Folder { get; }

    /// <summary>Buckets that are equal on both sides, to warm up with before keys are looked at.</summary>
    public const string WarmKeys = "warm-keys";

    /// <summary>CPU of the servers since the last <see cref="CountFromHereAsync"/>.</summary>
    public TimeSpan ServerCpu => ChildUsage.OfRunning(Servers.ProcessId) - _serverCpuBefore;

    /// <summary>Starts the servers and warms them up with objects of their own.</summary>
    public static async Task<Arena> OpenAsync(ArenaPlan plan)
    {
        string folder = Directory.CreateTempSubdirectory("ossmigration-bench-").FullName;
        string destination = plan.IsMigrated ? $"{Destination}=synthetic:{plan.Synthetic}" : Destination;
        const string Warm = "synthetic:flat,count=200000,size=4096,seed=98";
        SandboxProcess servers = await SandboxProcess.StartAsync(
            "--s3-bucket", $"{Source}=synthetic:{plan.Synthetic}", "--s3-bucket", destination, "--oss-bucket", destination,
            "--s3-bucket", $"{WarmKeys}={Warm}", "--oss-bucket", $"{WarmKeys}={Warm}",
            "--s3-bucket", "warm=synthetic:flat,count=2000,size=4096,seed=99", "--s3-bucket", "warmed", "--oss-bucket", "warmed");
        Arena arena = new(servers, plan, folder);
        foreach (string protocol in (string[])["oss", "s3"])
            Require(Contestants.Pump(arena, protocol, 32, "warm", "warmed"));

        // What is computed is hashed when it is first listed. Servers in earnest know their ETags, and the pump is not timed while it lists.
        if (!plan.IsMigrated && plan.Bytes > 0)
            Require(Contestants.SerialListing(arena));
        if (plan.LatencyMs > 0)
        {
            await servers.SetLimitsAsync(SandboxSide.S3, plan.LatencyMs);
            await servers.SetLimitsAsync(SandboxSide.Oss, plan.LatencyMs);
        }

        await arena.CountFromHereAsync();
        return arena;
    }

    /// <summary>Counts requests and CPU of the servers from now on.</summary>
    public async Task CountFromHereAsync()
    {
        await Servers.ResetStatisticsAsync();
        _serverCpuBefore = ChildUsage.OfRunning(Servers.ProcessId);
    }

    /// <summary>Gives a child the keys of both sides, in the variables of each contestant.</summary>
    public void AddKeys(ProcessStartInfo start)
    {
        foreach (string name in (string[])["BENCH_FROM", "BENCH_S3"])
            Add(name, Servers.S3Keys.AccessKeyId, Servers.S3Keys.AccessKeySecret);
        Add("BENCH_OSS", Servers.OssKeys.AccessKeyId, Servers.OssKeys.AccessKeySecret);

        void Add(string name, string id, string secret)
        {
            start.Environment[name + "_ACCESS_KEY_ID"] = id;
            start.Environment[name + "_ACCESS_KEY_SECRET"] = secret;
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await Servers.DisposeAsync();
        Directory.Delete(Folder, recursive: true);
    }

    private static void Require(ChildResult result)
    {
        if (result.ExitCode != 0)
            throw new InvalidOperationException($"The servers could not be warmed up: {result.Output}");
    }
}
