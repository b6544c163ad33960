using OssMigration.Core.Comparing;
using OssMigration.Core.Reporting;
using OssMigration.Core.Stores;
using OssMigration.TestKit;
using Xunit;

namespace OssMigration.EndToEnd.Tests;

/// <summary>A source with versioning: a job moves what is current, and nothing of the history.</summary>
public sealed class VersionTests
{
    [Fact]
    public async Task Of_a_history_of_five_versions_with_delete_markers_only_what_is_current_is_moved()
    {
        await using Cloud cloud = await Cloud.StartAsync(new SandboxBucket { Versioning = "enabled" });
        foreach (string key in (string[])["kept", "deleted"])
        {
            for (int version = 1; version <= 5; version++)
            {
                await cloud.PutAsync(key, $"version {version} of {key}");
                if (version == 3)
                    await cloud.Source.DeleteAsync(key, TestContext.Current.CancellationToken);
            }
        }

        await cloud.Source.DeleteAsync("deleted", TestContext.Current.CancellationToken);
        VersionPage history = await ((IVersionLister)cloud.Source).ListVersionPageAsync("", after: null, TestContext.Current.CancellationToken);
        Assert.Equal((10, 3), (history.Versions.Count(version => !version.IsDeleteMarker), history.Versions.Count(version => version.IsDeleteMarker)));
        cloud.Create();

        MigrationReport report = await cloud.RunAsync(TestContext.Current.CancellationToken);
        (_, ComparisonSummary summary) = await cloud.CompareAsync(ComparisonLevel.Content);

        Assert.Equal((RunStatus.Complete, 1L, 1L), (report.Status, report.Listed.Objects, report.Copied.Objects));
        Assert.True(summary.IsClean);
        Assert.Equal(["kept"], await Cloud.KeysAsync(cloud.Destination));
        Assert.Equal("version 5 of kept", System.Text.Encoding.UTF8.GetString(await Cloud.ReadAsync(cloud.Destination, "kept")));
    }
}
