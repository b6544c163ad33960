using System.Text;
using OssMigration.Core.Jobs;
using OssMigration.Core.RemoteState;
using OssMigration.Core.Reporting;
using OssMigration.Core.Stores;
using OssMigration.Stores;
using OssMigration.TestKit;
using Xunit;

namespace OssMigration.EndToEnd.Tests;

/// <summary>Jobs whose state is kept at a store, run by processes that each have a disk of their own.</summary>
public sealed class StateUriTests
{
    private const int Objects = 400;
    private const int Concurrency = 4;

    [Theory]
    [InlineData("oss")]
    [InlineData("s3")]
    [InlineData("file")]
    public async Task A_process_with_an_empty_disk_goes_on_where_another_was_out_of_time(string scheme)
    {
        await using Cloud cloud = await Cloud.StartAsync();
        using MachineHomes homes = new();
        await FillAsync(cloud);
        string state = await PlaceAsync(cloud, scheme, homes);

        using ShellProcess first = cloud.StartShell($"exit (Start-OssMigration {Cloud.JobName} -StateUri ({state}) -TimeBudget 00:00:02).ExitCode");
        Assert.True(await first.WaitAsync() == 3, first.Output);
        using ShellProcess second = cloud.StartShell($"exit (Start-OssMigration {Cloud.JobName} -StateUri ({state})).ExitCode", homes.New());
        Assert.True(await second.WaitAsync() == 0, second.Output);

        await cloud.AssertSameAsync();
        MigrationReport report = Assert.Single(new MigrationEngine(cloud.Environment with { Home = homes.Last }).GetReports(Cloud.JobName));
        Assert.Equal((1, Objects), (report.Resumes, report.Copied.Objects + report.Skipped.Objects));
        Assert.InRange(report.Skipped.Objects, 0, Concurrency);
    }

    [Fact]
    public async Task After_kill_9_the_machine_that_has_the_job_goes_on_at_once_without_being_told_where_its_state_is()
    {
        await using Cloud cloud = await Cloud.StartAsync();
        using MachineHomes homes = new();
        await FillAsync(cloud);
        string state = await PlaceAsync(cloud, "oss", homes);
        using (ShellProcess first = cloud.StartShell($"exit (Start-OssMigration {Cloud.JobName} -StateUri ({state})).ExitCode"))
        {
            await cloud.Sandbox.UntilAskedAsync(SandboxSide.S3, "GetObject", Objects / 3);
            await first.KillAsync();
        }

        using ShellProcess second = cloud.StartShell($"exit (Start-OssMigration {Cloud.JobName}).ExitCode");
        Assert.True(await second.WaitAsync() == 0, second.Output);

        Assert.InRange((await cloud.Sandbox.GetStatisticsAsync()).S3["GetObject"], Objects, Objects + Concurrency);
        await cloud.AssertSameAsync();
    }

    [Fact]
    public async Task Of_two_runbooks_that_start_at_once_one_runs_and_the_other_says_which_has_the_job_and_since_when()
    {
        await using Cloud cloud = await Cloud.StartAsync();
        using MachineHomes homes = new();
        await cloud.PutAsync("key", "content");
        cloud.Create(ShellProcess.WithEnvironmentKeys);
        string state = await PlaceAsync(cloud, "oss", homes);
        string start = $"$ErrorActionPreference = 'Stop'; exit (Start-OssMigration {Cloud.JobName} -StateUri ({state})).ExitCode";
        using (ShellProcess made = cloud.StartShell($"Set-MigrationJob {Cloud.JobName} -StateUri ({state}) -Concurrency 5"))
            Assert.True(await made.WaitAsync() == 0, made.Output);
        await cloud.Sandbox.AddFaultsAsync(new SandboxFault { Side = "s3", Kind = "delay", Value = "8000", Operation = "GetObject" });

        using ShellProcess one = cloud.StartShell(start, homes.New());
        using ShellProcess other = cloud.StartShell(start, homes.New());
        int[] codes = [await one.WaitAsync(), await other.WaitAsync()];
        (ShellProcess ran, ShellProcess refused) = codes[0] == 0 ? (one, other) : (other, one);

        Assert.True(codes.Order().SequenceEqual([0, 1]), one.Output + other.Output);
        string said = string.Join(' ', refused.Output.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        Assert.Contains($"is run by process {ran.ProcessId} on {Environment.MachineName} since {DateTimeOffset.UtcNow:yyyy-MM-dd}", said, StringComparison.Ordinal);
        await cloud.AssertSameAsync();
    }

    [Fact]
    public async Task What_is_kept_at_a_store_holds_nothing_of_keys_and_tokens()
    {
        await using Cloud cloud = await Cloud.StartAsync();
        using MachineHomes homes = new();
        await FillAsync(cloud);
        StoreCredential issued = await cloud.Sandbox.IssueKeysAsync();
        StoreAddress bucket = await cloud.Sandbox.CreateBucketAsync(SandboxSide.Oss);
        string state = $"New-MigrationAddress {bucket.Uri} -Endpoint {bucket.Endpoint} -Region {bucket.Region} -EnvironmentPrefix {ShellProcess.DestinationVariables}";
        string start = $"exit (Start-OssMigration {Cloud.JobName} -StateUri ({state}) -TimeBudget 00:00:02 -Verbose -Debug).ExitCode";

        using ShellProcess first = ShellProcess.Start(cloud.Home, cloud.Sandbox.S3Keys, issued, start);
        Assert.True(await first.WaitAsync() == 3, first.Output);
        using ShellProcess second = ShellProcess.Start(homes.New(), cloud.Sandbox.S3Keys, issued, start.Replace("00:00:02", "00:10:00", StringComparison.Ordinal));
        Assert.True(await second.WaitAsync() == 0, second.Output);

        await using IObjectStore kept = new StoreFactory().OpenDestination(bucket, new StoreOpenOptions { Credential = new FixedCredentialProvider(cloud.Sandbox.OssKeys) });
        List<byte[]> contents = [];
        foreach (string key in await Cloud.KeysAsync(kept))
        {
            byte[] content = await Cloud.ReadAsync(kept, key);
            contents.Add(content);
            if (content is [0x1f, 0x8b, ..])
                contents.Add(Packed.Open(content, 1 << 28));
        }

        // The job's own configuration is in it, so that it was unpacked rightly.
        Assert.Contains(contents, content => content.AsSpan().IndexOf(Encoding.UTF8.GetBytes(ShellProcess.DestinationVariables)) >= 0);
        foreach (string secret in (string[])[cloud.Sandbox.S3Keys.AccessKeySecret, issued.AccessKeySecret, issued.SecurityToken!])
            Assert.All(contents, content => Assert.True(content.AsSpan().IndexOf(Encoding.UTF8.GetBytes(secret)) < 0 && content.AsSpan().IndexOf(Encoding.Unicode.GetBytes(secret)) < 0));
        Assert.All([first.Output, second.Output], said => Assert.DoesNotContain(issued.SecurityToken!, said, StringComparison.Ordinal));
    }

    private static async Task FillAsync(Cloud cloud)
    {
        for (int i = 0; i < Objects; i++)
            await cloud.PutAsync($"{i % 7}/object {i:D4}", $"content of {i}");
        cloud.Create(job => ShellProcess.WithEnvironmentKeys(job) with { Concurrency = Concurrency, MaxObjectsPerSecond = 100 });
    }

    private static async Task<string> PlaceAsync(Cloud cloud, string scheme, MachineHomes homes)
    {
        if (scheme == "file")
            return $"New-MigrationAddress 'file://{homes.New()}'";
        SandboxSide side = scheme == "oss" ? SandboxSide.Oss : SandboxSide.S3;
        StoreAddress bucket = await cloud.Sandbox.CreateBucketAsync(side);
        string keys = side == SandboxSide.Oss ? ShellProcess.DestinationVariables : ShellProcess.SourceVariables;
        return $"New-MigrationAddress {bucket.Uri}state -Endpoint {bucket.Endpoint} -Region {bucket.Region} -EnvironmentPrefix {keys}";
    }
}
