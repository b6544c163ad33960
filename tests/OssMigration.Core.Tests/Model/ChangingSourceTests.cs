using OssMigration.Core.Reporting;
using OssMigration.Core.Stores;
using OssMigration.Core.Tests.Jobs;
using OssMigration.TestKit;
using Xunit;

namespace OssMigration.Core.Tests.Model;

/// <summary>The business goes on at the source, and users at the destination, between any two requests of a run.</summary>
public sealed class ChangingSourceTests
{
    private const int Large = (3 << 20) + 5;

    private static readonly byte[] First = EngineBench.Noise(Large, 1);
    private static readonly byte[] Second = EngineBench.Noise(Large, 2);
    private static readonly byte[] Shorter = EngineBench.Noise(Large / 2, 3);

    /// <summary>What happens while pages are listed, as the keys of the source that it concerns; the cursor stands after k5.</summary>
    public static TheoryData<string, string> Changes()
    {
        TheoryData<string, string> data = [];
        foreach (string change in (string[])["added", "replaced", "deleted"])
        {
            foreach (string place in (string[])["behind the cursor", "on the page", "ahead"])
                data.Add(change, place);
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Changes))]
    public async Task What_changes_at_the_source_while_it_is_listed_is_migrated_by_this_run_or_the_next(string change, string place)
    {
        using EngineBench bench = new(new MemoryStoreOptions { PageSize = 2 });
        for (int i = 0; i < 10; i++)
            bench.Source.Seed($"k{i}", $"content {i}");
        string key = (change, place) switch
        {
            ("added", "behind the cursor") => "k1a",
            ("added", "on the page") => "k4a",
            ("added", _) => "k8a",
            (_, "behind the cursor") => "k1",
            (_, "on the page") => "k5",
            _ => "k8",
        };
        bench.FaultySource.Plan(StoreOperation.List, Fault.After(() => Change(bench, key, change)), skip: 2);
        bench.Create(job => job with { Concurrency = 1 });

        MigrationReport first = await bench.RunAsync(cancellationToken: TestContext.Current.CancellationToken);
        AssertAllIsWhole(bench, key, change);
        MigrationReport second = await bench.RunAsync(cancellationToken: TestContext.Current.CancellationToken);

        Assert.True(first.Reconciled && second.Reconciled);
        Assert.Equal((RunStatus.Complete, RunStatus.Complete), (first.Status, second.Status));
        foreach (string standing in bench.Source.Keys)
            Assert.Equal(bench.Source.Find(standing)!.Content, bench.Destination.Find(standing)!.Content);
        Assert.True((await bench.CompareAsync()).Summary.IsClean);
    }

    [Theory]
    [InlineData("replaced by one of its size", 1)]
    [InlineData("replaced by one of its size", 2)]
    [InlineData("replaced by a shorter one", 1)]
    [InlineData("replaced by a small one", 2)]
    [InlineData("replaced and put back", 1)]
    [InlineData("deleted", 2)]
    public async Task An_object_that_changes_between_two_reads_of_its_ranges_never_arrives_as_a_mixture(string how, int after)
    {
        using EngineBench bench = new();
        bench.Source.Seed("k", First);
        bench.FaultySource.Plan(StoreOperation.Read, Fault.Before(() => Replace(bench, how)), "k", skip: after);
        bench.CreateForParts(job => job with { Concurrency = 1 });

        MigrationReport report = await bench.RunAsync(cancellationToken: TestContext.Current.CancellationToken);

        Assert.True(report.Reconciled);
        Assert.Equal(RunStatus.Complete, report.Status);
        Assert.Equal(how == "deleted" ? (0L, 1L) : (1L, 0L), (report.Copied.Objects, report.Vanished.Objects));
        Assert.Equal(bench.Source.Find("k")?.Content, bench.Destination.Find("k")?.Content);
        Assert.Equal(0, bench.Destination.OpenUploads);
    }

    [Theory]
    [InlineData(1000, StoreOperation.Put)]
    [InlineData(Large, StoreOperation.Initiate)]
    [InlineData(Large, StoreOperation.UploadPart)]
    [InlineData(Large, StoreOperation.Complete)]
    public async Task Before_cutover_the_destination_is_ours_and_ends_as_the_source_is_whatever_users_do_there(int size, StoreOperation operation)
    {
        using EngineBench bench = new();
        foreach (string key in (string[])["deleted", "overwritten", "written"])
            bench.Source.Seed(key, EngineBench.Noise(size, key.Length));
        bench.Destination.Seed("deleted", "a user's");
        bench.FaultyDestination.Plan(operation, Fault.Before(() => bench.Destination.Remove("deleted")), "deleted");
        bench.FaultyDestination.Plan(operation, Fault.Before(() => bench.Destination.Seed("written", "a user's")), "written");
        bench.FaultyDestination.Plan(operation, Fault.After(() => bench.Destination.Seed("overwritten", "a user's")), "overwritten");
        bench.CreateForParts();

        await bench.RunAsync(cancellationToken: TestContext.Current.CancellationToken);
        MigrationReport second = await bench.RunAsync(cancellationToken: TestContext.Current.CancellationToken);

        Assert.Equal(RunStatus.Complete, second.Status);
        foreach (string key in bench.Source.Keys)
            Assert.Equal(bench.Source.Find(key)!.Content, bench.Destination.Find(key)!.Content);
        Assert.True((await bench.CompareAsync()).Summary.IsClean);
    }

    private static void Change(EngineBench bench, string key, string change)
    {
        if (change == "deleted")
            bench.Source.Remove(key);
        else
            bench.Source.Seed(key, $"{change} meanwhile");
    }

    // After the run in which it changed every object but that one is there, and that one is in one of its versions.
    private static void AssertAllIsWhole(EngineBench bench, string changed, string change)
    {
        foreach (string key in bench.Source.Keys.Where(key => key != changed))
            Assert.Equal(bench.Source.Find(key)!.Content, bench.Destination.Find(key)!.Content);
        string[] versions = [$"content {changed[1]}", $"{change} meanwhile"];
        if (bench.Destination.Find(changed) is { } arrived)
            Assert.Contains(System.Text.Encoding.UTF8.GetString(arrived.Content), versions);
        else
            Assert.NotEqual("replaced", change);
    }

    private static void Replace(EngineBench bench, string how)
    {
        switch (how)
        {
            case "replaced by one of its size":
                bench.Source.Seed("k", Second);
                break;
            case "replaced by a shorter one":
                bench.Source.Seed("k", Shorter);
                break;
            case "replaced by a small one":
                bench.Source.Seed("k", "small");
                break;
            case "replaced and put back":
                bench.Source.Seed("k", Second);
                bench.Source.Seed("k", First);
                break;
            default:
                bench.Source.Remove("k");
                break;
        }
    }
}
