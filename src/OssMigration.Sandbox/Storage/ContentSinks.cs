using System.Buffers;
using Microsoft.Win32.SafeHandles;

namespace OssMigration.Sandbox.Storage;

/// <summary>Takes the bytes of an upload, one call after the other. Disposed without <see cref="Complete"/>, it leaves nothing behind.</summary>
internal interface IContentSink : IDisposable
{
    /// <summary>Appends bytes; the memory may be reused after the task ends.</summary>
    ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken);

    /// <summary>Ends the upload and gives its content.</summary>
    IObjectContent Complete();
}

/// <summary>Takes bytes into memory: one array up to 1 MiB, segments beyond.</summary>
internal sealed class MemorySink : IContentSink
{
    private const int SegmentSize = 1024 * 1024;
    private readonly List<byte[]> _segments = [];
    private long _length;

    /// <param name="expectedLength">The announced number of bytes; null when unknown.</param>
    public MemorySink(long? expectedLength)
    {
        if (expectedLength is > 0 and <= SegmentSize)
            _segments.Add(GC.AllocateUninitializedArray<byte>((int)expectedLength));
    }

    /// <inheritdoc/>
    public ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        Write(bytes.Span);
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public IObjectContent Complete()
    {
        if (_length == 0)
            return MemoryContent.Empty;
        if (_segments.Count == 1)
        {
            byte[] only = _segments[0];
            return new MemoryContent(only.Length == _length ? only : only[..(int)_length]);
        }
        return new MemoryContent([.. _segments], SegmentSize, _length);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
    }

    private void Write(ReadOnlySpan<byte> bytes)
    {
        while (bytes.Length > 0)
        {
            int used = (int)(_length - ((long)Math.Max(_segments.Count - 1, 0) * SegmentSize));
            if (_segments.Count == 0 || used == _segments[^1].Length)
            {
                MakeRoom();
                continue;
            }
            Span<byte> room = _segments[^1].AsSpan(used);
            int take = Math.Min(room.Length, bytes.Length);
            bytes[..take].CopyTo(room);
            _length += take;
            bytes = bytes[take..];
        }
    }

    // A first array of exactly the announced size that proves too small grows to a full segment, so that all but the last are full.
    private void MakeRoom()
    {
        if (_segments.Count == 1 && _segments[0].Length < SegmentSize)
        {
            byte[] grown = GC.AllocateUninitializedArray<byte>(SegmentSize);
            _segments[0].CopyTo(grown, 0);
            _segments[0] = grown;
            return;
        }
        _segments.Add(GC.AllocateUninitializedArray<byte>(SegmentSize));
    }
}

/// <summary>Takes bytes into a temporary file, which becomes the content.</summary>
internal sealed class FileSink : IContentSink
{
    private readonly string _path;
    private SafeFileHandle? _handle;
    private long _length;
    private bool _completed;

    /// <param name="path">A path where no file is yet.</param>
    public FileSink(string path)
    {
        _path = path;
        _handle = File.OpenHandle(path, FileMode.CreateNew, FileAccess.Write, FileShare.Read, FileOptions.Asynchronous);
    }

    /// <inheritdoc/>
    public async ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        await RandomAccess.WriteAsync(_handle!, bytes, _length, cancellationToken);
        _length += bytes.Length;
    }

    /// <summary>Appends all bytes of another content.</summary>
    public async ValueTask CopyFromAsync(IObjectContent content, CancellationToken cancellationToken)
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent(256 * 1024);
        try
        {
            using IContentReader reader = content.OpenReader();
            for (long offset = 0; offset < content.Length;)
            {
                int read = await reader.ReadAsync(offset, buffer, cancellationToken);
                if (read == 0)
                    throw new EndOfStreamException();
                await WriteAsync(buffer.AsMemory(0, read), cancellationToken);
                offset += read;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <inheritdoc/>
    public IObjectContent Complete()
    {
        _handle!.Dispose();
        _handle = null;
        _completed = true;
        return FileContent.Of(_path, isTemporary: true);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _handle?.Dispose();
        if (!_completed)
            File.Delete(_path);
    }
}
