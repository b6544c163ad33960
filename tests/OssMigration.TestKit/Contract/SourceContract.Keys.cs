using System.Globalization;
using OssMigration.Core.Stores;
using Xunit;

namespace OssMigration.TestKit;

public abstract partial class SourceContract
{
    /// <summary>The odd keys that the store can hold.</summary>
    protected IEnumerable<string> HeldKeys => OddKeys.All.Where(key => !IsRefused(key) && (Traits.HoldsKeysBelowKeys || !IsAboveAnother(key)));

    /// <summary>Those that it cannot.</summary>
    protected IEnumerable<string> RefusedKeys => OddKeys.All.Where(IsRefused);

    [Fact]
    public async Task Odd_keys_survive_byte_by_byte()
    {
        string[] keys = [.. HeldKeys.Order(Traits.Order)];
        Assert.Equal(keys.Length, keys.Distinct(StringComparer.Ordinal).Count());
        List<string> failures = [];
        await ForEachAsync(keys, failures, async key => await WriteAsync(key, key));

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
        string[] keys = [.. HeldKeys.Order(Traits.Order)];
        await WriteAllAsync(keys);

        Assert.Equal(keys, await KeysAsync(maxKeys: 4));
        List<string> failures = [];
        await ForEachAsync([.. keys.Select((_, index) => index.ToString(CultureInfo.InvariantCulture))], failures, async text =>
        {
            int index = int.Parse(text, CultureInfo.InvariantCulture);
            ListPage page = await Store.ListPageAsync(new ListPageRequest("", keys[index], null, 1), Token);
            Assert.Equal(After(keys, keys[index]).FirstOrDefault(), page.Entries.Count > 0 ? page.Entries[0].Key : null);
        });
        Assert.True(failures.Count == 0, string.Join('\n', failures));
    }

    private bool IsRefused(string key) => Store.Limits.WhyUnsupported(key, 1) is not null || Traits.CannotHold(key);

    private bool IsAboveAnother(string key) =>
        OddKeys.All.Any(other => !IsRefused(other) && other.StartsWith(key + "/", StringComparison.Ordinal));

    /// <summary>Checks every key, and collects what went wrong instead of stopping there.</summary>
    protected static async Task ForEachAsync(string[] keys, List<string> failures, Func<string, Task> check)
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
