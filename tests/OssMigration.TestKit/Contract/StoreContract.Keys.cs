using System.Text;
using OssMigration.Core.Stores;
using Xunit;

namespace OssMigration.TestKit;

public abstract partial class StoreContract
{
    [Fact]
    public async Task Deleting_an_odd_key_deletes_that_key_only()
    {
        string[] keys = [.. HeldKeys];
        await WriteAllAsync(keys);

        string[] deleted = [.. keys.Where((_, index) => index % 2 == 0)];
        foreach (string key in deleted)
            await Store.DeleteAsync(key, Token);

        Assert.Equal(keys.Except(deleted, StringComparer.Ordinal).Order(KeyOrder.Instance), await KeysAsync());
        foreach (string key in deleted)
            Assert.Null(await Store.HeadAsync(key, Token));
    }

    [Fact]
    public async Task Odd_keys_work_in_uploads_of_parts()
    {
        List<string> failures = [];
        string[] keys = [.. HeldKeys];
        await ForEachAsync(keys, failures, async key =>
        {
            string id = await Store.InitiateAsync(new InitiateRequest(key, ObjectMetadata.Empty), Token);
            Assert.Equal(key, Assert.Single(await Store.ListUploadsAsync(key, Token), upload => upload.UploadId == id).Key);
            UploadedPart part = await UploadAsync(key, id, 1, Encoding.UTF8.GetBytes(key));
            await Store.CompleteAsync(new CompleteRequest(key, id, [part]), Token);
            Assert.Equal(key, await ReadTextAsync(key));
        });
        Assert.True(failures.Count == 0, string.Join('\n', failures));
        Assert.Equal(keys.Order(KeyOrder.Instance), await KeysAsync());
    }

    [Fact]
    public async Task Keys_that_the_store_cannot_hold_are_refused_and_harm_nothing()
    {
        await PutAsync("bystander", "still here");
        List<string> failures = [];
        await ForEachAsync([.. RefusedKeys], failures, async key =>
        {
            await ThrowsAsync(StoreErrorKind.InvalidRequest, () => PutAsync(key, "content"));
            await ThrowsAsync(StoreErrorKind.InvalidRequest, () => Store.InitiateAsync(new InitiateRequest(key, ObjectMetadata.Empty), Token));
        });
        Assert.True(failures.Count == 0, string.Join('\n', failures));
        Assert.Equal(["bystander"], await KeysAsync());
        Assert.Equal("still here", await ReadTextAsync("bystander"));
    }

    [Fact]
    public async Task A_key_that_is_no_unicode_text_is_refused()
    {
        await ThrowsAsync(StoreErrorKind.InvalidRequest, () => PutAsync("half\ud83d", "content"));

        Assert.Empty(await KeysAsync());
    }
}
