using System.Text;
using OssMigration.Core.Stores;

namespace OssMigration.TestKit;

/// <summary>
/// What every store must do that is read and written. A store's test class derives from it and creates an empty store; what a store cannot
/// do is said once, in its traits, and then tested as refused.
/// </summary>
public abstract partial class StoreContract : SourceContract
{
    /// <summary>The store under test: empty when a test begins.</summary>
    protected new IObjectStore Store => (IObjectStore)base.Store;

    /// <summary>Makes an empty store (a new bucket, a new folder).</summary>
    protected abstract ValueTask<IObjectStore> CreateStoreAsync();

    /// <summary>Makes a store whose bucket does not exist.</summary>
    protected abstract ValueTask<IObjectStore> CreateStoreWithoutBucketAsync();

    /// <inheritdoc/>
    protected sealed override async ValueTask<IObjectReader> OpenStoreAsync() => await CreateStoreAsync();

    /// <inheritdoc/>
    protected sealed override async ValueTask<IObjectReader> OpenStoreWithoutBucketAsync() => await CreateStoreWithoutBucketAsync();

    /// <inheritdoc/>
    protected sealed override Task WriteAsync(string key, byte[] content, ObjectMetadata? metadata = null) => PutAsync(key, content, metadata);

    /// <summary>The smallest content that may be a part before the last one.</summary>
    protected int PartSize => (int)Math.Max(Store.Limits.MinPartBytes, 1000);

    /// <summary>Puts text.</summary>
    protected Task<PutResult> PutAsync(string key, string text, ObjectMetadata? metadata = null) =>
        PutAsync(key, Encoding.UTF8.GetBytes(text), metadata);

    /// <summary>Puts bytes.</summary>
    protected async Task<PutResult> PutAsync(string key, byte[] content, ObjectMetadata? metadata = null, bool forbidOverwrite = false)
    {
        using MemoryStream body = new(content);
        return await Store.PutAsync(new PutRequest(key, body, metadata ?? ObjectMetadata.Empty, forbidOverwrite), Token);
    }
}
