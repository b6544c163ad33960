using Microsoft.Win32.SafeHandles;

namespace OssMigration.Sandbox.Storage;

/// <summary>Content that lies in a file and is read in place, never held in memory.</summary>
/// <param name="Path">The file.</param>
/// <param name="Length">Its size in bytes when it was looked at.</param>
/// <param name="LastWriteUtc">Its time of last write when it was looked at.</param>
/// <param name="IsTemporary">Whether <see cref="Discard"/> deletes the file.</param>
internal sealed record FileContent(string Path, long Length, DateTime LastWriteUtc, bool IsTemporary) : IObjectContent
{
    /// <summary>Looks at a file that exists.</summary>
    public static FileContent Of(string path, bool isTemporary)
    {
        var file = new FileInfo(path);
        return new FileContent(path, file.Length, file.LastWriteTimeUtc, isTemporary);
    }

    /// <inheritdoc/>
    public IContentReader OpenReader()
    {
        SafeFileHandle handle;
        try
        {
            handle = File.OpenHandle(Path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, FileOptions.Asynchronous);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException or UnauthorizedAccessException)
        {
            throw new ContentChangedException(Path);
        }
        if (RandomAccess.GetLength(handle) == Length && File.GetLastWriteTimeUtc(handle) == LastWriteUtc)
            return new Reader(handle);
        handle.Dispose();
        throw new ContentChangedException(Path);
    }

    /// <inheritdoc/>
    public ReadOnlyMemory<byte> GetMemory(long offset, long length) => default;

    /// <inheritdoc/>
    public void Discard()
    {
        if (IsTemporary)
            File.Delete(Path);
    }

    private sealed class Reader(SafeFileHandle handle) : IContentReader
    {
        public ValueTask<int> ReadAsync(long offset, Memory<byte> buffer, CancellationToken cancellationToken) =>
            RandomAccess.ReadAsync(handle, buffer, offset, cancellationToken);

        public int Read(long offset, Span<byte> buffer) => RandomAccess.Read(handle, buffer, offset);

        public void Dispose() => handle.Dispose();
    }
}
