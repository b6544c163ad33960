using System.Globalization;
using System.IO.Compression;
using OssMigration.Core.Stores;
using OssMigration.TestKit;
using Xunit;

namespace OssMigration.EndToEnd.Tests;

/// <summary>
/// A job that an inventory drives, in one process that reads the inventory, sorts it and runs: 100,000 rows, and 5,000,000 with
/// OSSMIGRATION_TEST_LONG=1. Nothing is to be copied, so that it is the list that costs.
/// </summary>
public sealed class ObjectListTests
{
    private const long LimitMiB = 400;

    private static readonly int Rows = Environment.GetEnvironmentVariable("OSSMIGRATION_TEST_LONG") == "1" ? 5_000_000 : 100_000;

    public static bool IsLinux => OperatingSystem.IsLinux();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact(SkipUnless = nameof(IsLinux), Skip = "Peak memory is read from /proc, which only Linux has.")]
    public async Task An_inventory_drives_a_job_under_400_MB()
    {
        string objects = string.Create(CultureInfo.InvariantCulture, $"flat,count={Rows},size=512,seed=7");
        await using SandboxProcess sandbox = await SandboxProcess.StartAsync();
        StoreAddress source = await sandbox.CreateBucketAsync(SandboxSide.S3, new SandboxBucket { Synthetic = objects });
        StoreAddress destination = await sandbox.CreateBucketAsync(SandboxSide.Oss, new SandboxBucket { Synthetic = objects });
        using MachineHomes homes = new();
        string folder = homes.New();
        await WriteInventoryAsync(new OssMigration.Stores.StoreFactory().OpenSource(source, new StoreOpenOptions { Credential = sandbox.Credential(SandboxSide.S3) }), source.Bucket, folder);
        await sandbox.ResetStatisticsAsync();

        using ShellProcess run = ShellProcess.Start(homes.New(), sandbox.S3Keys, sandbox.OssKeys, $$"""
            $source = New-MigrationAddress {{source.Uri}} -Endpoint {{source.Endpoint}} -Region {{source.Region}} -EnvironmentPrefix {{ShellProcess.SourceVariables}}
            $destination = New-MigrationAddress {{destination.Uri}} -Endpoint {{destination.Endpoint}} -Region {{destination.Region}} -EnvironmentPrefix {{ShellProcess.DestinationVariables}}
            $clock = [System.Diagnostics.Stopwatch]::StartNew()
            $job = New-MigrationJob inventory $source $destination -ObjectList '{{folder}}/manifest.json'
            "read in $($clock.Elapsed)"
            $report = Start-OssMigration $job
            "run after $($clock.Elapsed): listed $($report.Listed.Objects), skipped $($report.Skipped.Objects), $($report.Status)"
            exit $report.ExitCode
            """);
        long peak = await run.PeakMemoryAsync();
        int code = await run.WaitAsync();

        TestContext.Current.TestOutputHelper!.WriteLine($"{Rows} rows, peak {peak} MiB. {run.Output}");
        Assert.True(code == 0, run.Output);
        Assert.Contains(string.Create(CultureInfo.InvariantCulture, $"listed {Rows}, skipped {Rows}, Complete"), run.Output, StringComparison.Ordinal);
        Assert.InRange(peak, 1, LimitMiB);
        Assert.DoesNotContain((await sandbox.GetStatisticsAsync()).S3.Requests.Keys, operation => operation is "ListObjectsV2" or "GetObject" or "HeadObject");
    }

    // As inventories are: some files, in none of which the keys are in order. Each row goes to the file of its number's remainder, every file backwards.
    private static async Task WriteInventoryAsync(IObjectReader source, string bucket, string folder)
    {
        const int Files = 10;
        string[] names = [.. Enumerable.Range(0, Files).Select(at => Path.Combine(folder, $"{at}.csv.gz"))];
        StreamWriter[] files = [.. names.Select(name => new StreamWriter(new GZipStream(File.Create(name), CompressionLevel.Fastest)))];
        List<string> waiting = [];
        string? token = null;
        int row = 0;
        do
        {
            ListPage page = await source.ListPageAsync(new ListPageRequest("", null, token, 1000), Token);
            foreach (ObjectEntry entry in page.Entries)
                waiting.Add(string.Create(CultureInfo.InvariantCulture, $"\"{bucket}\",\"{Uri.EscapeDataString(entry.Key)}\",\"{entry.Size}\",\"{entry.LastModified:yyyy-MM-ddTHH:mm:ss.fffZ}\",\"{entry.ETag}\",\"STANDARD\""));
            token = page.ContinuationToken;
            if (token is null || waiting.Count >= 50_000)
            {
                waiting.Reverse();
                foreach (string line in waiting)
                    await files[row++ % Files].WriteLineAsync(line);
                waiting.Clear();
            }
        }
        while (token is not null);
        foreach (StreamWriter file in files)
            await file.DisposeAsync();
        string parts = string.Join(',', names.Select(name => $$"""{"key":"{{bucket}}/daily/data/{{Path.GetFileName(name)}}","size":{{new FileInfo(name).Length}}}"""));
        await File.WriteAllTextAsync(
            Path.Combine(folder, "manifest.json"),
            $$"""{"sourceBucket":"{{bucket}}","destinationBucket":"arn:aws:s3:::inventories","version":"2016-11-30","fileFormat":"CSV","fileSchema":"Bucket, Key, Size, LastModifiedDate, ETag, StorageClass","files":[{{parts}}]}""", Token);
    }
}
