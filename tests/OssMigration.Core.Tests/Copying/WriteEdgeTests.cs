using System.Text;
using Microsoft.Extensions.Time.Testing;
using OssMigration.Core.Copying;
using OssMigration.Core.Manifests;
using OssMigration.Core.Stores;
using OssMigration.TestKit;
using Xunit;

namespace OssMigration.Core.Tests.Copying;

/// <summary>What a write may replace, and what proves it, at their edges.</summary>
public sealed class WriteEdgeTests : IAsyncDisposable
{
    private const string Md5 = "0123456789abcdef0123456789abcdef";

    private static readonly DateTimeOffset Noon = new(2026, 6, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly ObjectEntry Source = new("k", 3, new SourceVersion("v"), Md5, Noon);

    private readonly MemoryStore _store = new(new MemoryStoreOptions { Flavor = StoreFlavor.Oss });
    private readonly FakeTimeProvider _time = new(Noon);
    private bool _isAfterCutover;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private CutoverStore Guarded => new(_store, () => _isAfterCutover, _time);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task After_cut_over_no_write_replaces_anything_whenever_it_was_decided(bool inParts)
    {
        _store.Seed("k", "of the business");
        CutoverStore store = Guarded;
        await WriteAsync(store, inParts);
        Assert.Equal("new", Text("k"));
        _isAfterCutover = true;
        _store.Seed("k", "of the business");

        Assert.Equal(StoreErrorKind.AlreadyExists, (await Assert.ThrowsAsync<StoreException>(() => WriteAsync(store, inParts))).Kind);
        Assert.Equal("of the business", Text("k"));
        Assert.Equal(0, _store.OpenUploads);
        _store.Remove("k");
        await WriteAsync(store, inParts);
        Assert.Equal("new", Text("k"));
    }

    [Fact]
    public async Task An_upload_that_was_begun_before_cut_over_ends_without_replacing_anything()
    {
        _store.Seed("k", "of the business");
        CutoverStore store = Guarded;
        string id = await store.InitiateAsync(new InitiateRequest("k", ObjectMetadata.Empty), Token);
        UploadedPart part = await store.UploadPartAsync(new UploadPartRequest("k", id, 1, Body()), Token);
        _isAfterCutover = true;

        Assert.Equal(StoreErrorKind.AlreadyExists, (await Assert.ThrowsAsync<StoreException>(() => store.CompleteAsync(new CompleteRequest("k", id, [part]), Token))).Kind);
        Assert.Equal("of the business", Text("k"));
    }

    [Fact]
    public async Task After_cut_over_nothing_is_deleted()
    {
        _store.Seed("k", "x");
        _store.Seed("l", "x");
        await Guarded.DeleteAsync("k", Token);
        _isAfterCutover = true;

        StoreException error = await Assert.ThrowsAsync<StoreException>(() => Guarded.DeleteAsync("l", Token));

        Assert.Equal((StoreErrorKind.NotSupported, "l"), (error.Kind, error.Key));
        Assert.Equal(["l"], _store.Keys);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Only_exactly_what_this_job_wrote_may_be_replaced_and_the_window_is_told(bool inParts)
    {
        _isAfterCutover = true;
        ObjectMetadata stamp = SourceStamp.Apply(ObjectMetadata.Empty, Source, crc64: null);
        MemoryObject ours = _store.Seed("k", "old"u8.ToArray(), stamp);
        ExpectedObject expected = new(ours.ETag.ToLowerInvariant(), Source.Version);
        _store.BeforeOperation = (operation, _, _) =>
        {
            if (operation is StoreOperation.Put or StoreOperation.Complete)
                _time.Advance(TimeSpan.FromSeconds(3));
            return default;
        };

        Assert.Equal(TimeSpan.FromSeconds(3), (await WriteAsync(Guarded, inParts, expected)).Window);
        Assert.Equal("new", Text("k"));

        // The same bytes without our stamp, our stamp on other bytes, another version's stamp, nothing at all.
        foreach (Action change in (Action[])[
            () => _store.Seed("k", "old"u8.ToArray()),
            () => _store.Seed("k", "OLD"u8.ToArray(), stamp),
            () => _store.Seed("k", "old"u8.ToArray(), SourceStamp.Apply(ObjectMetadata.Empty, Source with { Version = new SourceVersion("w") }, crc64: null)),
            () => _store.Remove("k")])
        {
            change();
            string? before = Text("k");
            StoreException error = await Assert.ThrowsAsync<StoreException>(() => WriteAsync(Guarded, inParts, expected));
            Assert.Equal((StoreErrorKind.AlreadyExists, "k", before), (error.Kind, error.Key, Text("k")));
        }
    }

    [Theory]
    [InlineData(Md5, Md5, 7, 7UL, ProofKind.ETagMd5)]
    [InlineData(Md5, "0123456789ABCDEF0123456789ABCDEF", 7, null, ProofKind.ETagMd5)]
    [InlineData(Md5, "fedcba9876543210fedcba9876543210", 7, 7UL, ProofKind.Crc64)]
    [InlineData("multi-2", "multi-2", 7, 7UL, ProofKind.Crc64)]
    [InlineData("multi-2", "multi-2", 7, null, null)]
    [InlineData(Md5, Md5, 7, 8UL, null)]
    [InlineData(Md5, "fedcba9876543210fedcba9876543210", 7, null, null)]
    public void A_write_is_proved_by_its_MD5_or_its_checksum_and_by_nothing_where_they_disagree(string sourceETag, string writtenETag, ulong crc64, ulong? stored, ProofKind? proof)
    {
        SettledEntry? settled = ProofRules.Prove(Source with { ETag = sourceETag }, new PutResult(writtenETag, stored), crc64);

        Assert.Equal(proof, settled?.Proof);
        if (settled is not null)
            Assert.Equal(("k", 3L, Source.Version, writtenETag, crc64), (settled.Key, settled.Size, settled.SourceVersion, settled.DestinationETag, settled.Crc64));
    }

    [Fact]
    public void A_stamp_names_a_version_and_proves_it_with_the_stored_checksum_only()
    {
        ObjectEntry source = Source with { LastModified = new DateTimeOffset(2026, 6, 1, 20, 0, 0, 5, TimeSpan.FromHours(8)) };
        ObjectMetadata stamped = SourceStamp.Apply(ObjectMetadata.Empty with { User = new Dictionary<string, string> { ["own"] = "kept" } }, source, 7);
        ObjectHead head = new(source, stamped, 7, []);

        Assert.Equal(
            [("ossmigration-crc64", "7"), ("ossmigration-modified", "2026-06-01T12:00:00.005Z"), ("ossmigration-version", "v"), ("own", "kept")],
            stamped.User.Select(pair => (pair.Key, pair.Value)).Order());
        Assert.False(SourceStamp.Apply(ObjectMetadata.Empty, source, crc64: null).User.ContainsKey(SourceStamp.Crc64Name));
        Assert.True(SourceStamp.Proves(head, source));
        Assert.False(SourceStamp.Proves(head with { Crc64 = 8 }, source));
        Assert.False(SourceStamp.Proves(head with { Crc64 = null }, source));
        Assert.False(SourceStamp.Proves(head with { Entry = source with { Size = 4 } }, source));
        Assert.False(SourceStamp.Proves(head, source with { Version = new SourceVersion("w") }));
        Assert.False(SourceStamp.Proves(head with { Metadata = SourceStamp.Apply(ObjectMetadata.Empty, source, crc64: null) }, source));
        Assert.Equal((true, true, false), (SourceStamp.IsOn(head), SourceStamp.Names(head, source.Version), SourceStamp.Names(head, new SourceVersion("w"))));
        Assert.False(SourceStamp.IsOn(head with { Metadata = ObjectMetadata.Empty }));
    }

    public ValueTask DisposeAsync() => _store.DisposeAsync();

    private string? Text(string key) => _store.Find(key) is { } found ? Encoding.UTF8.GetString(found.Content) : null;

    private static async Task<PutResult> WriteAsync(CutoverStore store, bool inParts, ExpectedObject? onlyWhile = null)
    {
        if (!inParts)
            return await store.PutAsync(new PutRequest("k", Body(), ObjectMetadata.Empty) { OnlyWhile = onlyWhile }, Token);
        string id = await store.InitiateAsync(new InitiateRequest("k", ObjectMetadata.Empty) { OnlyWhile = onlyWhile }, Token);
        UploadedPart part = await store.UploadPartAsync(new UploadPartRequest("k", id, 1, Body()), Token);
        return await store.CompleteAsync(new CompleteRequest("k", id, [part]) { OnlyWhile = onlyWhile }, Token);
    }

    private static MemoryStream Body() => new("new"u8.ToArray());
}
