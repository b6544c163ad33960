using System.Globalization;
using OssMigration.Core.Stores;
using OssMigration.TestKit;
using Xunit;

namespace OssMigration.EndToEnd.Tests;

/// <summary>
/// The runbook azure-automation in a cell like the sandbox of Azure Automation: each slice is a process of its own with an empty disk, which
/// starts no other, has 400 MB of memory and is stopped by its time.
/// </summary>
public sealed class AzureRunbookTests
{
    private const int Objects = 20_000;
    private const long LimitMB = 400;

    public static bool IsLinux => OperatingSystem.IsLinux();

    [Fact(SkipUnless = nameof(IsLinux), Skip = "Memory and children of a process are read from /proc, which only Linux has.")]
    public async Task A_job_of_20000_objects_is_finished_slice_by_slice_each_on_an_empty_disk_and_copies_nothing_twice()
    {
        await using Cloud cloud = await Cloud.StartAsync(new SandboxBucket { Synthetic = $"flat,count={Objects},size=512,seed=3" });
        await cloud.Sandbox.SetLimitsAsync(SandboxSide.Oss, latencyMs: 40);
        SandboxFault writes = new() { Side = "oss", Kind = "delay", Value = "0", Operation = "PutObject", KeyPrefix = "data/", Times = 10 * Objects };
        await cloud.Sandbox.AddFaultsAsync(writes);
        using MachineHomes homes = new();
        List<(int ExitCode, long PeakMB, int Children)> slices = [];
        do
        {
            string disk = homes.New();
            using ShellProcess slice = cloud.StartShell(Slice(cloud, "00:00:06", $"$PSDefaultParameterValues['New-MigrationJob:Concurrency'] = {MostInFlight}"), disk);
            CellWatch watch = await CellWatch.ToEndAsync(slice);
            int code = await slice.WaitAsync();
            Assert.True(code is 0 or 3, slice.Output);
            slices.Add((code, watch.PeakMB, watch.Children));
            Directory.Delete(disk, recursive: true);
        }
        while (slices[^1].ExitCode != 0 && slices.Count < 20);

        long written = (await cloud.Sandbox.GetFaultsAsync()).Single(fault => fault.KeyPrefix == "data/").Fired;
        TestContext.Current.TestOutputHelper!.WriteLine($"{slices.Count} slices, {written} writes of {Objects} objects, peaks in MB: {string.Join(", ", slices.Select(slice => slice.PeakMB))}.");
        Assert.Equal(0, slices[^1].ExitCode);
        Assert.InRange(slices.Count, 3, 19);
        Assert.All(slices, slice => Assert.InRange(slice.PeakMB, 1, LimitMB));
        Assert.All(slices, slice => Assert.Equal(0, slice.Children));

        // What is in flight when a slice is stopped may have arrived without its answer.
        Assert.InRange(written, Objects, Objects + (slices.Count * MostInFlight));
        IReadOnlyList<string> keys = await Cloud.KeysAsync(cloud.Destination);
        Assert.Equal(await Cloud.KeysAsync(cloud.Source), keys.Where(key => key.StartsWith("data/", StringComparison.Ordinal)).Select(key => key["data/".Length..]));
    }

    [Fact]
    public async Task Keys_come_from_a_vault_that_the_managed_identity_may_read()
    {
        await using Cloud cloud = await Cloud.StartAsync();
        await cloud.PutAsync("key", "content");
        using KeyVaultStub vault = new(("from", cloud.Sandbox.S3Keys), ("to", cloud.Sandbox.OssKeys));

        using ShellProcess slice = cloud.StartShell(
            $"$env:IDENTITY_ENDPOINT = '{vault.Identity}'; $env:IDENTITY_HEADER = '{KeyVaultStub.Header}'; {Slice(cloud, "00:01:00", $"$slice.KeyVaultUri = '{vault.Vault}'; $slice.SourceCredentialName = 'from'; $slice.DestinationCredentialName = 'to'")}");

        Assert.True(await slice.WaitAsync() == 0, slice.Output);
        Assert.Equal(["token", "secret from", "token", "secret to"], vault.Answered);
        Assert.Equal("content"u8.ToArray(), await Cloud.ReadAsync(cloud.Destination, "data/key"));
    }

    [Fact]
    public async Task Without_a_job_and_its_two_ends_it_says_what_it_wants()
    {
        await using Cloud cloud = await Cloud.StartAsync();

        using ShellProcess slice = cloud.StartShell(Slice(cloud, "00:01:00", "$slice.Remove('Source')"));

        Assert.Equal(1, await slice.WaitAsync());
        Assert.Contains("Give -Source and -Destination", string.Join(' ', slice.Output.Split([' ', '|', '\r', '\n'], StringSplitOptions.RemoveEmptyEntries)), StringComparison.Ordinal);
    }

    private const int MostInFlight = 32;

    private static string Slice(Cloud cloud, string budget, string change = "") => $$"""
        $ErrorActionPreference = 'Stop'
        function Get-AutomationPSCredential([string] $Name) {
            $secret = [Environment]::GetEnvironmentVariable("$($Name)_ACCESS_KEY_SECRET")
            [pscredential]::new([Environment]::GetEnvironmentVariable("$($Name)_ACCESS_KEY_ID"), [System.Net.NetworkCredential]::new('', $secret).SecurePassword)
        }
        $runbook = "$((Get-Module OssMigration).ModuleBase)/runbooks/azure-automation.ps1"
        $slice = @{
            Job = '{{Cloud.JobName}}'; StateUri = '{{cloud.DestinationAddress.Uri}}state/'; TimeBudget = '{{budget}}'
            Source = '{{cloud.SourceAddress.Uri}}'; SourceEndpoint = '{{cloud.SourceAddress.Endpoint}}'; SourceRegion = '{{cloud.SourceAddress.Region}}'
            Destination = '{{cloud.DestinationAddress.Uri}}data/'; DestinationEndpoint = '{{cloud.DestinationAddress.Endpoint}}'; DestinationRegion = '{{cloud.DestinationAddress.Region}}'
            SourceCredentialName = '{{ShellProcess.SourceVariables}}'; DestinationCredentialName = '{{ShellProcess.DestinationVariables}}'
        }
        {{change}}
        $reports = @(& $runbook @slice)
        $reports
        exit $reports[-1].ExitCode
        """;

    /// <summary>What the kernel says of a process while it runs.</summary>
    private sealed record CellWatch(long PeakMB, int Children)
    {
        private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(50);

        public static async Task<CellWatch> ToEndAsync(ShellProcess run)
        {
            CellWatch seen = new(0, 0);
            using PeriodicTimer timer = new(Look);
            while (!run.HasEnded)
            {
                seen = new CellWatch(Math.Max(seen.PeakMB, PeakOf(run.ProcessId)), Math.Max(seen.Children, ChildrenOf(run.ProcessId)));
                await timer.WaitForNextTickAsync(TestContext.Current.CancellationToken);
            }

            return seen;
        }

        private static long PeakOf(int process)
            => Lines($"/proc/{process}/status").Where(line => line.StartsWith("VmHWM:", StringComparison.Ordinal))
                .Select(line => long.Parse(line.AsSpan(6).Trim().ToString().Split(' ')[0], CultureInfo.InvariantCulture) * 1024 / 1_000_000).FirstOrDefault();

        // Children that are there, and the pages that children which have ended needed: a process cannot run without one.
        private static int ChildrenOf(int process)
        {
            int standing = Lines($"/proc/{process}/task/{process}/children").Sum(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries).Length);
            string stat = Lines($"/proc/{process}/stat").FirstOrDefault() ?? "";
            string[] fields = stat[(stat.LastIndexOf(')') + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
            return standing + (fields.Length > 8 && fields[8] != "0" ? 1 : 0);
        }

        private static string[] Lines(string path)
        {
            try
            {
                return File.ReadAllLines(path);
            }
            catch (IOException)
            {
                return [];
            }
        }
    }
}
