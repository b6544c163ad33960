using OssMigration.Core.Comparing;
using OssMigration.Core.Reporting;
using OssMigration.Core.Stores;
using OssMigration.TestKit;
using Xunit;

namespace OssMigration.EndToEnd.Tests;

/// <summary>Whole jobs from a list of URLs of a plain web server, with and without ranges.</summary>
public sealed class HttpListJobTests
{
    private const int MiB = 1 << 20;
    private const int Small = 60;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Full_then_an_increment_then_a_clean_comparison(bool hasRanges)
    {
        WebServer server = WebServer.Require();
        string host = hasRanges ? server.Ranges : server.WithoutRanges;
        using WebFolder folder = new(server);
        await using Cloud cloud = await Cloud.StartAsync();
        byte[] large = Cloud.Noise((5 * MiB) + 17, 1);
        for (int i = 0; i < Small; i++)
            folder.Write(host, $"{i % 7}/small {i:D3}", Cloud.Noise(1000 + i, i));
        folder.Write(host, "large", large);
        folder.Name(host, "gone");
        cloud.Create(job => job with { Source = folder.Address(host), SinglePutLimit = MiB, PartSize = MiB });

        MigrationReport first = await cloud.RunAsync(Token);
        Assert.Equal((Small + 1, 1, true), (first.Copied.Objects, first.Vanished.Objects, first.Reconciled));
        Assert.Equal(large, await Cloud.ReadAsync(cloud.Destination, "large"));
        Assert.InRange(folder.BytesSent("large"), large.Length, 4 * large.Length);

        folder.Write(host, "1/small 001", Cloud.Noise(1001, 99));
        folder.Write(host, "new", Cloud.Noise(10, 3));
        folder.Write(host, "gone", Cloud.Noise(10, 4));
        MigrationReport second = await cloud.RunAsync(Token);
        Assert.Equal((RunStatus.Complete, 3, Small), (second.Status, second.Copied.Objects, second.Skipped.Objects));
        (IReadOnlyList<ComparisonItem> items, ComparisonSummary summary) = await cloud.CompareAsync(ComparisonLevel.Content);
        Assert.Empty(items);
        Assert.True(summary.IsClean);
        Assert.Equal(Cloud.Noise(1001, 99), await Cloud.ReadAsync(cloud.Destination, "1/small 001"));
    }
}
