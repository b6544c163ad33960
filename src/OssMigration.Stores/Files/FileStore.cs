using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using Microsoft.Win32.SafeHandles;
using OssMigration.Core.Stores;

namespace OssMigration.Stores.Files;

/// <summary>
/// A folder as a bucket: the key is the path below it, with <c>/</c>. Versions are size and modification time, looked at
/// before and after a read; there are no ETags, and neither content headers nor user metadata are kept. Symbolic links
/// are never followed, listed or written through. Empty folders are no objects. On a file system that does not tell
/// upper from lower case, keys that differ in nothing else are one file. Thread-safe.
/// </summary>
public sealed partial class FileStore : IObjectStore
{
    // Walks that wait for their next page hold a folder's names each; an abandoned one must not stay for ever.
    private const int MaxWaitingWalks = 64;

    private readonly FilePaths _paths;
    private readonly TimeProvider _time;
    private readonly ConcurrentDictionary<long, FileWalk> _walks = new();
    private long _lastWalk;

    private FileStore(string root, TimeProvider time)
    {
        DisplayName = $"file://{root}";
        _paths = new FilePaths(root, DisplayName);
        _time = time;
    }

    /// <summary>What a folder can hold: paths of 3,000 bytes below it; the file system itself may refuse more.</summary>
    public static StoreLimits FileLimits { get; } = new()
    {
        MaxKeyBytes = 3000,
        ForbiddenFirstCharacters = "/",
        MaxSinglePutBytes = long.MaxValue,
        MinPartBytes = 1,
        MaxPartBytes = long.MaxValue,
        MaxObjectBytes = long.MaxValue,
    };

    /// <inheritdoc/>
    public string DisplayName { get; }

    /// <inheritdoc/>
    public StoreLimits Limits => FileLimits;

    /// <summary>Opens the folder of an address. Nothing is looked at yet.</summary>
    /// <param name="address">Scheme file; the bucket is the folder's whole path.</param>
    /// <param name="options">The clock. Keys are not used.</param>
    /// <exception cref="ArgumentException">The path is not whole.</exception>
    public static FileStore Open(StoreAddress address, StoreOpenOptions options)
    {
        if (!Path.IsPathFullyQualified(address.Bucket))
            throw new ArgumentException($"'{address.Bucket}' is not the whole path of a folder.", nameof(address));
        return new FileStore(Path.TrimEndingDirectorySeparator(Path.GetFullPath(address.Bucket)), options.Time);
    }

    /// <inheritdoc/>
    public Task<ListPage> ListPageAsync(ListPageRequest request, CancellationToken cancellationToken) =>
        Task.Run(() => Guarded(null, () => List(request, cancellationToken)), cancellationToken);

    /// <inheritdoc/>
    public Task<ObjectHead?> HeadAsync(string key, CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested)
            return Task.FromCanceled<ObjectHead?>(cancellationToken);
        return Task.FromResult(Guarded(key, () => Find(key) is { } file ? Head(Entry(key, file)) : null));
    }

    /// <inheritdoc/>
    public async Task<TResult> ReadAsync<TResult>(
        ReadRequest request,
        Func<ObjectContent, CancellationToken, ValueTask<TResult>> consume,
        CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        SafeFileHandle file = Guarded(request.Key, () => OpenForReading(request.Key));
        using (file)
        {
            ObjectEntry entry = Guarded(request.Key, () => Entry(request.Key, file));
            if (request.IfVersion is { } version && version != entry.Version)
                throw Changed(request.Key);
            ByteRange range = request.Range ?? new ByteRange(0, entry.Size);
            if (request.Range is not null && (range.Offset < 0 || range.Length < 1 || range.Last >= entry.Size))
                throw Error(StoreErrorKind.InvalidRequest, $"The file has {entry.Size} bytes; bytes {range.Offset} to {range.Last} were asked for.", request.Key);
            PinnedFileStream pinned = new(file, range, () => Entry(request.Key, file).Version == entry.Version ? null : Changed(request.Key));
            await using (pinned.ConfigureAwait(false))
            {
                GuardedStream body = new(pinned, DisplayName, request.Key);
                return await consume(new ObjectContent(Head(entry), range.Length, body), cancellationToken).ConfigureAwait(false);
            }
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        _walks.Clear();
        RemoveEmptySideFolder();
        return ValueTask.CompletedTask;
    }

    internal static ObjectEntry Entry(string key, FileInfo file) => Entry(key, file.Length, file.LastWriteTimeUtc);

    private static ObjectEntry Entry(string key, SafeFileHandle file) => Entry(key, RandomAccess.GetLength(file), File.GetLastWriteTimeUtc(file));

    private static ObjectEntry Entry(string key, long size, DateTime written) =>
        new(key, size, new SourceVersion(string.Create(CultureInfo.InvariantCulture, $"{size}-{written.Ticks}")), null, new DateTimeOffset(written, TimeSpan.Zero));

    private static ObjectHead Head(ObjectEntry entry) => new(entry, ObjectMetadata.Empty, null, []);

    private ListPage List(ListPageRequest request, CancellationToken cancellationToken)
    {
        _paths.RequireRoot();
        FileWalk walk = Resume(request);
        List<ObjectEntry> entries = [];
        while (entries.Count < request.MaxKeys)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (walk.Next() is not { } entry)
                return new ListPage(entries, null, entries.Count);
            entries.Add(entry);
        }

        return new ListPage(entries, Suspend(walk, entries[^1].Key), entries.Count);
    }

    // A token finds its walk where it was left, and the key in it begins a new walk where it is gone.
    private FileWalk Resume(ListPageRequest request)
    {
        if (request.ContinuationToken is not { } token)
            return new FileWalk(_paths.Root, DisplayName, request.Prefix, request.StartAfter);
        int colon = token.IndexOf(':', StringComparison.Ordinal);
        if (colon < 0 || !long.TryParse(token.AsSpan(0, colon), NumberStyles.None, CultureInfo.InvariantCulture, out long number))
            throw Error(StoreErrorKind.InvalidRequest, "The continuation token is not one of this store.", null);
        return _walks.TryRemove(number, out FileWalk? walk)
            ? walk
            : new FileWalk(_paths.Root, DisplayName, request.Prefix, Encoding.UTF8.GetString(Convert.FromBase64String(token[(colon + 1)..])));
    }

    private string Suspend(FileWalk walk, string lastKey)
    {
        long number = Interlocked.Increment(ref _lastWalk);
        _walks[number] = walk;
        if (_walks.Count > MaxWaitingWalks)
            _walks.TryRemove(_walks.Keys.Min(), out _);
        return string.Create(CultureInfo.InvariantCulture, $"{number}:{Convert.ToBase64String(Encoding.UTF8.GetBytes(lastKey))}");
    }

    private FileInfo? Find(string key)
    {
        if (_paths.ForReading(key) is not { } path)
            return null;
        FileInfo file = new(path);
        return file.Exists ? file : null;
    }

    private SafeFileHandle OpenForReading(string key)
    {
        if (Find(key) is { } file)
            return File.OpenHandle(file.FullName, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, FileOptions.Asynchronous | FileOptions.SequentialScan);
        _paths.RequireRoot();
        throw Error(StoreErrorKind.NotFound, "There is no such file.", key);
    }

    private T Guarded<T>(string? key, Func<T> work)
    {
        try
        {
            return work();
        }
        catch (Exception error) when (FileErrors.IsKnown(error))
        {
            throw FileErrors.Translate(error, DisplayName, key);
        }
    }

    private StoreException Changed(string key) => Error(StoreErrorKind.Changed, "The file is another one than was asked for, or was written to while it was read.", key);

    private StoreException Error(StoreErrorKind kind, string message, string? key) => new(kind, DisplayName, message) { Key = key };
}
