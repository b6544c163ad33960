using Microsoft.Win32.SafeHandles;
using OssMigration.Core.Stores;

namespace OssMigration.Core.Manifests;

/// <summary>
/// Writes one segment: sorted settled entries in checksummed blocks. What <see cref="AppendBlockAndFlush"/> reported
/// is on disk; everything after it is lost with the process and cut off by <see cref="Reopen"/>. Not thread-safe.
/// </summary>
internal sealed class ManifestSegmentWriter : IDisposable
{
    private readonly SafeFileHandle _file;
    private readonly BlockEncoder _block = new();
    private readonly ByteColumn _output = new();
    private long _written;
    private long _blocks;
    private long _flushedEntries;
    private long _flushedSize;
    private ulong _chain;
    private string? _firstKey;
    private bool _isSealed;

    private ManifestSegmentWriter(string path, SafeFileHandle file)
    {
        Path = path;
        _file = file;
    }

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>The key that was appended last; null in an empty segment. The next one must be greater.</summary>
    public string? LastKey { get; private set; }

    /// <summary>Entries appended so far.</summary>
    public long Entries => _flushedEntries + _block.Count;

    /// <summary>Sum of the sizes of the entries appended so far.</summary>
    public long TotalSize => _flushedSize + _block.TotalSize;

    /// <summary>The length up to which the file is on disk.</summary>
    public long CommittedLength { get; private set; }

    /// <summary>Makes a new segment.</summary>
    /// <exception cref="StoreException">LocalDisk: the file exists or the disk refuses.</exception>
    public static ManifestSegmentWriter Create(string path)
    {
        ManifestSegmentWriter writer = new(path, OnDisk(path, () =>
            PrivateFiles.OpenHandle(path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.Read)));
        try
        {
            writer.WriteAndFlush(ManifestFormat.MakeStart());
            return writer;
        }
        catch
        {
            writer.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Opens a segment to go on after <paramref name="committedLength"/>, as <see cref="AppendBlockAndFlush"/> returned it.
    /// Whatever is behind it (blocks, a torn write, a footer) is cut off. The headers of all blocks are checked.
    /// </summary>
    /// <exception cref="ManifestException">The file is shorter, damaged, or that length is no end of a block.</exception>
    /// <exception cref="StoreException">LocalDisk: the disk refuses.</exception>
    public static ManifestSegmentWriter Reopen(string path, long committedLength)
    {
        SafeFileHandle file = OnDisk(path, () => File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite, FileShare.Read));
        ManifestSegmentWriter writer = new(path, file);
        try
        {
            writer.Restore(committedLength);
            return writer;
        }
        catch
        {
            writer.Dispose();
            throw;
        }
    }

    /// <summary>Appends an entry. It is not on disk before the next <see cref="AppendBlockAndFlush"/> or <see cref="Seal"/>.</summary>
    /// <exception cref="ArgumentException">The key does not come after the last one, a text is no Unicode, or the size is negative.</exception>
    public void Append(SettledEntry entry)
    {
        ObjectDisposedException.ThrowIf(_isSealed, this);
        ArgumentOutOfRangeException.ThrowIfNegative(entry.Size);
        if (LastKey is not null && KeyOrder.CompareKeys(LastKey, entry.Key) >= 0)
            throw new ArgumentException($"The key '{entry.Key}' does not come after '{LastKey}'.", nameof(entry));

        _block.Add(entry);
        _firstKey ??= entry.Key;
        LastKey = entry.Key;
        if (_block.IsFull)
            CloseBlock();
    }

    /// <summary>Closes the block, forces everything to disk, and returns the length of the file that is now safe.</summary>
    /// <exception cref="StoreException">LocalDisk: the disk refuses.</exception>
    public long AppendBlockAndFlush()
    {
        ObjectDisposedException.ThrowIf(_isSealed, this);
        CloseBlock();
        if (_output.Length > 0 || _written > CommittedLength)
            WriteAndFlush([]);
        return CommittedLength;
    }

    /// <summary>Writes what is left and the footer, forces it to disk, and returns the file's length. Nothing can be appended afterwards.</summary>
    /// <exception cref="StoreException">LocalDisk: the disk refuses.</exception>
    public long Seal()
    {
        ObjectDisposedException.ThrowIf(_isSealed, this);
        CloseBlock();
        WriteAndFlush(new SegmentFooter(_blocks, _flushedEntries, _flushedSize, _chain, _firstKey, LastKey).ToBytes());
        _isSealed = true;
        return CommittedLength;
    }

    /// <summary>Closes the file. Entries that were not flushed are dropped.</summary>
    public void Dispose() => _file.Dispose();

    private void CloseBlock()
    {
        if (_block.Count == 0)
            return;
        _flushedEntries += _block.Count;
        _flushedSize += _block.TotalSize;
        _blocks++;
        _chain = SegmentFooter.Chain(_chain, _block.Finish(_output));
        if (_output.Length >= 1 << 20)
            WriteOut();
    }

    private void WriteOut()
    {
        OnDisk(Path, () => RandomAccess.Write(_file, _output.Written, _written));
        _written += _output.Length;
        _output.Clear();
    }

    private void WriteAndFlush(ReadOnlySpan<byte> last)
    {
        _output.Write(last);
        WriteOut();
        OnDisk(Path, () => RandomAccess.FlushToDisk(_file));
        CommittedLength = _written;
    }

    private void Restore(long committedLength)
    {
        long length = OnDisk(Path, () => RandomAccess.GetLength(_file));
        if (length < committedLength)
            throw new ManifestException(Path, null, $"it has {length} bytes, though {committedLength} were written.");

        SegmentWalker walker = new(Path, _file, committedLength);
        walker.ReadStart();
        while (walker.ReadHeader() is { } header)
        {
            _flushedEntries += header.Entries;
            _flushedSize += header.TotalSize;
            _firstKey ??= header.FirstKey;
            LastKey = header.LastKey;
        }
        (_blocks, _chain, _written) = (walker.Blocks, walker.Chain, committedLength);
        OnDisk(Path, () => RandomAccess.SetLength(_file, committedLength));
        OnDisk(Path, () => RandomAccess.FlushToDisk(_file));
        CommittedLength = committedLength;
    }

    private static void OnDisk(string path, Action action) => OnDisk(path, () =>
    {
        action();
        return true;
    });

    private static T OnDisk<T>(string path, Func<T> action)
    {
        try
        {
            return action();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new StoreException(StoreErrorKind.LocalDisk, path, $"The manifest segment '{path}' cannot be written: {error.Message}", error);
        }
    }
}
