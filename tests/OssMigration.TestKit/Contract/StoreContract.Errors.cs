using OssMigration.Core.Stores;
using Xunit;

namespace OssMigration.TestKit;

public abstract partial class StoreContract
{
    [Fact]
    public async Task Every_write_obeys_a_cancelled_token()
    {
        await PutAsync("key", "content");
        string id = await BeginAsync("key");
        UploadedPart part = await UploadAsync("key", id, 1, [1, 2, 3]);
        using MemoryStream body = new([1, 2, 3]);
        CancellationToken cancelled = new(canceled: true);
        Func<Task>[] calls =
        [
            () => Store.PutAsync(new PutRequest("new", body, ObjectMetadata.Empty), cancelled),
            () => Store.DeleteAsync("key", cancelled),
            () => Store.InitiateAsync(new InitiateRequest("other", ObjectMetadata.Empty), cancelled),
            () => Store.UploadPartAsync(new UploadPartRequest("key", id, 2, body), cancelled),
            () => Store.CompleteAsync(new CompleteRequest("key", id, [part]), cancelled),
            () => Store.AbortAsync("key", id, cancelled),
            () => Store.ListUploadsAsync("", cancelled),
        ];
        foreach (Func<Task> call in calls)
            await Assert.ThrowsAnyAsync<OperationCanceledException>(call);

        Assert.Equal(["key"], await KeysAsync());
        Assert.Equal("content", await ReadTextAsync("key"));
        Assert.Equal(id, Assert.Single(await Store.ListUploadsAsync("", Token)).UploadId);
    }

    [Fact]
    public async Task A_bucket_that_does_not_exist_takes_no_write()
    {
        await using IObjectStore missing = await CreateStoreWithoutBucketAsync();
        using MemoryStream body = new([1, 2, 3]);

        await ThrowsAsync(StoreErrorKind.NoSuchBucket, () => missing.PutAsync(new PutRequest("key", body, ObjectMetadata.Empty), Token));
        await ThrowsAsync(StoreErrorKind.NoSuchBucket, () => missing.InitiateAsync(new InitiateRequest("key", ObjectMetadata.Empty), Token));
    }
}
