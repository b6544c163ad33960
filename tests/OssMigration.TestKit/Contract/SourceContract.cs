using System.Text;
using OssMigration.Core.Stores;
using Xunit;

namespace OssMigration.TestKit;

/// <summary>
/// What every store must do that is read from. A store's test class derives from it and creates an empty store; what a store cannot do is
/// said once, in its traits.
/// </summary>
public abstract partial class SourceContract : IAsyncLifetime
{
    private IObjectReader? _store;

    /// <summary>The store under test: empty when a test begins.</summary>
    protected IObjectReader Store => _store ?? throw new InvalidOperationException("The test has not begun.");

    /// <summary>In what this store differs.</summary>
    protected virtual StoreTraits Traits { get; } = new();

    /// <summary>The token of the running test.</summary>
    protected static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>Makes an empty store (a new bucket, a new folder).</summary>
    protected abstract ValueTask<IObjectReader> OpenStoreAsync();

    /// <summary>Makes a store whose bucket does not exist.</summary>
    protected abstract ValueTask<IObjectReader> OpenStoreWithoutBucketAsync();

    /// <summary>Puts an object where the store reads it.</summary>
    protected abstract Task WriteAsync(string key, byte[] content, ObjectMetadata? metadata = null);

    /// <summary>Cleans up after a test, when the store is closed.</summary>
    protected virtual ValueTask RemoveStoreAsync() => default;

    /// <inheritdoc/>
    public async ValueTask InitializeAsync() => _store = await OpenStoreAsync();

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        if (_store is not null)
            await _store.DisposeAsync();
        await RemoveStoreAsync();
    }

    /// <summary>Bytes that look random and are the same every time.</summary>
    protected static byte[] Bytes(int count, int seed = 1)
    {
        byte[] bytes = new byte[count];
#pragma warning disable CA5394 // Repeatable content is wanted, not secrecy.
        new Random(seed).NextBytes(bytes);
#pragma warning restore CA5394
        return bytes;
    }

    /// <summary>Puts text.</summary>
    protected Task WriteAsync(string key, string text, ObjectMetadata? metadata = null) => WriteAsync(key, Encoding.UTF8.GetBytes(text), metadata);

    /// <summary>Puts objects whose content is their key.</summary>
    protected async Task WriteAllAsync(IEnumerable<string> keys)
    {
        foreach (string key in keys)
            await WriteAsync(key, key);
    }

    /// <summary>Reads bytes.</summary>
    protected Task<byte[]> ReadAsync(string key, ByteRange? range = null, SourceVersion? version = null) =>
        Store.ReadAsync(new ReadRequest(key, range, version), TakeAllAsync, Token);

    /// <summary>Reads text.</summary>
    protected async Task<string> ReadTextAsync(string key) => Encoding.UTF8.GetString(await ReadAsync(key));

    /// <summary>The head of an object that must exist.</summary>
    protected async Task<ObjectHead> HeadAsync(string key)
    {
        ObjectHead? head = await Store.HeadAsync(key, Token);
        Assert.True(head is not null, $"There is no {Show(key)}.");
        return head;
    }

    /// <summary>All entries, page by page; checks what holds for every page.</summary>
    protected async Task<List<ObjectEntry>> ListAsync(string prefix = "", string? startAfter = null, int maxKeys = 1000)
    {
        List<ObjectEntry> all = [];
        string? token = null;
        int pages = 0;
        do
        {
            ListPage page = await Store.ListPageAsync(new ListPageRequest(prefix, startAfter, token, maxKeys), Token);
            Assert.InRange(page.Entries.Count, 0, maxKeys);
            Assert.Equal(page.Entries.Count, page.DeclaredCount);
            all.AddRange(page.Entries);
            token = page.ContinuationToken;
            Assert.True(++pages < 1000, "The listing does not end.");
        }
        while (token is not null);
        return all;
    }

    /// <summary>All keys, as the store lists them.</summary>
    protected async Task<string[]> KeysAsync(string prefix = "", string? startAfter = null, int maxKeys = 1000) =>
        [.. (await ListAsync(prefix, startAfter, maxKeys)).Select(entry => entry.Key)];

    /// <summary>Expects an error of this kind, and nothing secret in it.</summary>
    protected async Task<StoreException> ThrowsAsync(StoreErrorKind kind, Func<Task> action)
    {
        StoreException error = await Assert.ThrowsAsync<StoreException>(action);
        Assert.True(kind == error.Kind, $"Expected {kind}, got {error.Kind}: {error.Describe()} {error.InnerException}");
        Assert.NotEmpty(error.Message);
        Assert.Equal(Store.DisplayName.Split(':')[0], error.Store.Split(':')[0]);
        foreach (string secret in Traits.Secrets)
            Assert.DoesNotContain(secret, $"{error.Describe()} {error}", StringComparison.Ordinal);
        return error;
    }

    /// <summary>A key as ASCII, so that twins can be told apart in a message.</summary>
    protected static string Show(string key)
    {
        string text = string.Concat(key.Select(unit => unit is > ' ' and <= '~' ? unit.ToString() : $"\\u{(int)unit:x4}"));
        return text.Length <= 100 ? $"\"{text}\"" : $"\"{text[..100]}...\" ({key.Length} units)";
    }

    /// <summary>Takes a whole body and checks its length against what was said.</summary>
    protected static async ValueTask<byte[]> TakeAllAsync(ObjectContent content, CancellationToken cancellationToken)
    {
        using MemoryStream copy = new();
        await content.Body.CopyToAsync(copy, cancellationToken);
        Assert.Equal(content.Length, copy.Length);
        return copy.ToArray();
    }
}
