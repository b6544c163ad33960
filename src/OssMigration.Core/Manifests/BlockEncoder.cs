using System.Buffers;
using System.Buffers.Binary;
using System.IO.Compression;
using OssMigration.Core.Copying;

namespace OssMigration.Core.Manifests;

/// <summary>
/// Gathers the entries of one block in columns. What compresses (forms, lengths, key rests, sizes) is kept apart from
/// what cannot (digests and CRCs), which is stored as it is.
/// </summary>
internal sealed class BlockEncoder
{
    // Measured on 1 M entries: Deflate makes 1 to 4 bytes an entry more of them in the same time; higher qualities save
    // 0.1 (date tree) to 2 bytes (flat random names) an entry, and digests and CRCs of 16 to 24 bytes outweigh that.
    private const int BrotliQuality = 1;
    private const int BrotliWindow = 20;
    private const int FullAtPlainBytes = 1 << 20;

    private readonly ByteColumn _forms = new();
    private readonly ByteColumn _lengths = new();
    private readonly ByteColumn _keys = new();
    private readonly ByteColumn _numbers = new();
    private readonly ByteColumn _texts = new();
    private readonly ByteColumn _raw = new();
    private readonly ByteColumn _plain = new();
    private readonly ByteColumn _first = new();
    private readonly ByteColumn _previous = new();
    private readonly ByteColumn _key = new();

    public int Count { get; private set; }

    public long TotalSize { get; private set; }

    public bool IsFull => Count == ManifestFormat.MaxEntriesOfBlock
        || _keys.Length + _texts.Length + _lengths.Length + _numbers.Length >= FullAtPlainBytes;

    public void Add(SettledEntry entry)
    {
        // Encoded before anything is written, so that a text that is no Unicode leaves the block as it was.
        _key.Clear();
        int room = ManifestFormat.Utf8.GetMaxByteCount(entry.Key.Length);
        _key.GiveBack(room - ManifestFormat.Utf8.GetBytes(entry.Key, _key.Take(room)));
        Span<byte> sourceDigest = stackalloc byte[ETagPacking.DigestBytes];
        Span<byte> destinationDigest = stackalloc byte[ETagPacking.DigestBytes];
        ETagForm source = ETagPacking.Analyse(entry.SourceVersion.Tag, sourceDigest, out int sourceParts);
        ETagForm destination = ETagPacking.Analyse(entry.DestinationTag, destinationDigest, out int destinationParts);
        byte[]? sourceText = source == ETagForm.Text ? ManifestFormat.Utf8.GetBytes(entry.SourceVersion.Value) : null;
        byte[]? destinationText = destination == ETagForm.Text ? ManifestFormat.Utf8.GetBytes(entry.DestinationETag) : null;
        if (sourceText is null && destinationText is null && sourceParts == destinationParts && sourceDigest.SequenceEqual(destinationDigest))
            destination = destination is ETagForm.Upper or ETagForm.UpperParts ? ETagForm.SourceInUpper : ETagForm.SourceInLower;

        WriteKey(_key.Written);
        _forms.WriteByte((byte)((byte)source | ((byte)destination << 4)));
        _forms.WriteByte((byte)((byte)entry.Proof | (entry.Crc64 is null ? 0 : BlockDecoder.HasCrc)));
        _numbers.WriteVarint((ulong)entry.Size);
        WriteETag(source, sourceDigest, sourceParts, sourceText);
        WriteETag(destination, destinationDigest, destinationParts, destinationText);
        if (entry.Crc64 is { } crc)
            BinaryPrimitives.WriteUInt64LittleEndian(_raw.Take(sizeof(ulong)), crc);
        Count++;
        TotalSize += entry.Size;
    }

    /// <summary>Appends header and payload of the block to <paramref name="output"/>, empties the encoder and returns the header's CRC.</summary>
    public ulong Finish(ByteColumn output)
    {
        _plain.Clear();
        ByteColumn[] columns = [_forms, _lengths, _keys, _numbers, _texts];
        foreach (ByteColumn column in columns)
            _plain.WriteVarint((ulong)column.Length);
        foreach (ByteColumn column in columns)
            _plain.Write(column.Written);

        // Rented: so large an array a block would stay until the next full collection.
        byte[] room = ArrayPool<byte>.Shared.Rent(BrotliEncoder.GetMaxCompressedLength(_plain.Length));
        try
        {
            if (!BrotliEncoder.TryCompress(_plain.Written, room, out int length, BrotliQuality, BrotliWindow))
                throw new InvalidOperationException("Brotli refused a block that its own bound allows.");
            ReadOnlySpan<byte> packed = room.AsSpan(0, length);
            ulong crc = Crc64.Append(Crc64.Compute(packed), _raw.Written);
            ulong headerCrc = BlockHeader.Write(output, length, _plain.Length, _raw.Length, Count, TotalSize, crc, _first.Written, _previous.Written);
            output.Write(packed);
            output.Write(_raw.Written);
            Clear();
            return headerCrc;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(room);
        }
    }

    private void Clear()
    {
        foreach (ByteColumn column in (ByteColumn[])[_forms, _lengths, _keys, _numbers, _texts, _raw, _first, _previous])
            column.Clear();
        Count = 0;
        TotalSize = 0;
    }

    private void WriteKey(ReadOnlySpan<byte> key)
    {
        if (Count == 0)
            _first.Write(key);
        int shared = _previous.Written.CommonPrefixLength(key);
        _lengths.WriteVarint((ulong)shared);
        _lengths.WriteVarint((ulong)(key.Length - shared));
        _keys.Write(key[shared..]);
        _previous.Clear();
        _previous.Write(key);
    }

    private void WriteETag(ETagForm form, ReadOnlySpan<byte> digest, int parts, byte[]? text)
    {
        if (text is not null)
        {
            _lengths.WriteVarint((ulong)text.Length);
            _texts.Write(text);
            return;
        }
        if (form is ETagForm.SourceInLower or ETagForm.SourceInUpper)
            return;
        _raw.Write(digest);
        if (form is ETagForm.LowerParts or ETagForm.UpperParts)
            _numbers.WriteVarint((ulong)parts);
    }
}
