using OssMigration.Core.Comparing;
using OssMigration.Core.Copying;
using OssMigration.Core.Jobs;
using OssMigration.Core.Listing;
using OssMigration.Core.Manifests;
using OssMigration.Core.Reporting;
using OssMigration.Core.Stores;
using OssMigration.Core.Tests.Jobs;
using OssMigration.Core.Versions;
using OssMigration.TestKit;
using Xunit;

namespace OssMigration.Core.Tests.Versions;

/// <summary>Where one verdict on two histories ends and the next begins, and what a run does about each.</summary>
public sealed class HistoryVerdictTests
{
    private static readonly DateTimeOffset Noon = new(2026, 6, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly CutoverEvidence Cutover = new(Noon, TimeSpan.FromMinutes(2));
    private static readonly ObjectEntry Two = History("aa", "bb");
    private static readonly SettledEntry Proved = SettledAs(Two);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public void A_history_that_goes_on_at_the_destination_is_the_business_s_only_after_the_cutover_and_above_what_was_proved()
    {
        ObjectEntry goesOn = History("aa", "bb", "cc");

        Assert.Equal((ComparisonStatus.Superseded, "continued at the destination by the business since cut-over"), Judge(Two, Proved, goesOn, Cutover));
        Assert.Equal((ComparisonStatus.Different, "the destination has 3 versions and delete markers, the source 2"), Judge(Two, Proved, goesOn, cutover: null));
        Assert.Equal(ComparisonStatus.Different, Judge(Two, null, goesOn, Cutover).Status);
        Assert.Equal(ComparisonStatus.Different, Judge(Two, Proved with { SourceVersion = new SourceVersion("older") }, goesOn, Cutover).Status);
        Assert.Equal(ComparisonStatus.Different, Judge(Two, Proved, History("aa", "xx", "cc"), Cutover).Status);
        Assert.Equal(ComparisonStatus.Different, Judge(Two, Proved, History("aa", "bbb"), Cutover).Status);
        Assert.Equal(ComparisonStatus.Different, Judge(Two, Proved, History("aa", "bbb", "cc"), Cutover).Status);

        // The destination's beginning is what was proved, with as many versions as the source: then it differs by what is in them.
        Assert.Equal(ComparisonStatus.Different, Judge(Two, Proved with { DestinationETag = History("aa", "bbb").ETag! }, History("aa", "bbb"), Cutover).Status);
    }

    [Fact]
    public void A_history_that_is_shorter_at_the_destination_differs_and_one_of_equal_length_is_told_by_its_ETags()
    {
        Assert.Equal((ComparisonStatus.Different, "the source has 2 versions and delete markers, the destination 1"), Judge(Two, null, History("aa"), Cutover));
        Assert.Equal((ComparisonStatus.Same, "all ETags are the same MD5s"), Judge(Two, null, Two, Cutover));
        Assert.Equal(ComparisonStatus.Unproved, Judge(Two, null, History("aa", "xx"), Cutover).Status);
        Assert.Equal((ComparisonStatus.Same, "count, order, delete markers and sizes are equal"), Judge(Two, null, History("aa", "xx"), Cutover, ComparisonLevel.Size));
        Assert.Equal(ComparisonStatus.Different, Judge(Two, null, History("aa"), Cutover, ComparisonLevel.Size).Status);
        Assert.Equal((ComparisonStatus.Same, "both ETags are the same MD5"), Judge(Two with { History = null }, null, Two with { History = null }, Cutover));
    }

    [Fact]
    public async Task Histories_are_looked_into_version_by_version_and_said_to_be_the_business_s_by_nothing_but_their_listing()
    {
        using EngineBench bench = HistoryBench.Make(new MemoryStoreOptions { ETagStyle = ETagStyle.Kms });
        bench.Source.SeedHistory("same", "one", "two");
        bench.Destination.SeedHistory("same", "one", "two");
        bench.Source.SeedHistory("other", "one", "two");
        bench.Destination.SeedHistory("other", "one", "TWO");
        bench.CreateForHistories();

        Assert.Equal(
            [("other", ComparisonStatus.Different, "version 2 of 2 (counted from the oldest) has other content, or none that can be compared"), ("same", ComparisonStatus.Same, "each version has the ETag or the CRC-64 of its origin")],
            (await bench.CompareAsync(includeSame: true)).Items.Select(item => (item.Key, item.Status, item.Reason)));
        Assert.Equal(
            [("other", ComparisonStatus.Different, "version 2 of 2 (counted from the oldest) was read at both ends and differs"), ("same", ComparisonStatus.Same, "all versions were read at both ends and have the same CRC-64")],
            (await bench.CompareAsync(ComparisonLevel.Content, includeSame: true)).Items.Select(item => (item.Key, item.Status, item.Reason)));
        ContentCheck check = new(bench.Source, bench.Destination, ComparisonLevel.Checksum, new ComparisonRules(ComparisonLevel.Checksum, Cutover));
        Assert.Equal((ComparisonStatus.Superseded, "as listed"), await check.DecideAsync(Triple(Two, Proved, History("aa", "bb", "cc")), (ComparisonStatus.Superseded, "as listed"), Token));
    }

    [Fact]
    public void A_run_writes_at_the_end_of_a_history_what_is_missing_there()
    {
        DecisionRules rules = new(EngineBench.JobOf() with { Versions = VersionScope.All }, new MemoryStore(new MemoryStoreOptions { Flavor = StoreFlavor.Oss }).Limits, isAfterCutover: false);
        ObjectEntry archived = Two with { Availability = ObjectAvailability.NeedsRestore };

        Assert.Equal(new TransferAction.Append(null, IsNew: true), rules.Decide(Triple(Two, null, null)));
        Assert.Equal(new TransferAction.Append(Proved, IsNew: false), rules.Decide(Triple(Two, Proved, History("aa"))));
        Assert.Equal(OutcomeKind.NeedsRestore, OutcomeOf(rules.Decide(Triple(archived, null, null))).Kind);
        Assert.Equal(OutcomeKind.Skipped, OutcomeOf(rules.Decide(Triple(archived, null, Two))).Kind);
        Assert.Same(Proved, Assert.IsType<TransferOutcome.Skipped>(OutcomeOf(rules.Decide(Triple(Two, Proved, Two)))).Settled);
        Assert.Equal(ProofKind.FoundETag, Assert.IsType<TransferOutcome.Skipped>(OutcomeOf(rules.Decide(Triple(Two, null, Two)))).Settled!.Proof);

        static TransferOutcome OutcomeOf(TransferAction action) => Assert.IsType<TransferAction.Settle>(action).Outcome;
    }

    private static (ComparisonStatus Status, string Reason) Judge(
        ObjectEntry source, SettledEntry? proved, ObjectEntry destination, CutoverEvidence? cutover, ComparisonLevel level = ComparisonLevel.Checksum)
        => new ComparisonRules(level, cutover).Judge(Triple(source, proved, destination))!.Value;

    private static EntryTriple Triple(ObjectEntry source, SettledEntry? settled, ObjectEntry? destination)
        => new("k", new ListedEntry(source, IsFilteredOut: false, 1, source.Size), settled, destination);

    private static SettledEntry SettledAs(ObjectEntry entry) => new("k", entry.Size, entry.Version, entry.ETag!, null, ProofKind.Crc64);

    private static ObjectEntry History(params string[] contents) => new ObjectHistory([.. contents.Select((content, i) => new ObjectVersion(
        "k", $"v{i}", IsLatest: i == contents.Length - 1, IsDeleteMarker: false, content.Length, Noon.AddHours(1))
    {
        Entry = new ObjectEntry("k", content.Length, new SourceVersion(ETagOf(content)), ETagOf(content), Noon.AddHours(1)),
    })]).ToEntry("k");

    private static string ETagOf(string content) => Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(content)).AsSpan(0, 16)).ToLowerInvariant();
}
