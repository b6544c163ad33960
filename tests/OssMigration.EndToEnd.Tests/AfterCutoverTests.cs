using OssMigration.Core.Jobs;
using OssMigration.Core.Reporting;
using OssMigration.Core.Stores;
using OssMigration.TestKit;
using Xunit;

namespace OssMigration.EndToEnd.Tests;

/// <summary>After cut-over, over real sockets: what the business does at OSS stands, and what was lost on the way is found again.</summary>
public sealed class AfterCutoverTests
{
    private const int Large = 1_300_000;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_the_business_writes_or_deletes_before_between_and_during_our_writes_stands()
    {
        await using Cloud cloud = await Cloud.StartAsync();
        foreach (string key in (string[])["copied", "copied-large", "deleted", "overwritten"])
            await Cloud.PutAsync(cloud.Source, key, Cloud.Noise(key.EndsWith("large", StringComparison.Ordinal) ? Large : 500, 1));
        cloud.Create(job => job with { SinglePutLimit = 1 << 20, PartSize = 1 << 20, ClockSkewMargin = TimeSpan.Zero });
        Assert.Equal(RunStatus.Complete, (await cloud.RunAsync(Token)).Status);
        foreach (string key in (string[])["new", "new-large", "taken-before", "taken-meanwhile", "taken-meanwhile-large"])
            await Cloud.PutAsync(cloud.Source, key, Cloud.Noise(key.EndsWith("large", StringComparison.Ordinal) ? Large : 500, 2));
        cloud.Engine.SetJob(Cloud.JobName, new JobChanges { CutoverTime = DateTimeOffset.UtcNow.AddSeconds(-1) });

        byte[] theirs = Cloud.Noise(400, 3);
        await Cloud.PutAsync(cloud.Destination, "overwritten", theirs);
        await Cloud.PutAsync(cloud.Destination, "taken-before", theirs);
        await cloud.Destination.DeleteAsync("deleted", Token);
        SandboxFault[] faults =
        [
            new() { Side = "oss", Kind = "status", Status = 503, Operation = "PutObject", Key = "taken-meanwhile", Headers = new Dictionary<string, string> { ["Retry-After"] = "3" } },
            new() { Side = "oss", Kind = "status", Status = 503, Operation = "CompleteMultipartUpload", Key = "taken-meanwhile-large", Headers = new Dictionary<string, string> { ["Retry-After"] = "3" } },
        ];
        await cloud.Sandbox.AddFaultsAsync(faults);
        Task<MigrationReport> run = cloud.RunAsync(Token);

        // Both first attempts were refused and wait for their second one: the business writes in between.
        while ((await cloud.Sandbox.GetFaultsAsync()).Any(fault => fault.Fired == 0))
            await Task.Yield();
        await Cloud.PutAsync(cloud.Destination, "taken-meanwhile", theirs);
        await Cloud.PutAsync(cloud.Destination, "taken-meanwhile-large", theirs);
        MigrationReport report = await run;

        Assert.Equal((RunStatus.CompleteWithExceptions, 2, 4), (report.Status, report.Copied.Objects, report.Conflict.Objects));
        Assert.True(report.Reconciled);
        Assert.Equal(
            [
                ("deleted", MigrationItemState.DeletedAtDestination), ("overwritten", MigrationItemState.Conflict), ("taken-before", MigrationItemState.Conflict),
                ("taken-meanwhile", MigrationItemState.Conflict), ("taken-meanwhile-large", MigrationItemState.Conflict),
            ],
            cloud.Engine.GetItems(Cloud.JobName, null, null).Select(item => (item.Key, item.State)));
        foreach (string key in (string[])["overwritten", "taken-before", "taken-meanwhile", "taken-meanwhile-large"])
            Assert.Equal(theirs, await Cloud.ReadAsync(cloud.Destination, key));
        Assert.Null(await cloud.Destination.HeadAsync("deleted", Token));
        Assert.Empty(await cloud.Destination.ListUploadsAsync("", Token));
        (IReadOnlyList<ComparisonItem> items, ComparisonSummary summary) = await cloud.CompareAsync();
        Assert.Equal((1, 4, 4), (summary.DeletedAtDestination.Objects, summary.Same.Objects, summary.Superseded.Objects));
        Assert.Equal(5, items.Count);
        Assert.Equal(0, (await cloud.RunAsync(Token)).Copied.Objects);
    }

    [Fact]
    public async Task Answers_that_OSS_loses_after_it_did_the_work_count_as_Copied()
    {
        await using Cloud cloud = await Cloud.StartAsync();
        await Cloud.PutAsync(cloud.Source, "small", Cloud.Noise(500, 1));
        await Cloud.PutAsync(cloud.Source, "large", Cloud.Noise(Large, 2));
        cloud.Create(job => job with { SinglePutLimit = 1 << 20, PartSize = 1 << 20, CutoverTime = DateTimeOffset.UtcNow.AddMinutes(-1) });
        SandboxFault[] faults =
        [
            new() { Side = "oss", Kind = "resetAfter", Operation = "PutObject", Key = "small" },
            new() { Side = "oss", Kind = "resetAfter", Operation = "UploadPart", Key = "large" },
            new() { Side = "oss", Kind = "resetAfter", Operation = "CompleteMultipartUpload", Key = "large" },
        ];
        await cloud.Sandbox.AddFaultsAsync(faults);

        MigrationReport report = await cloud.RunAsync(Token);

        await cloud.Sandbox.VerifyFaultsFiredAsync(faults);
        Assert.Equal((RunStatus.Complete, 2, 0), (report.Status, report.Copied.Objects, report.Conflict.Objects));
        Assert.True(report.DestinationUsage.Retries >= 3);
        Assert.Empty(await cloud.Destination.ListUploadsAsync("", Token));
        await cloud.AssertSameAsync();
        Assert.True((await cloud.CompareAsync()).Summary.IsClean);
    }

    [Fact]
    public async Task Changed_objects_are_replaced_at_ones_own_risk_and_lost_metadata_are_put_right()
    {
        ObjectMetadata metadata = new() { ContentType = "text/html", User = new Dictionary<string, string> { ["owner"] = "finance" } };
        await using Cloud cloud = await Cloud.StartAsync();
        await cloud.PutAsync("changed", "first");
        cloud.Create(job => job with { ConflictAction = ConflictAction.Overwrite, RepairMetadata = true });
        Assert.Equal(RunStatus.Complete, (await cloud.RunAsync(Token)).Status);
        cloud.Engine.SetJob(Cloud.JobName, new JobChanges { CutoverTime = DateTimeOffset.UtcNow });
        await cloud.PutAsync("changed", "second");
        await cloud.PutAsync("found ä+?&/%41", "the same", metadata);
        await Cloud.PutAsync(cloud.Destination, "found ä+?&/%41", "the same"u8.ToArray());

        MigrationReport report = await cloud.RunAsync(Token);

        Assert.Equal((RunStatus.Complete, 1, 1), (report.Status, report.Overwritten.Objects, report.MetadataRepaired.Objects));
        await cloud.AssertSameAsync();
        ObjectHead repaired = (await cloud.Destination.HeadAsync("found ä+?&/%41", Token))!;
        Assert.Equal(("text/html", "finance"), (repaired.Metadata.ContentType, repaired.Metadata.User["owner"]));
        Assert.Equal(2, (await cloud.RunAsync(Token)).Skipped.Objects);
        Assert.True((await cloud.CompareAsync()).Summary.IsClean);
    }
}
