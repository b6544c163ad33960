using OssMigration.Core.Comparing;
using OssMigration.Core.Copying;
using OssMigration.Core.Manifests;
using OssMigration.Core.Reporting;
using OssMigration.Core.Stores;
using OssMigration.TestKit;
using Xunit;

namespace OssMigration.Core.Tests.Copying;

/// <summary>Whose it is that stands under a key that was taken, and what is remembered of it.</summary>
public sealed class TakenKeyTests : IAsyncDisposable
{
    private static readonly DateTimeOffset Noon = new(2026, 6, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly CutoverEvidence Cutover = new(Noon, TimeSpan.FromMinutes(2));

    private readonly MemoryStore _source = new();
    private readonly MemoryStore _destination = new(new MemoryStoreOptions { Flavor = StoreFlavor.Oss });
    private readonly ObjectEntry _entry;
    private readonly ulong _crc64;
    private readonly SettledEntry _proved;

    public TakenKeyTests()
    {
        _entry = _source.Seed("k", "content"u8.ToArray(), lastModified: Noon.AddDays(-1)).ToEntry();
        _crc64 = ReferenceCrc64.Of("content"u8.ToArray());
        _proved = new SettledEntry("k", 7, new SourceVersion("older"), "older etag", null, ProofKind.Crc64);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Our_own_write_is_told_by_its_stamp_and_the_same_content_from_elsewhere_is_left(bool isReplacement)
    {
        OverwriteGuard guard = isReplacement ? OverwriteGuard.Only(_proved) : OverwriteGuard.Forbidden;
        MemoryObject standing = _destination.Seed("k", "content"u8.ToArray(), SourceStamp.Apply(ObjectMetadata.Empty, _entry, crc64: null));

        TransferOutcome.Copied copied = Assert.IsType<TransferOutcome.Copied>(await ResolveAsync(guard));

        Assert.Equal((standing.ETag, (ulong?)_crc64, ProofKind.Crc64), (copied.Settled.DestinationETag, copied.Settled.Crc64, copied.Settled.Proof));
        Assert.Equal(isReplacement, copied.IsReplacement);
        _destination.Seed("k", "content"u8.ToArray());
        TransferOutcome.Skipped skipped = Assert.IsType<TransferOutcome.Skipped>(await ResolveAsync(guard));
        Assert.Equal((standing.ETag, (ulong?)_crc64, ProofKind.HashRead), (skipped.Settled!.DestinationETag, skipped.Settled.Crc64, skipped.Settled.Proof));

        // Either the checksum or the MD5 tells.
        _destination.Change("k", found => found with { Crc64 = null });
        Assert.IsType<TransferOutcome.Skipped>(await ResolveAsync(guard));
        _destination.Change("k", found => found with { Crc64 = _crc64, ETag = "other-1" });
        Assert.IsType<TransferOutcome.Skipped>(await ResolveAsync(guard));
        _destination.Change("k", found => found with { Crc64 = null, ETag = "other-1" });
        Assert.Equal(MigrationItemState.Conflict, Assert.IsType<TransferOutcome.Exceptional>(await ResolveAsync(guard)).State);
    }

    [Fact]
    public async Task A_checksum_of_content_of_another_size_tells_nothing()
    {
        _destination.Seed("k", "content and more"u8.ToArray());
        _destination.Change("k", found => found with { Crc64 = _crc64 });

        Assert.Equal(MigrationItemState.Conflict, Assert.IsType<TransferOutcome.Exceptional>(await ResolveAsync(OverwriteGuard.Forbidden)).State);
    }

    [Fact]
    public async Task What_is_gone_by_then_was_deleted_and_is_remembered_where_nothing_was_proved()
    {
        TransferOutcome.Exceptional first = Assert.IsType<TransferOutcome.Exceptional>(await ResolveAsync(OverwriteGuard.Forbidden));
        TransferOutcome.Exceptional again = Assert.IsType<TransferOutcome.Exceptional>(await ResolveAsync(OverwriteGuard.Only(_proved)));

        Assert.Equal((MigrationItemState.DeletedAtDestination, "DeletedMeanwhile"), (first.State, first.ErrorKind));
        AssertSeen(first);
        Assert.Equal((MigrationItemState.DeletedAtDestination, null), (again.State, again.Remembered));
    }

    [Fact]
    public async Task Other_content_is_named_by_whose_it_is()
    {
        _destination.Seed("k", "other"u8.ToArray(), lastModified: Noon.AddHours(1));
        AssertSeen(AssertConflict("WrittenAtDestination", await ResolveAsync(OverwriteGuard.Forbidden)));
        AssertConflict("OtherContent", await ResolveAsync(OverwriteGuard.Forbidden, cutover: null));
        Assert.Null(AssertConflict("ChangedAtBothEnds", await ResolveAsync(OverwriteGuard.Only(_proved))).Remembered);
        _destination.Change("k", found => found with { IsMirrored = true });
        AssertConflict("OtherContent", await ResolveAsync(OverwriteGuard.Forbidden));

        // Our stamp: of an older version it is a copy of ours, of this one with other content nobody knows.
        _destination.Seed("k", "other"u8.ToArray(), SourceStamp.Apply(ObjectMetadata.Empty, _entry with { Version = new SourceVersion("older") }, 1), Noon.AddHours(1));
        AssertConflict("ChangedAtSource", await ResolveAsync(OverwriteGuard.Forbidden));
        _destination.Seed("k", "other"u8.ToArray(), SourceStamp.Apply(ObjectMetadata.Empty, _entry, 1), Noon.AddHours(1));
        AssertConflict("OtherContent", await ResolveAsync(OverwriteGuard.Forbidden));
    }

    public async ValueTask DisposeAsync()
    {
        await _source.DisposeAsync();
        await _destination.DisposeAsync();
    }

    private Task<TransferOutcome> ResolveAsync(OverwriteGuard guard) => ResolveAsync(guard, Cutover);

    private Task<TransferOutcome> ResolveAsync(OverwriteGuard guard, CutoverEvidence? cutover)
        => TakenKey.ResolveAsync(_destination, cutover, _entry, _crc64, guard, TestContext.Current.CancellationToken);

    private static TransferOutcome.Exceptional AssertConflict(string kind, TransferOutcome outcome)
    {
        TransferOutcome.Exceptional conflict = Assert.IsType<TransferOutcome.Exceptional>(outcome);
        Assert.Equal((MigrationItemState.Conflict, kind), (conflict.State, conflict.ErrorKind));
        return conflict;
    }

    private void AssertSeen(TransferOutcome.Exceptional outcome)
        => Assert.Equal((ProofKind.Seen, "", (ulong?)_crc64, _entry.Version), (outcome.Remembered!.Proof, outcome.Remembered.DestinationETag, outcome.Remembered.Crc64, outcome.Remembered.SourceVersion));
}
