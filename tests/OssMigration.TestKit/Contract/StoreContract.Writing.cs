using System.Text;
using OssMigration.Core.Stores;
using Xunit;

namespace OssMigration.TestKit;

public abstract partial class StoreContract
{
    private static readonly ObjectMetadata FullMetadata = new()
    {
        ContentType = "text/plain; charset=utf-8",
        CacheControl = "max-age=3600, public",
        ContentDisposition = "attachment; filename=\"a b.txt\"",
        ContentEncoding = "gzip",
        ContentLanguage = "de-DE, en",
        Expires = "Wed, 21 Oct 2037 07:28:00 GMT",
        User = new Dictionary<string, string>
        {
            ["plain"] = "value",
            ["with-hyphen-2"] = "two words, (and) \"quotes\"; a=b",
            ["encoded"] = "=?UTF-8?B?w6k=?=",
            ["percent"] = "%C3%A9+x",
        },
    };

    [Fact]
    public async Task A_put_replaces_what_stands_there()
    {
        await PutAsync("key", "first, and longer", new ObjectMetadata { CacheControl = "no-cache" });

        await PutAsync("key", "second");

        Assert.Equal("second", await ReadTextAsync("key"));
        Assert.Null((await HeadAsync("key")).Metadata.CacheControl);
    }

    [Fact]
    public async Task A_put_answers_with_the_etag_and_checksum_of_what_is_stored()
    {
        byte[] content = Bytes(10_000);

        PutResult result = await PutAsync("key", content);

        ObjectHead head = await HeadAsync("key");
        if (Traits.HasETags)
        {
            Assert.Equal(head.Entry.ETag, result.ETag);
            Assert.DoesNotContain('"', result.ETag);
        }

        Assert.Equal(Traits.TellsCrc64WhenWritten ? head.Crc64 : null, result.Crc64);
        if (result.Crc64 is { } crc)
            Assert.Equal(ReferenceCrc64.Of(content), crc);
    }

    [Fact]
    public async Task A_put_that_names_an_MD5_keeps_no_other_content()
    {
        await PutAsync("key", "first");
        using MemoryStream body = new(Encoding.UTF8.GetBytes("second"));

        StoreException error = await Assert.ThrowsAsync<StoreException>(
            () => Store.PutAsync(new PutRequest("key", body, ObjectMetadata.Empty) { Md5 = "00112233445566778899aabbccddeeff" }, Token));
        Assert.Equal((StoreErrorKind.DigestMismatch, false), (error.Kind, error.IsRetryable));
        Assert.Equal("first", await ReadTextAsync("key"));

        await Store.PutAsync(new PutRequest("key", body, ObjectMetadata.Empty) { Md5 = "a9f0e61a137d86aa9db53465e0801612" }, Token);
        Assert.Equal("second", await ReadTextAsync("key"));
    }

    [Fact]
    public async Task A_put_reads_its_body_from_the_start_and_leaves_it_open()
    {
        using MemoryStream body = new(Encoding.UTF8.GetBytes("content"));
        body.Position = 4;

        await Store.PutAsync(new PutRequest("one", body, ObjectMetadata.Empty), Token);
        await Store.PutAsync(new PutRequest("two", body, ObjectMetadata.Empty), Token);

        Assert.True(body.CanRead);
        Assert.Equal("content", await ReadTextAsync("one"));
        Assert.Equal("content", await ReadTextAsync("two"));
    }

    [Fact]
    public async Task Content_headers_and_user_metadata_come_back_as_they_were()
    {
        Assert.SkipUnless(Traits.KeepsMetadata, "This store keeps no metadata.");
        await PutAsync("key", Bytes(100), FullMetadata);

        AssertMetadata(FullMetadata, (await HeadAsync("key")).Metadata);
        ObjectMetadata read = await Store.ReadAsync(
            new ReadRequest("key", null, null), (content, _) => new ValueTask<ObjectMetadata>(content.Head.Metadata), Token);
        AssertMetadata(FullMetadata, read);
    }

    [Fact]
    public async Task Headers_that_were_not_given_are_absent()
    {
        await PutAsync("key", Bytes(100), new ObjectMetadata { ContentType = "application/x-test" });

        ObjectMetadata metadata = (await HeadAsync("key")).Metadata;
        Assert.Null(metadata.CacheControl);
        Assert.Null(metadata.ContentDisposition);
        Assert.Null(metadata.ContentEncoding);
        Assert.Null(metadata.ContentLanguage);
        Assert.Null(metadata.Expires);
        Assert.Empty(metadata.User);
    }

    [Fact]
    public async Task A_put_that_must_not_overwrite_leaves_the_object_alone()
    {
        Assert.SkipUnless(Traits.ObeysForbidOverwrite, "This store does not know forbid-overwrite.");
        await PutAsync("key", Encoding.UTF8.GetBytes("first"), forbidOverwrite: true);

        StoreException error = await ThrowsAsync(
            StoreErrorKind.AlreadyExists, () => PutAsync("key", Encoding.UTF8.GetBytes("second"), forbidOverwrite: true));

        Assert.Equal("key", error.Key);
        Assert.Equal("first", await ReadTextAsync("key"));
    }

    [Fact]
    public async Task A_deleted_object_is_gone_and_deleting_it_again_is_no_error()
    {
        await PutAsync("folder/key", "content");
        await PutAsync("folder/other", "content");

        await Store.DeleteAsync("folder/key", Token);
        await Store.DeleteAsync("folder/key", Token);
        await Store.DeleteAsync("never/was", Token);

        Assert.Null(await Store.HeadAsync("folder/key", Token));
        Assert.Equal(["folder/other"], await KeysAsync());
    }

    [Fact]
    public async Task Writes_at_the_same_time_do_not_disturb_each_other()
    {
        await Task.WhenAll(Enumerable.Range(0, 24).Select(i => PutAsync($"folder-{i % 3}/key-{i}", Bytes(20_000, i))));

        Assert.Equal(24, (await ListAsync()).Count);
        for (int i = 0; i < 24; i++)
            Assert.Equal(Bytes(20_000, i), await ReadAsync($"folder-{i % 3}/key-{i}"));
    }

    private static void AssertMetadata(ObjectMetadata expected, ObjectMetadata actual)
    {
        Assert.Equal(expected with { User = ObjectMetadata.Empty.User }, actual with { User = ObjectMetadata.Empty.User });
        Assert.Equal(
            expected.User.OrderBy(pair => pair.Key, StringComparer.Ordinal),
            actual.User.OrderBy(pair => pair.Key, StringComparer.Ordinal));
    }
}
