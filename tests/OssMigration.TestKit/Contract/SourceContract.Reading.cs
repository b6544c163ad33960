using System.Text;
using OssMigration.Core.Stores;
using Xunit;

namespace OssMigration.TestKit;

public abstract partial class SourceContract
{
    [Fact]
    public async Task What_was_written_is_read()
    {
        byte[] content = Bytes(300_001);
        await WriteAsync("key", content);

        Assert.Equal(content, await ReadAsync("key"));
    }

    [Fact]
    public async Task An_empty_object_is_an_object()
    {
        await WriteAsync("empty", []);

        Assert.Equal(0, (await HeadAsync("empty")).Entry.Size);
        Assert.Empty(await ReadAsync("empty"));
        Assert.Equal(0, Assert.Single(await ListAsync()).Size);
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(0, 100_000)]
    [InlineData(1, 1)]
    [InlineData(50_000, 12_345)]
    [InlineData(99_999, 1)]
    [InlineData(1, 99_999)]
    public async Task A_range_gives_exactly_these_bytes(int offset, int length)
    {
        byte[] content = Bytes(100_000);
        await WriteAsync("key", content);

        (byte[] read, long size) = await Store.ReadAsync(
            new ReadRequest("key", new ByteRange(offset, length), null),
            async (answer, token) => (await TakeAllAsync(answer, token), answer.Head.Entry.Size),
            Token);

        Assert.Equal(content[offset..(offset + length)], read);
        Assert.Equal(100_000, size);
    }

    [Theory]
    [InlineData(10, 1)]
    [InlineData(5, 6)]
    [InlineData(1000, 1000)]
    public async Task A_range_that_the_object_does_not_have_is_refused(int offset, int length)
    {
        await WriteAsync("key", "0123456789");

        await ThrowsAsync(StoreErrorKind.InvalidRequest, () => ReadAsync("key", new ByteRange(offset, length)));
    }

    [Fact]
    public async Task A_read_pinned_to_the_listed_version_works()
    {
        await WriteAsync("key", "content");
        SourceVersion version = Assert.Single(await ListAsync()).Version;

        Assert.Equal("content", Encoding.UTF8.GetString(await ReadAsync("key", null, version)));
        Assert.Equal("nte", Encoding.UTF8.GetString(await ReadAsync("key", new ByteRange(2, 3), version)));
    }

    [Fact]
    public async Task A_read_pinned_to_a_version_that_was_replaced_is_refused()
    {
        await WriteAsync("key", "first");
        SourceVersion version = (await HeadAsync("key")).Entry.Version;
        await WriteAsync("key", "other");

        StoreException error = await ThrowsAsync(StoreErrorKind.Changed, () => ReadAsync("key", null, version));
        await ThrowsAsync(StoreErrorKind.Changed, () => ReadAsync("key", new ByteRange(0, 2), version));
        Assert.Equal("key", error.Key);
        Assert.False(error.IsRetryable);
    }

    [Fact]
    public async Task The_answer_to_a_read_says_what_a_head_says()
    {
        await WriteAsync("key", "content", new ObjectMetadata { ContentType = "text/plain" });
        ObjectHead head = await HeadAsync("key");

        ObjectHead read = await Store.ReadAsync(
            new ReadRequest("key", null, null), (content, _) => new ValueTask<ObjectHead>(content.Head), Token);

        Assert.Equal(Traits.TellsClassWhenRead ? head.Entry : head.Entry with { StorageClass = null }, read.Entry);
        Assert.Equal(head.Metadata.ContentType, read.Metadata.ContentType);
        Assert.Equal(head.Crc64, read.Crc64);
    }

    [Fact]
    public async Task A_key_that_does_not_exist_has_no_head_and_no_content()
    {
        await WriteAsync("key", "content");

        Assert.Null(await Store.HeadAsync("key/", Token));
        Assert.Null(await Store.HeadAsync("ke", Token));
        StoreException error = await ThrowsAsync(StoreErrorKind.NotFound, () => ReadAsync("absent"));
        Assert.Equal("absent", error.Key);
        await ThrowsAsync(Traits.TakesAbsentForChanged ? StoreErrorKind.Changed : StoreErrorKind.NotFound, () => ReadAsync("absent", new ByteRange(0, 1), new SourceVersion("0123")));
    }

    [Fact]
    public async Task A_read_gives_back_what_its_consumer_made_even_when_it_left_early()
    {
        await WriteAsync("key", Bytes(200_000));
        byte[] first = new byte[10];

        for (int attempt = 0; attempt < 20; attempt++)
        {
            int result = await Store.ReadAsync(
                new ReadRequest("key", null, null),
                async (content, token) =>
                {
                    await content.Body.ReadExactlyAsync(first, token);
                    return attempt;
                },
                Token);
            Assert.Equal(attempt, result);
            Assert.Equal(Bytes(200_000)[..10], first);
        }
    }

    [Fact]
    public async Task An_error_of_the_consumer_comes_out_as_it_is()
    {
        await WriteAsync("key", "content");
        InvalidOperationException mine = new("mine");

        InvalidOperationException thrown = await Assert.ThrowsAsync<InvalidOperationException>(() => Store.ReadAsync<int>(
            new ReadRequest("key", null, null), (_, _) => throw mine, Token));

        Assert.Same(mine, thrown);
        Assert.Equal("content", await ReadTextAsync("key"));
    }

    [Fact]
    public async Task Reads_at_the_same_time_do_not_disturb_each_other()
    {
        for (int i = 0; i < 24; i++)
            await WriteAsync($"key-{i}", Bytes(20_000, i));

        byte[][] read = await Task.WhenAll(Enumerable.Range(0, 24).Select(i => ReadAsync($"key-{i}")));

        for (int i = 0; i < 24; i++)
            Assert.Equal(Bytes(20_000, i), read[i]);
    }
}
