using OssMigration.Core.Stores;
using Xunit;

namespace OssMigration.TestKit;

public abstract partial class SourceContract
{
    [Fact]
    public async Task A_bucket_that_does_not_exist_is_named()
    {
        await using IObjectReader missing = await OpenStoreWithoutBucketAsync();
        Func<Task>[] calls =
        [
            () => missing.ListPageAsync(new ListPageRequest("", null, null, 10), Token),
            () => missing.ReadAsync(new ReadRequest("key", null, null), TakeAllAsync, Token),
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
    public async Task Every_read_obeys_a_cancelled_token()
    {
        await WriteAsync("key", "content");
        CancellationToken cancelled = new(canceled: true);
        Func<Task>[] calls =
        [
            () => Store.ListPageAsync(new ListPageRequest("", null, null, 10), cancelled),
            () => Store.HeadAsync("key", cancelled),
            () => Store.ReadAsync(new ReadRequest("key", null, null), TakeAllAsync, cancelled),
        ];
        foreach (Func<Task> call in calls)
            await Assert.ThrowsAnyAsync<OperationCanceledException>(call);

        Assert.Equal("content", await ReadTextAsync("key"));
    }

    [Fact]
    public async Task A_read_that_is_cancelled_in_its_body_ends_as_cancelled()
    {
        await WriteAsync("key", Bytes(300_000));
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
