using System.Globalization;
using System.Text;
using OssMigration.Core.Stores;
using Xunit;

namespace OssMigration.TestKit;

public abstract partial class StoreContract
{
    private IEnumerable<string> HeldKeys => OddKeys.All.Where(key => !IsRefused(key) && (Traits.HoldsKeysBelowKeys || !IsAboveAnother(key)));

    private IEnumerable<string> RefusedKeys => OddKeys.All.Where(IsRefused);

    [Fact]
    public async Task Odd_keys_survive_byte_by_byte()
    {
        string[] keys = [.. HeldKeys.Order(KeyOrder.Instance)];
        Assert.Equal(keys.Length, keys.Distinct(StringComparer.Ordinal).Count());
        List<string> failures = [];
        await ForEachAsync(keys, failures, async key => await PutAsync(key, key));

        await ForEachAsync(keys, failures, async key =>
        {
            Assert.Equal(key, (await HeadAsync(key)).Entry.Key);
            Assert.Equal(key, await ReadTextAsync(key));
        });

        string[] listed = await KeysAsync();
        failures.AddRange(keys.Except(listed, StringComparer.Ordinal).Select(key => $"{Show(key)} is not listed."));
        failures.AddRange(listed.Except(keys, StringComparer.Ordinal).Select(key => $"{Show(key)} is listed and was never written."));
        Assert.True(failures.Count == 0, string.Join('\n', failures));
        Assert.Equal(keys, listed);
    }

    [Fact]
    public async Task Odd_keys_are_listed_across_pages_and_after_each_other()
    {
        string[] keys = [.. HeldKeys.Order(KeyOrder.Instance)];
        await PutAllAsync(keys);

        Assert.Equal(keys, await KeysAsync(maxKeys: 4));
        List<string> failures = [];
        await ForEachAsync([.. keys.Select((_, index) => index.ToString(CultureInfo.InvariantCulture))], failures, async text =>
        {
            int index = int.Parse(text, CultureInfo.InvariantCulture);
            ListPage page = await Store.ListPageAsync(new ListPageRequest("", keys[index], null, 1), Token);
            Assert.Equal(keys.ElementAtOrDefault(index + 1), page.Entries.Count > 0 ? page.Entries[0].Key : null);
        });
        Assert.True(failures.Count == 0, string.Join('\n', failures));
    }

    [Fact]
    public async Task Deleting_an_odd_key_deletes_that_key_only()
    {
        string[] keys = [.. HeldKeys];
        await PutAllAsync(keys);

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

    private bool IsRefused(string key) => Store.Limits.WhyUnsupported(key, 1) is not null || Traits.CannotHold(key);

    private bool IsAboveAnother(string key) =>
        OddKeys.All.Any(other => !IsRefused(other) && other.StartsWith(key + "/", StringComparison.Ordinal));

    private static async Task ForEachAsync(string[] keys, List<string> failures, Func<string, Task> check)
    {
        foreach (string key in keys)
        {
            try
            {
                await check(key);
            }
            catch (Exception error) when (error is not OperationCanceledException)
            {
                failures.Add($"{Show(key)}: {(error as StoreException)?.Describe() ?? error.Message}");
            }
        }
    }
}
