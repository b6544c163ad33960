using Microsoft.Win32.SafeHandles;
using OssMigration.Core.Stores;

namespace OssMigration.Core.Manifests;

/// <summary>Goes from block header to block header of an open segment and checks each of them. Not thread-safe.</summary>
/// <param name="path">For messages.</param>
/// <param name="file">The open file.</param>
/// <param name="end">Where the blocks end.</param>
internal sealed class SegmentWalker(string path, SafeFileHandle file, long end)
{
    private const int FirstGuessBytes = 1024;

    private byte[] _buffer = new byte[FirstGuessBytes];
    private long _next = ManifestFormat.StartBytes;
    private string? _lastKey;

    /// <summary>Headers read so far.</summary>
    public long Blocks { get; private set; }

    /// <summary>Entries of the headers read so far.</summary>
    public long Entries { get; private set; }

    /// <summary>Sum of sizes of the headers read so far.</summary>
    public long TotalSize { get; private set; }

    /// <summary>The chain of the headers read so far.</summary>
    public ulong Chain { get; private set; }

    /// <summary>Where the payload of the block read last begins.</summary>
    public long PayloadOffset { get; private set; }

    /// <summary>Checks the start of the file.</summary>
    public void ReadStart()
    {
        int read = ReadAt(_buffer.AsSpan(0, ManifestFormat.StartBytes), 0);
        if (ManifestFormat.WhyNotStart(_buffer.AsSpan(0, read)) is { } why)
            throw new ManifestException(path, null, why);
        if (end < ManifestFormat.StartBytes)
            throw new ManifestException(path, null, "it is cut off.");
    }

    /// <summary>Reads the next header and steps over its payload; null at the end.</summary>
    public BlockHeader? ReadHeader()
    {
        if (_next == end)
            return null;

        long room = end - _next;
        int read = ReadAt(_buffer.AsSpan(0, (int)Math.Min(room, _buffer.Length)), _next);
        int length = read >= 8 ? BlockHeader.PeekLength(_buffer) : 0;
        if (length < ManifestFormat.BlockFixedBytes + ManifestFormat.CrcBytes || length > room)
            throw new ManifestException(path, Blocks, "no block begins where one should.");
        if (length > read)
        {
            _buffer = new byte[length];
            read = ReadAt(_buffer, _next);
        }
        if (read < length || BlockHeader.Read(_buffer.AsSpan(0, length)) is not { } header)
            throw new ManifestException(path, Blocks, "the checksum of its header does not match.");
        if (header.PayloadBytes > room - length)
            throw new ManifestException(path, Blocks, "it is cut off.");
        if (_lastKey is not null && KeyOrder.CompareKeys(_lastKey, header.FirstKey) >= 0)
            throw new ManifestException(path, Blocks, "it does not come after the block before it.");

        PayloadOffset = _next + length;
        _next = PayloadOffset + header.PayloadBytes;
        _lastKey = header.LastKey;
        Chain = SegmentFooter.Chain(Chain, header.HeaderCrc);
        Blocks++;
        Entries += header.Entries;
        TotalSize += header.TotalSize;
        return header;
    }

    private int ReadAt(Span<byte> target, long offset)
    {
        int total = 0;
        while (total < target.Length)
        {
            int read = ReadOnce(target[total..], offset + total);
            if (read == 0)
                break;
            total += read;
        }
        return total;
    }

    private int ReadOnce(Span<byte> target, long offset)
    {
        try
        {
            return RandomAccess.Read(file, target, offset);
        }
        catch (IOException error)
        {
            throw new ManifestException(path, Blocks, $"it cannot be read: {error.Message}", error);
        }
    }
}
