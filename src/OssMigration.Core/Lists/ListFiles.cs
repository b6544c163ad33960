using OssMigration.Core.Jobs;
using OssMigration.Core.Reporting;
using OssMigration.Core.Stores;

namespace OssMigration.Core.Lists;

/// <summary>Where the files of an object list lie: on this machine, or at a store, from where each is fetched to the disk.</summary>
internal abstract class ListFiles : IAsyncDisposable
{
    /// <summary>The file that the user named, on this machine.</summary>
    /// <exception cref="FileNotFoundException">It is not there.</exception>
    public abstract Task<string> FetchAsync(CancellationToken cancellationToken);

    /// <summary>A file of the inventory, on this machine.</summary>
    /// <exception cref="FileNotFoundException">It is not there.</exception>
    public abstract Task<string> FetchAsync(InventoryPart part, CancellationToken cancellationToken);

    /// <summary>Says that a fetched file is not needed any more.</summary>
    public virtual void Release(string path)
    {
    }

    /// <inheritdoc/>
    public abstract ValueTask DisposeAsync();
}

/// <summary>Files of this machine. Those of an inventory lie as they lay in its bucket, or all in one folder.</summary>
internal sealed class LocalListFiles(string path) : ListFiles
{
    /// <inheritdoc/>
    public override Task<string> FetchAsync(CancellationToken cancellationToken)
        => Task.FromResult(File.Exists(path) ? path : throw new FileNotFoundException($"There is no file {path}."));

    /// <inheritdoc/>
    public override Task<string> FetchAsync(InventoryPart part, CancellationToken cancellationToken)
        => Task.FromResult(Candidates(part.Key).FirstOrDefault(File.Exists)
            ?? throw new FileNotFoundException($"The manifest {path} names {VisibleText.Of(part.Key)}, which is neither beside it, nor in a folder data, nor below one of the folders above it."));

    /// <inheritdoc/>
    public override ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private IEnumerable<string> Candidates(string key)
    {
        string name = key[(key.LastIndexOf('/') + 1)..];
        string beside = Path.GetDirectoryName(Path.GetFullPath(path))!;
        yield return Path.Combine(beside, name);
        yield return Path.Combine(beside, "data", name);
        for (DirectoryInfo? above = Directory.GetParent(beside); above is not null; above = above.Parent)
        {
            yield return Path.Combine(above.FullName, "data", name);
            yield return Path.Combine(above.FullName, Path.Combine(key.Split('/')));
        }
    }
}

/// <summary>Files at a store, fetched one at a time.</summary>
internal sealed class StoreListFiles : ListFiles
{
    private readonly OpenedBucket _bucket;
    private readonly string _key;
    private readonly string _scratch;

    /// <summary>Opens the bucket of an address whose prefix is the file's key.</summary>
    public StoreListFiles(EngineEnvironment environment, StoreAddress address, ICredentialProvider? credential, string scratch, IRunListener listener)
    {
        _bucket = OpenedBucket.ForReading(environment, address with { Prefix = "" }, credential, listener);
        _key = address.Prefix;
        _scratch = scratch;
    }

    /// <inheritdoc/>
    public override Task<string> FetchAsync(CancellationToken cancellationToken) => FetchAsync(_key, cancellationToken);

    /// <inheritdoc/>
    public override Task<string> FetchAsync(InventoryPart part, CancellationToken cancellationToken) => FetchAsync(part.Key, cancellationToken);

    /// <inheritdoc/>
    public override void Release(string path) => File.Delete(path);

    /// <inheritdoc/>
    public override ValueTask DisposeAsync() => _bucket.DisposeAsync();

    private async Task<string> FetchAsync(string key, CancellationToken cancellationToken)
    {
        string path = Path.Combine(_scratch, "fetched");
        await _bucket.Objects.ReadAsync(
            new ReadRequest(key, Range: null, IfVersion: null),
            async (content, token) =>
            {
                // Once more from the beginning where the connection broke.
                FileStream file = File.Create(path);
                await using (file.ConfigureAwait(false))
                    await content.Body.CopyToAsync(file, token).ConfigureAwait(false);
                return true;
            },
            cancellationToken).ConfigureAwait(false);
        return path;
    }
}
