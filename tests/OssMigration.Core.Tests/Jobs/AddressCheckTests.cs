using OssMigration.Core.Jobs;
using OssMigration.Core.Stores;
using OssMigration.TestKit;
using Xunit;

namespace OssMigration.Core.Tests.Jobs;

public sealed class AddressCheckTests
{
    [Fact]
    public async Task A_destination_that_can_be_used_is_told_so_and_nothing_stays_there()
    {
        using EngineBench bench = new();
        bench.Destination.Seed("k", "x");

        AddressCheck check = await CheckAsync(bench, AddressRole.Destination);

        Assert.Equal((true, true, true, true, true, true), (check.IsUsable, check.IsReachable, check.BucketExists, check.CanList, check.CanRead, check.CanWrite));
        Assert.Equal(("memory-1", BucketVersioning.Off), (check.Region, check.Versioning));
        Assert.Empty(check.Warnings);
        Assert.Equal(["k"], bench.Destination.Keys);
        Assert.Equal(0, bench.Destination.OpenUploads);
    }

    [Fact]
    public async Task A_source_is_not_written_to()
    {
        using EngineBench bench = new();

        AddressCheck check = await CheckAsync(bench, AddressRole.Source);

        Assert.Equal((true, null, null), (check.IsUsable, check.CanRead, check.CanWrite));
        Assert.Single(check.Warnings);
        Assert.Equal(0, bench.Source.Counters.Writes);
    }

    [Theory]
    [InlineData(StoreOperation.List, "list")]
    [InlineData(StoreOperation.Head, "read")]
    [InlineData(StoreOperation.Initiate, "write")]
    [InlineData(StoreOperation.Abort, "write")]
    public async Task A_right_that_is_missing_is_named(StoreOperation operation, string word)
    {
        using EngineBench bench = new();
        bench.Destination.Seed("k", "x");
        bench.FaultyDestination.Plan(operation, Fault.Throw(StoreErrorKind.AccessDenied));

        AddressCheck check = await CheckAsync(bench, AddressRole.Destination);

        Assert.False(check.IsUsable);
        string problem = Assert.Single(check.Problems);
        Assert.Contains(word, problem, StringComparison.Ordinal);
        Assert.Contains("planned-fault", problem, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(StoreErrorKind.Credential)]
    [InlineData(StoreErrorKind.Network)]
    [InlineData(StoreErrorKind.ClockSkew)]
    public async Task What_every_further_request_would_meet_is_told_once(StoreErrorKind kind)
    {
        using EngineBench bench = new();
        bench.FaultyDestination.Plan(StoreOperation.Inspect, Fault.Throw(kind));

        AddressCheck check = await CheckAsync(bench, AddressRole.Destination);

        Assert.Single(check.Problems);
        Assert.Equal((false, null, null), (check.IsUsable, check.CanList, check.CanWrite));
        Assert.Equal(0, bench.Destination.Counters[StoreOperation.List]);
    }

    [Fact]
    public async Task A_bucket_that_is_not_there_is_told_so()
    {
        using EngineBench bench = new();
        bench.Destination.BucketExists = false;

        AddressCheck check = await CheckAsync(bench, AddressRole.Destination);

        Assert.Equal((false, true, false), (check.IsUsable, check.IsReachable, check.BucketExists));
    }

    [Fact]
    public async Task Versioning_of_a_destination_is_a_warning()
    {
        using EngineBench bench = new(destination: new MemoryStoreOptions { Versioning = BucketVersioning.Suspended });
        bench.Destination.Seed("k", "x");

        AddressCheck check = await CheckAsync(bench, AddressRole.Destination);

        Assert.True(check.IsUsable);
        Assert.Contains("Suspended", Assert.Single(check.Warnings), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Rules_of_a_destination_are_warnings_and_a_key_that_may_not_see_them_is_told_so()
    {
        using EngineBench bench = new();
        bench.Destination.Seed("k", "x");
        bench.Destination.SeedDocument(BucketDocumentKind.Lifecycle, new BucketDocument(
            System.Xml.Linq.XElement.Parse("<LifecycleConfiguration><Rule><ID>r</ID><Prefix></Prefix><Status>Enabled</Status><Expiration><Days>3</Days></Expiration></Rule></LifecycleConfiguration>"),
            new Dictionary<string, string>()));

        AddressCheck check = await CheckAsync(bench, AddressRole.Destination);
        Assert.True(check.IsUsable);
        Assert.Contains("3 days after they arrive", Assert.Single(check.Warnings), StringComparison.Ordinal);

        bench.FaultyDestination.Plan(StoreOperation.ReadDocument, Fault.Throw(StoreErrorKind.AccessDenied));
        check = await CheckAsync(bench, AddressRole.Destination);
        Assert.True(check.IsUsable);
        Assert.Contains("may not read the lifecycle rules", Assert.Single(check.Warnings), StringComparison.Ordinal);
    }

    private static Task<AddressCheck> CheckAsync(EngineBench bench, AddressRole role)
    {
        MigrationJob job = EngineBench.JobOf();
        return bench.Engine.CheckAddressAsync(role == AddressRole.Source ? job.Source : job.Destination, role, credential: null, TestContext.Current.CancellationToken);
    }
}
