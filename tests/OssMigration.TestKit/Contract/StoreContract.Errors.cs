using OssMigration.Core.Stores;
using Xunit;

namespace OssMigration.TestKit;

public abstract partial class StoreContract
{
    [Fact]
    public async Task A_bucket_that_does_not_exist_is_named()
    {
        await using IObjectStore missing = await CreateStoreWithoutBucketAsync();
        using MemoryStream body = new([1, 2, 3]);
        Func<Task>[] calls =
        [
            () => missing.ListPageAsync(new ListPageRequest("", null, null, 10), Token),
            () => missing.ReadAsync(new ReadRequest("key", null, null), TakeAllAsync, Token),
            () => missing.PutAsync(new PutRequest("key", body, ObjectMetadata.Empty), Token),
            () => missing.InitiateAsync(new InitiateRequest("key", ObjectMetadata.Empty), Token),
        ];
        foreach (Func<Task> call in calls)
        {
            StoreException error = await ThrowsAsync(StoreErrorKind.NoSuchBucket, call);
            Assert.Equal(missing.DisplayName, error.Store);
            Assert.True(error.StopsJob);
        }

        if (missing is IBucketInspector inspector)
            await ThrowsAsync(StoreErrorKind.NoSuchBucket, () => inspector.InspectBucketAsync(Token));
    }

    [Fact]
    public async Task A_bucket_tells_its_facts()
    {
        Assert.SkipUnless(Store is IBucketInspector, "This store has no facts of a bucket.");

        BucketFacts facts = await ((IBucketInspector)Store).InspectBucketAsync(Token);

        Assert.True(facts.Versioning is BucketVersioning.Off or BucketVersioning.Unknown, $"Versioning is {facts.Versioning}.");
    }

    [Fact]
    public async Task Every_call_obeys_a_cancelled_token()
    {
        await PutAsync("key", "content");
        string id = await BeginAsync("key");
        UploadedPart part = await UploadAsync("key", id, 1, [1, 2, 3]);
        using MemoryStream body = new([1, 2, 3]);
        CancellationToken cancelled = new(canceled: true);
        Func<Task>[] calls =
        [
            () => Store.ListPageAsync(new ListPageRequest("", null, null, 10), cancelled),
            () => Store.HeadAsync("key", cancelled),
            () => Store.ReadAsync(new ReadRequest("key", null, null), TakeAllAsync, cancelled),
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
    public async Task A_read_that_is_cancelled_in_its_body_ends_as_cancelled()
    {
        await PutAsync("key", Bytes(300_000));
        using CancellationTokenSource source = CancellationTokenSource.CreateLinkedTokenSource(Token);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Store.ReadAsync(
            new ReadRequest("key", null, null),
            async (content, token) =>
            {
                byte[] buffer = new byte[1000];
                int read = await content.Body.ReadAsync(buffer, token);
                await source.CancelAsync();
                while (read > 0)
                    read = await content.Body.ReadAsync(buffer, token);
                return 0;
            },
            source.Token));

        Assert.Equal(300_000, (await ReadAsync("key")).Length);
    }

    [Fact]
    public void The_display_name_is_short_and_holds_no_secret()
    {
        Assert.Contains("://", Store.DisplayName, StringComparison.Ordinal);
        Assert.DoesNotContain('?', Store.DisplayName);
        foreach (string secret in Traits.Secrets)
            Assert.DoesNotContain(secret, Store.DisplayName, StringComparison.Ordinal);
    }
}
