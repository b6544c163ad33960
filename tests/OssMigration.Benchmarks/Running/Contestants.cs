using System.Diagnostics;
using System.Globalization;
using OssMigration.Benchmarks.Measuring;

namespace OssMigration.Benchmarks.Running;

/// <summary>How each contestant is started. Each prints <c>measured MILLISECONDS CPU-MILLISECONDS</c> where it can tell its own work.</summary>
internal static class Contestants
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(60);

    /// <summary>The pump between two buckets.</summary>
    public static ChildResult Pump(Arena arena, string protocol, int concurrency, string from = Arena.Source, string to = Arena.Destination)
        => Pump(arena, protocol, concurrency, from, to, "move");

    /// <summary>The pump's listing alone: one page after the other.</summary>
    public static ChildResult SerialListing(Arena arena) => Pump(arena, "s3", 1, Arena.Source, Arena.Destination, "list");

    private static ChildResult Pump(Arena arena, string protocol, int concurrency, string from, string to, string work)
    {
        bool isOss = protocol == "oss";
        ProcessStartInfo start = new("dotnet");
        start.ArgumentList.Add(typeof(Contestants).Assembly.Location);
        foreach (string argument in (string[])
            [
                "pump", "--protocol", protocol, "--concurrency", concurrency.ToString(CultureInfo.InvariantCulture),
                "--from", arena.Servers.S3Endpoint.AbsoluteUri, "--from-bucket", from, "--from-region", arena.Servers.S3Region,
                "--to", (isOss ? arena.Servers.OssEndpoint : arena.Servers.S3Endpoint).AbsoluteUri, "--to-bucket", to,
                "--to-region", isOss ? arena.Servers.OssRegion : arena.Servers.S3Region, "--work", work,
            ])
            start.ArgumentList.Add(argument);
        arena.AddKeys(start);
        return ChildRun.Run(start, Limit);
    }

    /// <summary>Ours, by the cmdlets in the Shell. The script works on <c>$source</c> and <c>$destination</c>; what stands between the two marks is measured.</summary>
    /// <param name="arena">Where.</param>
    /// <param name="script">PowerShell that is measured.</param>
    /// <param name="before">PowerShell that runs before; its requests are not counted.</param>
    /// <param name="after">PowerShell that runs after and throws where the result is not right.</param>
    public static ChildResult Ours(Arena arena, string script, string before = "", string after = "")
    {
        ProcessStartInfo start = new("dotnet");
        start.ArgumentList.Add(House.Shell);
        start.ArgumentList.Add("-Command");
        start.ArgumentList.Add(string.Create(CultureInfo.InvariantCulture, $$"""
            $ErrorActionPreference = 'Stop'
            $source = New-MigrationAddress s3://{{Arena.Source}} -Endpoint {{arena.Servers.S3Endpoint}} -Region {{arena.Servers.S3Region}} -AddressingStyle Path -EnvironmentPrefix BENCH_FROM -AllowInsecureEndpoint
            $destination = New-MigrationAddress oss://{{Arena.Destination}} -Endpoint {{arena.Servers.OssEndpoint}} -Region {{arena.Servers.OssRegion}} -AddressingStyle Path -EnvironmentPrefix BENCH_OSS -AllowInsecureEndpoint
            {{before}}
            {{Timed($"[Console]::WriteLine('{ChildRun.Ready}'); $null = [Console]::ReadLine()", script)}}
            {{after}}
            """));
        start.Environment["OSSMIGRATION_HOME"] = Path.Combine(arena.Folder, "home");
        arena.AddKeys(start);
        return ChildRun.Run(start, Limit, arena.CountFromHereAsync);
    }

    /// <summary>A script with the clock around it, which prints its time and CPU.</summary>
    public static string Timed(string before, string script) => $$"""
        {{before}}
        $cpu = [Environment]::CpuUsage.TotalTime
        $clock = [Diagnostics.Stopwatch]::StartNew()
        {{script}}
        $time = $clock.Elapsed
        "measured $($time.TotalMilliseconds.ToString('F1', [cultureinfo]::InvariantCulture)) $((([Environment]::CpuUsage.TotalTime) - $cpu).TotalMilliseconds.ToString('F1', [cultureinfo]::InvariantCulture))"
        """;

    /// <summary>rclone from the S3 side to the S3 side, by two remotes with different endpoints so that it streams.</summary>
    public static ChildResult Rclone(Arena arena, bool isFastest, params string[] more)
    {
        ProcessStartInfo start = new("rclone");
        string[] arguments = isFastest
            ? ["copy", $"from:{Arena.Source}", $"to:{Arena.Destination}", "--transfers", "32", "--checkers", "32", "--s3-no-check-bucket", "--s3-no-head", "--no-check-dest", "--no-traverse"]
            : ["copy", $"from:{Arena.Source}", $"to:{Arena.Destination}", "--transfers", "32", "--checkers", "32", "--s3-no-check-bucket"];
        foreach (string argument in (string[])[.. arguments, .. more])
            start.ArgumentList.Add(argument);
        Remote("FROM", arena.Servers.S3Endpoint.AbsoluteUri);
        Remote("TO", arena.Servers.S3Endpoint.AbsoluteUri.Replace("127.0.0.1", "localhost", StringComparison.Ordinal));
        start.Environment["RCLONE_CONFIG"] = Path.Combine(arena.Folder, "rclone.conf");
        // rclone dies of this variable.
        start.Environment.Remove("AWS_CA_BUNDLE");
        return ChildRun.Run(start, Limit);

        void Remote(string name, string endpoint)
        {
            start.Environment[$"RCLONE_CONFIG_{name}_TYPE"] = "s3";
            start.Environment[$"RCLONE_CONFIG_{name}_PROVIDER"] = "Other";
            start.Environment[$"RCLONE_CONFIG_{name}_ENDPOINT"] = endpoint;
            start.Environment[$"RCLONE_CONFIG_{name}_REGION"] = arena.Servers.S3Region;
            start.Environment[$"RCLONE_CONFIG_{name}_FORCE_PATH_STYLE"] = "true";
            start.Environment[$"RCLONE_CONFIG_{name}_ACCESS_KEY_ID"] = arena.Servers.S3Keys.AccessKeyId;
            start.Environment[$"RCLONE_CONFIG_{name}_SECRET_ACCESS_KEY"] = arena.Servers.S3Keys.AccessKeySecret;
        }
    }
}
