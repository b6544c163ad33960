using OssMigration.Core.Stores;
using Xunit;

namespace OssMigration.TestKit;

public abstract partial class StoreContract
{
    [Fact]
    public async Task Parts_become_an_object_at_complete_and_not_before()
    {
        byte[] content = Bytes(PartSize + 1234);
        string id = await BeginAsync("folder/key", FullMetadata);
        UploadedPart second = await UploadAsync("folder/key", id, 2, content[PartSize..]);
        UploadedPart first = await UploadAsync("folder/key", id, 1, content[..PartSize]);
        Assert.Null(await Store.HeadAsync("folder/key", Token));
        Assert.Empty(await ListAsync());

        PutResult result = await CompleteAsync("folder/key", id, first, second);

        Assert.Equal(content, await ReadAsync("folder/key"));
        ObjectHead head = await HeadAsync("folder/key");
        Assert.Equal(content.Length, head.Entry.Size);
        Assert.Equal(Traits.TellsCrc64WhenWritten ? head.Crc64 : null, result.Crc64);
        if (Traits.HasETags)
            Assert.Equal(head.Entry.ETag, result.ETag);
        if (result.Crc64 is { } crc)
            Assert.Equal(ReferenceCrc64.Of(content), crc);
        if (Traits.KeepsMetadata)
            AssertMetadata(FullMetadata, head.Metadata);
    }

    [Fact]
    public async Task A_part_answers_with_its_number_size_and_checksum()
    {
        byte[] content = Bytes(5000);
        string id = await BeginAsync("key");

        UploadedPart part = await UploadAsync("key", id, 7, content);

        Assert.Equal(7, part.Number);
        Assert.Equal(5000, part.Size);
        Assert.NotEmpty(part.ETag);
        if (part.Crc64 is { } crc)
            Assert.Equal(ReferenceCrc64.Of(content), crc);
    }

    [Fact]
    public async Task Part_numbers_may_have_gaps()
    {
        byte[] content = Bytes((2 * PartSize) + 1);
        string id = await BeginAsync("key");
        UploadedPart first = await UploadAsync("key", id, 3, content[..PartSize]);
        UploadedPart second = await UploadAsync("key", id, 9, content[PartSize..(2 * PartSize)]);
        UploadedPart third = await UploadAsync("key", id, Store.Limits.MaxParts, content[(2 * PartSize)..]);

        await CompleteAsync("key", id, first, second, third);

        Assert.Equal(content, await ReadAsync("key"));
    }

    [Fact]
    public async Task A_part_that_is_written_again_replaces_the_first()
    {
        string id = await BeginAsync("key");
        await UploadAsync("key", id, 1, Bytes(3000, 1));
        UploadedPart again = await UploadAsync("key", id, 1, Bytes(4000, 2));

        await CompleteAsync("key", id, again);

        Assert.Equal(Bytes(4000, 2), await ReadAsync("key"));
    }

    [Fact]
    public async Task Parts_that_complete_does_not_name_are_left_out()
    {
        string id = await BeginAsync("key");
        UploadedPart wanted = await UploadAsync("key", id, 1, Bytes(3000, 1));
        await UploadAsync("key", id, 2, Bytes(3000, 2));

        if (!Traits.LeavesOutUnnamedParts)
        {
            await ThrowsAsync(StoreErrorKind.InvalidRequest, () => CompleteAsync("key", id, wanted));
            return;
        }

        await CompleteAsync("key", id, wanted);

        Assert.Equal(Bytes(3000, 1), await ReadAsync("key"));
    }

    [Fact]
    public async Task Complete_refuses_parts_that_were_never_written()
    {
        string id = await BeginAsync("key");
        UploadedPart part = await UploadAsync("key", id, 1, Bytes(3000));

        await ThrowsAsync(StoreErrorKind.InvalidRequest, () => CompleteAsync("key", id, part, part with { Number = 2 }));
        Assert.Null(await Store.HeadAsync("key", Token));

        await CompleteAsync("key", id, part);
        Assert.Equal(Bytes(3000), await ReadAsync("key"));
    }

    [Fact]
    public async Task A_completed_upload_replaces_the_object()
    {
        await PutAsync("key", "old");
        string id = await BeginAsync("key");
        UploadedPart part = await UploadAsync("key", id, 1, Bytes(3000));
        Assert.Equal("old", await ReadTextAsync("key"));

        await CompleteAsync("key", id, part);

        Assert.Equal(Bytes(3000), await ReadAsync("key"));
    }

    [Fact]
    public async Task An_aborted_upload_is_unknown_and_aborting_it_again_is_no_error()
    {
        string id = await BeginAsync("key");
        UploadedPart part = await UploadAsync("key", id, 1, Bytes(3000));

        await Store.AbortAsync("key", id, Token);
        await Store.AbortAsync("key", id, Token);

        await ThrowsAsync(StoreErrorKind.NoSuchUpload, () => UploadAsync("key", id, 2, Bytes(10)));
        StoreException error = await Assert.ThrowsAsync<StoreException>(() => CompleteAsync("key", id, part));
        Assert.Equal("key", error.Key);
        Assert.True(
            error.Kind == StoreErrorKind.NoSuchUpload || (Traits.IsVagueAboutAbortedUploads && error.Kind == StoreErrorKind.ServerError),
            $"Expected NoSuchUpload, got {error.Kind}: {error.Describe()}");
        Assert.Empty(await Store.ListUploadsAsync("", Token));
        Assert.Empty(await ListAsync());
    }

    [Fact]
    public async Task A_completed_upload_is_unknown_or_answers_as_before()
    {
        string id = await BeginAsync("key");
        UploadedPart part = await UploadAsync("key", id, 1, Bytes(3000));
        PutResult first = await CompleteAsync("key", id, part);

        try
        {
            PutResult second = await CompleteAsync("key", id, part);
            Assert.True(Traits.MayCompleteTwice, "A second Complete was answered.");
            Assert.Equal(first.ETag, second.ETag);
        }
        catch (StoreException error)
        {
            Assert.Equal(StoreErrorKind.NoSuchUpload, error.Kind);
        }

        await Store.AbortAsync("key", id, Token);
        Assert.Equal(Bytes(3000), await ReadAsync("key"));
    }

    [Fact]
    public async Task Open_uploads_are_listed_by_prefix()
    {
        string one = await BeginAsync("a/one");
        string two = await BeginAsync("a/two");
        string twoAgain = await BeginAsync("a/two");
        string other = await BeginAsync("b/other");

        IReadOnlyList<OpenUpload> all = await Store.ListUploadsAsync("", Token);
        IReadOnlyList<OpenUpload> some = await Store.ListUploadsAsync("a/", Token);

        Assert.Equal(4, all.Count);
        Assert.Equal(Sorted(one, two, twoAgain), Sorted([.. some.Select(upload => upload.UploadId)]));
        Assert.Equal(["a/one", "a/two", "a/two"], some.Select(upload => upload.Key).Order(KeyOrder.Instance));
        Assert.Contains(all, upload => upload.UploadId == other && upload.Key == "b/other");
        Assert.All(all, upload => Assert.Equal(TimeSpan.Zero, upload.Initiated.Offset));
        Assert.Empty(await Store.ListUploadsAsync("c", Token));
    }

    [Fact]
    public async Task A_complete_that_must_not_overwrite_leaves_the_object_alone()
    {
        Assert.SkipUnless(Traits.ObeysForbidOverwrite, "This store does not know forbid-overwrite.");
        string id = await Store.InitiateAsync(new InitiateRequest("key", ObjectMetadata.Empty, ForbidOverwrite: true), Token);
        UploadedPart part = await UploadAsync("key", id, 1, Bytes(3000));
        await PutAsync("key", "written meanwhile");

        await ThrowsAsync(
            StoreErrorKind.AlreadyExists, () => Store.CompleteAsync(new CompleteRequest("key", id, [part], ForbidOverwrite: true), Token));

        Assert.Equal("written meanwhile", await ReadTextAsync("key"));
        await Store.AbortAsync("key", id, Token);
        Assert.Empty(await Store.ListUploadsAsync("", Token));
    }

    private static string[] Sorted(params string[] texts) => [.. texts.Order(StringComparer.Ordinal)];

    private Task<string> BeginAsync(string key, ObjectMetadata? metadata = null) =>
        Store.InitiateAsync(new InitiateRequest(key, metadata ?? ObjectMetadata.Empty), Token);

    private async Task<UploadedPart> UploadAsync(string key, string id, int number, byte[] content)
    {
        using MemoryStream body = new(content);
        return await Store.UploadPartAsync(new UploadPartRequest(key, id, number, body), Token);
    }

    private Task<PutResult> CompleteAsync(string key, string id, params UploadedPart[] parts) =>
        Store.CompleteAsync(new CompleteRequest(key, id, parts), Token);
}
