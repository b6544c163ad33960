using System.Buffers.Binary;
using System.Text;
using OssMigration.Core.Copying;

namespace OssMigration.Core.Manifests;

/// <summary>
/// The layout of a segment file. All numbers are little-endian.
/// <code>
/// file   = start block* footer
/// start  = "OSSMANIF" version:u32 zero:u32 crc64
/// block  = tag:u32 length:u32 packed:u32 plain:u32 raw:u32 entries:u32 bytes:u64 payloadCrc64 firstLength:u32 lastLength:u32
///          firstKey lastKey crc64   then   packed bytes (Brotli of the columns) and raw bytes (digests and CRCs)
/// footer = firstKey lastKey   then   tag:u32 firstLength:u32 lastLength:u32 zero:u32 blocks:u64 entries:u64 bytes:u64 chainCrc64 crc64
/// </code>
/// The chain CRC covers the CRCs of all block headers, so that a block that is missing or in another place is found.
/// </summary>
internal static class ManifestFormat
{
    public const int StartBytes = 24;
    public const int BlockFixedBytes = 48;
    public const int CrcBytes = 8;
    public const int FooterTailBytes = 56;
    public const int MaxEntriesOfBlock = 4096;
    public const int MaxPlainBytes = 256 << 20;
    public const uint BlockTag = 0x4B4F4C42;
    public const uint FooterTag = 0x21444E45;
    private const uint Version = 1;

    /// <summary>Keys and texts must survive the way to UTF-8 and back, so a lone surrogate is refused.</summary>
    public static UTF8Encoding Utf8 { get; } = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    public static byte[] MakeStart()
    {
        byte[] start = new byte[StartBytes];
        "OSSMANIF"u8.CopyTo(start);
        BinaryPrimitives.WriteUInt32LittleEndian(start.AsSpan(8), Version);
        BinaryPrimitives.WriteUInt64LittleEndian(start.AsSpan(16), Crc64.Compute(start.AsSpan(0, 16)));
        return start;
    }

    /// <summary>What is wrong with the start of a file; null when it is right.</summary>
    public static string? WhyNotStart(ReadOnlySpan<byte> start)
    {
        if (start.Length < StartBytes || !start.StartsWith("OSSMANIF"u8))
            return "it is no manifest segment.";
        if (BinaryPrimitives.ReadUInt64LittleEndian(start[16..]) != Crc64.Compute(start[..16]))
            return "the checksum of its start does not match.";
        uint version = BinaryPrimitives.ReadUInt32LittleEndian(start[8..]);
        return version == Version ? null : $"it has format version {version}; this program reads version {Version}.";
    }
}

/// <summary>The header of a block.</summary>
internal readonly record struct BlockHeader(
    int HeaderBytes, int PackedBytes, int PlainBytes, int RawBytes, int Entries, long TotalSize, ulong PayloadCrc, string FirstKey, string LastKey, ulong HeaderCrc)
{
    public int PayloadBytes => PackedBytes + RawBytes;

    /// <summary>How long the whole header is, from its first eight bytes; 0 where they begin no block.</summary>
    public static int PeekLength(ReadOnlySpan<byte> bytes) =>
        BinaryPrimitives.ReadUInt32LittleEndian(bytes) != ManifestFormat.BlockTag ? 0
            : (int)Math.Min(BinaryPrimitives.ReadUInt32LittleEndian(bytes[4..]), int.MaxValue);

    /// <summary>Reads a header of exactly these bytes; null where its checksum or its lengths do not fit.</summary>
    public static BlockHeader? Read(ReadOnlySpan<byte> bytes)
    {
        ulong crc = BinaryPrimitives.ReadUInt64LittleEndian(bytes[^ManifestFormat.CrcBytes..]);
        if (crc != Crc64.Compute(bytes[..^ManifestFormat.CrcBytes]))
            return null;

        int packed = BinaryPrimitives.ReadInt32LittleEndian(bytes[8..]);
        int plain = BinaryPrimitives.ReadInt32LittleEndian(bytes[12..]);
        int raw = BinaryPrimitives.ReadInt32LittleEndian(bytes[16..]);
        int entries = BinaryPrimitives.ReadInt32LittleEndian(bytes[20..]);
        int first = BinaryPrimitives.ReadInt32LittleEndian(bytes[40..]);
        int last = BinaryPrimitives.ReadInt32LittleEndian(bytes[44..]);
        bool fits = packed >= 0 && raw >= 0 && (long)packed + raw <= int.MaxValue
            && plain is >= 0 and <= ManifestFormat.MaxPlainBytes && entries is > 0 and <= ManifestFormat.MaxEntriesOfBlock
            && first >= 0 && last >= 0 && (long)ManifestFormat.BlockFixedBytes + first + last + ManifestFormat.CrcBytes == bytes.Length;
        if (!fits)
            return null;

        ReadOnlySpan<byte> keys = bytes[ManifestFormat.BlockFixedBytes..];
        return new BlockHeader(
            bytes.Length, packed, plain, raw, entries,
            BinaryPrimitives.ReadInt64LittleEndian(bytes[24..]), BinaryPrimitives.ReadUInt64LittleEndian(bytes[32..]),
            Encoding.UTF8.GetString(keys[..first]), Encoding.UTF8.GetString(keys.Slice(first, last)), crc);
    }

    /// <summary>Appends the header and returns its CRC.</summary>
    public static ulong Write(
        ByteColumn output, int packed, int plain, int raw, int entries, long totalSize, ulong payloadCrc, ReadOnlySpan<byte> firstKey, ReadOnlySpan<byte> lastKey)
    {
        int length = ManifestFormat.BlockFixedBytes + firstKey.Length + lastKey.Length + ManifestFormat.CrcBytes;
        Span<byte> header = output.Take(length);
        BinaryPrimitives.WriteUInt32LittleEndian(header, ManifestFormat.BlockTag);
        BinaryPrimitives.WriteInt32LittleEndian(header[4..], length);
        BinaryPrimitives.WriteInt32LittleEndian(header[8..], packed);
        BinaryPrimitives.WriteInt32LittleEndian(header[12..], plain);
        BinaryPrimitives.WriteInt32LittleEndian(header[16..], raw);
        BinaryPrimitives.WriteInt32LittleEndian(header[20..], entries);
        BinaryPrimitives.WriteInt64LittleEndian(header[24..], totalSize);
        BinaryPrimitives.WriteUInt64LittleEndian(header[32..], payloadCrc);
        BinaryPrimitives.WriteInt32LittleEndian(header[40..], firstKey.Length);
        BinaryPrimitives.WriteInt32LittleEndian(header[44..], lastKey.Length);
        firstKey.CopyTo(header[ManifestFormat.BlockFixedBytes..]);
        lastKey.CopyTo(header[(ManifestFormat.BlockFixedBytes + firstKey.Length)..]);
        ulong crc = Crc64.Compute(header[..^ManifestFormat.CrcBytes]);
        BinaryPrimitives.WriteUInt64LittleEndian(header[^ManifestFormat.CrcBytes..], crc);
        return crc;
    }
}

/// <summary>The end of a sealed segment.</summary>
internal readonly record struct SegmentFooter(long Blocks, long Entries, long TotalSize, ulong ChainCrc, string? FirstKey, string? LastKey)
{
    /// <summary>The CRC chain with one more block.</summary>
    public static ulong Chain(ulong chain, ulong headerCrc)
    {
        Span<byte> bytes = stackalloc byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, headerCrc);
        return Crc64.Append(chain, bytes);
    }

    public byte[] ToBytes()
    {
        byte[] first = ManifestFormat.Utf8.GetBytes(FirstKey ?? "");
        byte[] last = ManifestFormat.Utf8.GetBytes(LastKey ?? "");
        byte[] footer = new byte[first.Length + last.Length + ManifestFormat.FooterTailBytes];
        first.CopyTo(footer, 0);
        last.CopyTo(footer, first.Length);
        Span<byte> tail = footer.AsSpan(first.Length + last.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(tail, ManifestFormat.FooterTag);
        BinaryPrimitives.WriteInt32LittleEndian(tail[4..], first.Length);
        BinaryPrimitives.WriteInt32LittleEndian(tail[8..], last.Length);
        BinaryPrimitives.WriteInt64LittleEndian(tail[16..], Blocks);
        BinaryPrimitives.WriteInt64LittleEndian(tail[24..], Entries);
        BinaryPrimitives.WriteInt64LittleEndian(tail[32..], TotalSize);
        BinaryPrimitives.WriteUInt64LittleEndian(tail[40..], ChainCrc);
        BinaryPrimitives.WriteUInt64LittleEndian(tail[48..], Crc64.Compute(footer.AsSpan(0, footer.Length - ManifestFormat.CrcBytes)));
        return footer;
    }

    /// <summary>How long the whole footer is, from its tail; 0 where that is no tail.</summary>
    public static long PeekLength(ReadOnlySpan<byte> tail) =>
        BinaryPrimitives.ReadUInt32LittleEndian(tail) != ManifestFormat.FooterTag ? 0
            : ManifestFormat.FooterTailBytes
                + (long)BinaryPrimitives.ReadUInt32LittleEndian(tail[4..]) + BinaryPrimitives.ReadUInt32LittleEndian(tail[8..]);

    /// <summary>Reads a footer of exactly these bytes; null where its checksum does not match.</summary>
    public static SegmentFooter? Read(ReadOnlySpan<byte> bytes)
    {
        if (BinaryPrimitives.ReadUInt64LittleEndian(bytes[^ManifestFormat.CrcBytes..]) != Crc64.Compute(bytes[..^ManifestFormat.CrcBytes]))
            return null;

        ReadOnlySpan<byte> tail = bytes[^ManifestFormat.FooterTailBytes..];
        int first = BinaryPrimitives.ReadInt32LittleEndian(tail[4..]);
        int last = BinaryPrimitives.ReadInt32LittleEndian(tail[8..]);
        long entries = BinaryPrimitives.ReadInt64LittleEndian(tail[24..]);
        return new SegmentFooter(
            BinaryPrimitives.ReadInt64LittleEndian(tail[16..]), entries,
            BinaryPrimitives.ReadInt64LittleEndian(tail[32..]), BinaryPrimitives.ReadUInt64LittleEndian(tail[40..]),
            entries == 0 ? null : Encoding.UTF8.GetString(bytes[..first]),
            entries == 0 ? null : Encoding.UTF8.GetString(bytes.Slice(first, last)));
    }
}
