using OssMigration.Core.Comparing;
using OssMigration.Core.Copying;
using OssMigration.Core.Listing;
using OssMigration.Core.Manifests;
using OssMigration.Core.Reporting;
using OssMigration.Core.Stores;
using OssMigration.TestKit;
using Xunit;

namespace OssMigration.Core.Tests.Comparing;

/// <summary>Where exactly one verdict ends and the next begins: the clean-up of the source deletes what is called Same, Superseded or DeletedAtDestination.</summary>
public sealed class VerdictEdgeTests : IAsyncDisposable
{
    private const string Md5 = "0123456789abcdef0123456789abcdef";
    private const string OtherMd5 = "fedcba9876543210fedcba9876543210";

    private static readonly DateTimeOffset Noon = new(2026, 6, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly CutoverEvidence Cutover = new(Noon, TimeSpan.FromMinutes(2));

    private readonly MemoryStore _source = new(new MemoryStoreOptions { ETagStyle = ETagStyle.Kms });
    private readonly MemoryStore _destination = new(new MemoryStoreOptions { Flavor = StoreFlavor.Oss });

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public void What_takes_no_part_has_no_verdict()
    {
        ObjectEntry entry = Entry(Md5, 1);

        Assert.Null(Judge(Triple(entry, null, entry) with { Source = new ListedEntry(entry, IsFilteredOut: true, 0, 0) }));
        Assert.Null(Judge(Triple(null, Settled(entry), null)));
    }

    [Fact]
    public void What_this_job_migrated_is_told_from_what_others_wrote()
    {
        ObjectEntry entry = Entry(Md5, 1);

        Assert.Equal((ComparisonStatus.DestinationOnly, "not at the source"), Judge(Triple(null, null, entry)));
        Assert.Equal((ComparisonStatus.DestinationOnly, "migrated by this job, and gone at the source since"), Judge(Triple(null, Settled(entry), entry)));
    }

    [Fact]
    public void What_is_missing_was_deleted_there_only_after_the_cutover_and_only_in_the_version_that_stood_there()
    {
        ObjectEntry entry = Entry(Md5, 1);

        Assert.Equal(ComparisonStatus.SourceOnly, Judge(Triple(entry, Settled(entry), null))!.Value.Status);
        Assert.Equal(ComparisonStatus.SourceOnly, Judge(Triple(entry, null, null), Cutover)!.Value.Status);
        Assert.Equal(ComparisonStatus.SourceOnly, Judge(Triple(entry, Settled(Entry(OtherMd5, 1)), null), Cutover)!.Value.Status);
        Assert.Equal(ComparisonStatus.DeletedAtDestination, Judge(Triple(entry, Settled(entry), null), Cutover)!.Value.Status);
    }

    [Fact]
    public void Before_the_cutover_nothing_is_superseded()
    {
        EntryTriple triple = Triple(Entry(Md5, 1), null, Entry(OtherMd5, 2, Noon.AddHours(1)));

        Assert.Equal((ComparisonStatus.Different, "sizes differ"), Judge(triple));
        Assert.Equal((ComparisonStatus.Superseded, "written at the destination by the business since cut-over"), Judge(triple, Cutover));
    }

    [Theory]
    [InlineData(-120, ComparisonStatus.Superseded)]
    [InlineData(-121, ComparisonStatus.Different)]
    public void What_was_written_at_the_cutover_less_the_margin_may_be_the_business_s(int seconds, ComparisonStatus expected)
        => Assert.Equal(expected, Judge(Triple(Entry(Md5, 1), null, Entry(OtherMd5, 2, Noon.AddSeconds(seconds))), Cutover)!.Value.Status);

    [Theory]
    [InlineData(ProofKind.ETagMd5, "the manifest proves it (ETagMd5)")]
    [InlineData(ProofKind.FoundWhole, "the manifest proves it (FoundWhole)")]
    public void The_proof_that_the_manifest_holds_is_named(ProofKind proof, string reason)
    {
        ObjectEntry source = Entry(Md5 + "-2", 1);
        ObjectEntry destination = Entry(OtherMd5, 1);

        Assert.Equal((ComparisonStatus.Same, reason), Judge(Triple(source, Settled(source) with { DestinationETag = OtherMd5, Proof = proof }, destination)));
    }

    [Fact]
    public void The_summary_of_nothing_but_the_keys_counts_bytes_of_the_end_that_has_them()
    {
        ComparisonTally tally = new();
        tally.Count(Triple(Entry(Md5, 5), null, Entry(Md5, 7)), ComparisonStatus.Different);
        tally.Count(Triple(null, null, Entry(Md5, 7)), ComparisonStatus.DestinationOnly);
        tally.Count(Triple(null, Settled(Entry(Md5, 9)), Entry(Md5, 9)), ComparisonStatus.DestinationOnly);
        ComparisonTally both = new();
        both.Add(tally);
        both.Add(tally);

        ComparisonSummary summary = both.Complete(new ComparisonSummary { ComparisonId = "c", JobName = "job" });

        Assert.Equal((new ObjectCount(2, 10), new ObjectCount(4, 32), new ObjectCount(2, 18)), (summary.Different, summary.DestinationOnly, summary.GoneAtSource!.Value));
    }

    [Fact]
    public async Task Contents_that_were_read_and_differ_are_the_business_s_only_where_the_headers_say_so_too()
    {
        ObjectEntry source = _source.Seed("k", "one content"u8.ToArray(), lastModified: Noon.AddHours(-1)).ToEntry();
        _destination.Seed("k", "two content"u8.ToArray(), lastModified: Noon.AddHours(1));

        Assert.Equal((ComparisonStatus.Different, "both contents were read and differ"), await ReadAsync(cutover: null));
        Assert.Equal(ComparisonStatus.Superseded, (await ReadAsync(Cutover)).Status);
        _destination.Change("k", found => found with { IsMirrored = true });
        Assert.Equal((ComparisonStatus.Different, "the contents differ, and nothing proves that the business wrote the destination's"), await ReadAsync(Cutover));

        Task<(ComparisonStatus Status, string Reason)> ReadAsync(CutoverEvidence? cutover) => DecideAsync(Triple(source, null, There()), cutover, ComparisonLevel.Content);
    }

    [Fact]
    public async Task What_was_deleted_at_the_destination_while_it_was_looked_at_has_the_verdict_of_what_is_missing()
    {
        ObjectEntry source = _source.Seed("k", "one content"u8.ToArray(), lastModified: Noon.AddHours(-1)).ToEntry();
        EntryTriple triple = Triple(source, Settled(source), Entry(OtherMd5, source.Size, Noon.AddHours(1)));

        Assert.Equal(ComparisonStatus.DeletedAtDestination, (await DecideAsync(triple, Cutover)).Status);
        Assert.Equal(ComparisonStatus.DeletedAtDestination, (await DecideAsync(triple, Cutover, verdict: ComparisonStatus.Superseded)).Status);
        Assert.Equal(ComparisonStatus.SourceOnly, (await DecideAsync(triple with { Settled = null }, Cutover, verdict: ComparisonStatus.Superseded)).Status);
        Assert.Equal((ComparisonStatus.Different, "gone while it was compared"), await DecideAsync(triple, Cutover, ComparisonLevel.Content));
        _source.Seed("k", "other size");
        Assert.Equal((ComparisonStatus.Different, "changed while it was compared"), await DecideAsync(triple, Cutover, ComparisonLevel.Content));
    }

    [Fact]
    public async Task The_checksum_that_the_manifest_remembers_is_held_against_the_stored_one()
    {
        ObjectEntry source = _source.Seed("k", "one content"u8.ToArray(), lastModified: Noon.AddHours(-1)).ToEntry();
        MemoryObject there = _destination.Seed("k", "one content"u8.ToArray(), lastModified: Noon.AddHours(1));
        SettledEntry settled = Settled(source) with { DestinationETag = OtherMd5, Crc64 = there.Crc64 };

        Assert.Equal((ComparisonStatus.Same, "the CRC-64 of the manifest is the stored one"), await LookAsync(settled));
        Assert.Equal(ComparisonStatus.Unproved, (await LookAsync(settled with { Crc64 = null })).Status);
        Assert.Equal(ComparisonStatus.Unproved, (await LookAsync(settled with { SourceVersion = new SourceVersion(OtherMd5) })).Status);
        Assert.Equal((ComparisonStatus.Different, "the stored CRC-64 is another one"), await DecideAsync(Triple(source, settled with { Crc64 = there.Crc64 + 1 }, There()), cutover: null));
        Assert.Equal(ComparisonStatus.Superseded, (await LookAsync(settled with { Crc64 = there.Crc64 + 1 })).Status);
        _destination.Change("k", found => found with { IsMirrored = true });
        Assert.Equal(
            (ComparisonStatus.Different, "the contents differ, and nothing proves that the business wrote the destination's"),
            await LookAsync(settled with { Crc64 = there.Crc64 + 1 }));
        _destination.Change("k", found => found with { Content = [.. found.Content, 0] });
        Assert.Equal(ComparisonStatus.Different, (await LookAsync(settled)).Status);

        Task<(ComparisonStatus Status, string Reason)> LookAsync(SettledEntry proved) => DecideAsync(Triple(source, proved, There()), Cutover);
    }

    public async ValueTask DisposeAsync()
    {
        await _source.DisposeAsync();
        await _destination.DisposeAsync();
    }

    private ObjectEntry There() => _destination.Find("k")!.ToEntry();

    private Task<(ComparisonStatus Status, string Reason)> DecideAsync(
        EntryTriple triple, CutoverEvidence? cutover, ComparisonLevel level = ComparisonLevel.Checksum, ComparisonStatus verdict = ComparisonStatus.Unproved)
        => new ContentCheck(_source, _destination, level, new ComparisonRules(level, cutover)).DecideAsync(triple, (verdict, "doubtful"), Token);

    private static (ComparisonStatus Status, string Reason)? Judge(EntryTriple triple, CutoverEvidence? cutover = null)
        => new ComparisonRules(ComparisonLevel.Checksum, cutover).Judge(triple);

    private static EntryTriple Triple(ObjectEntry? source, SettledEntry? settled, ObjectEntry? destination)
        => new("k", source is null ? null : new ListedEntry(source, IsFilteredOut: false, 1, source.Size), settled, destination);

    private static ObjectEntry Entry(string version, long size, DateTimeOffset? lastModified = null)
        => new("k", size, new SourceVersion(version), version, lastModified ?? Noon.AddHours(-1));

    private static SettledEntry Settled(ObjectEntry source) => new("k", source.Size, source.Version, source.ETag!, null, ProofKind.ETagMd5);
}
