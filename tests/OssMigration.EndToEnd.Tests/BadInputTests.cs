using OssMigration.Core.Jobs;
using OssMigration.Core.Reporting;
using OssMigration.Core.Stores;
using OssMigration.TestKit;
using Xunit;

namespace OssMigration.EndToEnd.Tests;

public sealed class BadInputTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_wrong_secret_stops_the_job_at_once_with_one_error_that_holds_no_secret(bool atSource)
    {
        await using Cloud cloud = await Cloud.StartAsync();
        for (int i = 0; i < 30; i++)
            await cloud.PutAsync($"k{i:D2}", "x");
        cloud.Create();
        StoreCredential right = atSource ? cloud.Sandbox.S3Keys : cloud.Sandbox.OssKeys;
        FixedCredentialProvider wrong = new(right with { AccessKeySecret = "this-is-the-wrong-secret" });
        RunOptions options = new() { Credentials = atSource ? new RunCredentials(wrong, null) : new RunCredentials(null, wrong) };
        Listener listener = new();

        StoreException error = await Assert.ThrowsAsync<StoreException>(() => cloud.Engine.RunAsync(Cloud.JobName, options, listener, Token));

        Assert.Equal(StoreErrorKind.Credential, error.Kind);
        Assert.Equal(atSource ? $"s3://{cloud.SourceAddress.Bucket}" : $"oss://{cloud.DestinationAddress.Bucket}", error.Store);
        Assert.NotNull(error.RequestId);
        Assert.DoesNotContain("wrong-secret", error.ToString() + error.Describe(), StringComparison.Ordinal);
        Assert.Empty(listener.Items);
        Assert.Equal([RunStatus.Incomplete], cloud.Engine.GetReports(Cloud.JobName).Select(report => report.Status));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_missing_bucket_is_named(bool atSource)
    {
        await using Cloud cloud = await Cloud.StartAsync();
        await cloud.PutAsync("k", "x");
        cloud.Create(job => atSource
            ? job with { Source = cloud.Sandbox.Address(SandboxSide.S3, "no-such-bucket-here") }
            : job with { Destination = cloud.Sandbox.Address(SandboxSide.Oss, "no-such-bucket-here") });

        StoreException error = await Assert.ThrowsAsync<StoreException>(() => cloud.RunAsync(Token));

        Assert.Equal(StoreErrorKind.NoSuchBucket, error.Kind);
        Assert.Contains("no-such-bucket-here", error.Describe(), StringComparison.Ordinal);
        Assert.NotNull(error.RequestId);
    }

    [Theory]
    [InlineData(SandboxSide.S3)]
    [InlineData(SandboxSide.Oss)]
    public async Task A_clock_that_is_off_by_an_hour_is_learnt(SandboxSide side)
    {
        await using Cloud cloud = await Cloud.StartAsync();
        await cloud.PutAsync("k", "x");
        await cloud.Sandbox.SetClockAsync(side, TimeSpan.FromHours(1));
        cloud.Create();

        Assert.Equal(RunStatus.Complete, (await cloud.RunAsync(Token)).Status);
    }

    [Fact]
    public async Task An_address_check_names_what_is_there_and_what_is_missing()
    {
        await using Cloud cloud = await Cloud.StartAsync();
        await cloud.PutAsync("k", "x");

        AddressCheck source = await cloud.Engine.CheckAddressAsync(cloud.SourceAddress, AddressRole.Source, null, Token);
        Assert.True(source is { IsUsable: true, IsReachable: true, BucketExists: true, CanList: true, CanRead: true, CanWrite: null });

        AddressCheck destination = await cloud.Engine.CheckAddressAsync(cloud.DestinationAddress, AddressRole.Destination, null, Token);
        Assert.True(destination is { IsUsable: true, CanList: true, CanWrite: true, Versioning: BucketVersioning.Off });
        Assert.Empty(await cloud.Destination.ListUploadsAsync("", Token));

        AddressCheck missing = await cloud.Engine.CheckAddressAsync(cloud.Sandbox.Address(SandboxSide.Oss, "no-such-bucket-here"), AddressRole.Destination, null, Token);
        Assert.True(missing is { IsUsable: false, IsReachable: true, BucketExists: false });
        Assert.Single(missing.Problems);
    }

    private sealed class Listener : IRunListener
    {
        public List<MigrationItem> Items { get; } = [];

        public void OnProgress(ProgressSnapshot snapshot)
        {
        }

        public void OnEvent(RunEvent happened)
        {
        }

        public void OnItem(MigrationItem item)
        {
            lock (Items)
                Items.Add(item);
        }
    }
}
