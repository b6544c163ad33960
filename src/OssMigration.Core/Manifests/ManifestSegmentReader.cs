using System.Runtime.CompilerServices;
using Microsoft.Win32.SafeHandles;
using OssMigration.Core.Stores;

namespace OssMigration.Core.Manifests;

/// <summary>What a segment holds.</summary>
/// <param name="Entries">Number of entries.</param>
/// <param name="TotalSize">Sum of their sizes.</param>
/// <param name="FirstKey">The smallest key; null in an empty segment.</param>
/// <param name="LastKey">The greatest key; null in an empty segment.</param>
internal sealed record SegmentSummary(long Entries, long TotalSize, string? FirstKey, string? LastKey);

/// <summary>Reads one segment as a stream. Holds no open file between reads; may be read by several at a time.</summary>
internal sealed class ManifestSegmentReader
{
    private readonly long? _committedLength;

    /// <summary>Names the file; nothing is opened yet.</summary>
    /// <param name="path">The segment.</param>
    /// <param name="committedLength">
    /// For a segment that is not sealed: how much of it counts, as <see cref="ManifestSegmentWriter.AppendBlockAndFlush"/> returned it.
    /// Null for a sealed one; a missing footer is then an error.
    /// </param>
    public ManifestSegmentReader(string path, long? committedLength)
    {
        Path = path;
        _committedLength = committedLength;
    }

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>Counts and key bounds: from the footer, or from the block headers of a segment that is not sealed.</summary>
    /// <exception cref="ManifestException">The segment is damaged or missing.</exception>
    public SegmentSummary ReadSummary()
    {
        using SafeFileHandle file = Open();
        (long end, SegmentFooter? footer) = FindEnd(file);
        if (footer is { } sealedBy)
            return new SegmentSummary(sealedBy.Entries, sealedBy.TotalSize, sealedBy.FirstKey, sealedBy.LastKey);

        SegmentWalker walker = new(Path, file, end);
        walker.ReadStart();
        string? first = null;
        string? last = null;
        while (walker.ReadHeader() is { } header)
            (first, last) = (first ?? header.FirstKey, header.LastKey);
        return new SegmentSummary(walker.Entries, walker.TotalSize, first, last);
    }

    /// <summary>
    /// Streams the entries with <paramref name="startAfter"/> &lt; key &lt;= <paramref name="endInclusive"/> in order;
    /// null leaves that side open. Blocks before and behind are not unpacked. A block is checked before its first entry is handed out.
    /// </summary>
    /// <exception cref="ManifestException">The segment is damaged or missing.</exception>
    public async IAsyncEnumerable<SettledEntry> ReadAsync(
        string? startAfter, string? endInclusive, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using SafeFileHandle file = Open();
        (long end, SegmentFooter? footer) = FindEnd(file);
        SegmentWalker walker = new(Path, file, end);
        walker.ReadStart();
        BlockDecoder decoder = new(Path);
        while (walker.ReadHeader() is { } header)
        {
            if (endInclusive is not null && KeyOrder.CompareKeys(header.FirstKey, endInclusive) > 0)
                yield break;
            if (startAfter is not null && KeyOrder.CompareKeys(header.LastKey, startAfter) <= 0)
                continue;

            await ReadPayloadAsync(file, walker, decoder.PayloadRoom(header.PayloadBytes), cancellationToken);
            decoder.Open(header, walker.Blocks - 1);
            bool isInside = (startAfter is null || KeyOrder.CompareKeys(header.FirstKey, startAfter) > 0)
                && (endInclusive is null || KeyOrder.CompareKeys(header.LastKey, endInclusive) <= 0);
            while (decoder.Next() is { } entry)
            {
                if (isInside || IsWithin(entry.Key, startAfter, endInclusive))
                    yield return entry;
            }
        }

        bool isWhole = footer is not { } total
            || (total.Blocks == walker.Blocks && total.Entries == walker.Entries && total.TotalSize == walker.TotalSize && total.ChainCrc == walker.Chain);
        if (!isWhole)
            throw new ManifestException(Path, null, "its blocks are not those that its footer counts.");
    }

    private static bool IsWithin(string key, string? startAfter, string? endInclusive) =>
        (startAfter is null || KeyOrder.CompareKeys(key, startAfter) > 0)
        && (endInclusive is null || KeyOrder.CompareKeys(key, endInclusive) <= 0);

    private async ValueTask ReadPayloadAsync(SafeFileHandle file, SegmentWalker walker, Memory<byte> target, CancellationToken cancellationToken)
    {
        int total = 0;
        while (total < target.Length)
        {
            int read = await RandomAccess.ReadAsync(file, target[total..], walker.PayloadOffset + total, cancellationToken);
            if (read == 0)
                throw new ManifestException(Path, walker.Blocks - 1, "it is cut off.");
            total += read;
        }
    }

    private SafeFileHandle Open()
    {
        try
        {
            return File.OpenHandle(Path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new ManifestException(Path, null, $"it cannot be opened: {error.Message}", error);
        }
    }

    private (long End, SegmentFooter? Footer) FindEnd(SafeFileHandle file)
    {
        long length = RandomAccess.GetLength(file);
        if (_committedLength is { } committed)
        {
            if (length < committed)
                throw new ManifestException(Path, null, $"it has {length} bytes, though {committed} were written.");
            return (committed, null);
        }

        byte[] tail = new byte[ManifestFormat.FooterTailBytes];
        long footerLength = length >= ManifestFormat.StartBytes + tail.Length
            && RandomAccess.Read(file, tail, length - tail.Length) == tail.Length ? SegmentFooter.PeekLength(tail) : 0;
        if (footerLength == 0 || footerLength > length - ManifestFormat.StartBytes)
            throw new ManifestException(Path, null, "it is not sealed, or cut off.");

        byte[] footer = new byte[footerLength];
        if (RandomAccess.Read(file, footer, length - footerLength) != footer.Length || SegmentFooter.Read(footer) is not { } found)
            throw new ManifestException(Path, null, "the checksum of its footer does not match.");
        return (length - footerLength, found);
    }
}
