using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using OssMigration.Core.Copying;
using OssMigration.Core.Stores;

namespace OssMigration.Core.Manifests;

/// <summary>Reads the entries of one block after the other. Buffers are kept from block to block.</summary>
internal sealed class BlockDecoder(string file)
{
    /// <summary>Bit of an entry's second form byte: a CRC-64 is stored.</summary>
    public const byte HasCrc = 0x80;

    private byte[] _payload = [];
    private byte[] _plain = [];
    private byte[] _key = new byte[256];
    private long _block;
    private int _left;
    private int _rawAt;
    private int _rawEnd;
    private int _formsAt;
    private int _lengthsAt;
    private int _keysAt;
    private int _numbersAt;
    private int _textsAt;

    /// <summary>Where the payload of a block is to be read into, before <see cref="Open"/>.</summary>
    public Memory<byte> PayloadRoom(int bytes)
    {
        if (_payload.Length < bytes)
            _payload = GC.AllocateUninitializedArray<byte>(bytes);
        return _payload.AsMemory(0, bytes);
    }

    /// <summary>Checks and unpacks the block whose payload was read.</summary>
    /// <exception cref="ManifestException">The checksum does not match or the content makes no sense.</exception>
    public void Open(in BlockHeader header, long block)
    {
        _block = block;
        if (Crc64.Compute(_payload.AsSpan(0, header.PayloadBytes)) != header.PayloadCrc)
            throw new ManifestException(file, block, "the checksum of its content does not match.");

        if (_plain.Length < header.PlainBytes)
            _plain = GC.AllocateUninitializedArray<byte>(header.PlainBytes);
        bool isWhole = BrotliDecoder.TryDecompress(_payload.AsSpan(0, header.PackedBytes), _plain.AsSpan(0, header.PlainBytes), out int written)
            && written == header.PlainBytes;
        if (!isWhole)
            throw new ManifestException(file, block, "its content cannot be unpacked.");

        int at = 0;
        Span<int> lengths = stackalloc int[5];
        foreach (ref int length in lengths)
            length = (int)ReadVarint(ref at);
        _formsAt = at;
        _lengthsAt = _formsAt + lengths[0];
        _keysAt = _lengthsAt + lengths[1];
        _numbersAt = _keysAt + lengths[2];
        _textsAt = _numbersAt + lengths[3];
        if (_textsAt + lengths[4] != header.PlainBytes)
            throw new ManifestException(file, block, "its columns do not fit.");
        _rawAt = header.PackedBytes;
        _rawEnd = header.PayloadBytes;
        _left = header.Entries;
    }

    /// <summary>The next entry of the block; null after the last.</summary>
    public SettledEntry? Next()
    {
        if (_left == 0)
            return null;
        try
        {
            SettledEntry entry = Decode();
            if (--_left == 0 && _rawAt != _rawEnd)
                throw new ManifestException(file, _block, "its columns do not fit.");
            return entry;
        }
        catch (Exception error) when (error is IndexOutOfRangeException or ArgumentException)
        {
            throw new ManifestException(file, _block, "its content makes no sense.", error);
        }
    }

    private SettledEntry Decode()
    {
        string key = ReadKey();
        byte forms = _plain[_formsAt++];
        byte proof = _plain[_formsAt++];
        long size = (long)ReadVarint(ref _numbersAt);
        ETagForm source = (ETagForm)(forms & 0x0F);
        ETagForm destination = (ETagForm)(forms >> 4);
        int digestAt = _rawAt;
        StoreTag version = ReadETag(source, out int parts);
        StoreTag etag = destination switch
        {
            ETagForm.SourceInLower => ETagPacking.ToTag(Digest(digestAt), isUpper: false, parts),
            ETagForm.SourceInUpper => ETagPacking.ToTag(Digest(digestAt), isUpper: true, parts),
            _ => ReadETag(destination, out _),
        };
        ulong? crc = null;
        if ((proof & HasCrc) != 0)
        {
            crc = BinaryPrimitives.ReadUInt64LittleEndian(_payload.AsSpan(_rawAt, sizeof(ulong)));
            _rawAt += sizeof(ulong);
        }
        return new SettledEntry(key, size, new SourceVersion(version), etag, crc, (ProofKind)(proof & ~HasCrc));
    }

    private string ReadKey()
    {
        int shared = (int)ReadVarint(ref _lengthsAt);
        int rest = (int)ReadVarint(ref _lengthsAt);
        if (_key.Length < shared + rest)
            Array.Resize(ref _key, Math.Max(2 * _key.Length, shared + rest));
        _plain.AsSpan(_keysAt, rest).CopyTo(_key.AsSpan(shared, rest));
        _keysAt += rest;
        return Encoding.UTF8.GetString(_key, 0, shared + rest);
    }

    private StoreTag ReadETag(ETagForm form, out int parts)
    {
        parts = 0;
        if (form == ETagForm.Text)
        {
            int length = (int)ReadVarint(ref _lengthsAt);
            StoreTag text = StoreTag.Of(_plain.AsSpan(_textsAt, length));
            _textsAt += length;
            return text;
        }
        ReadOnlySpan<byte> digest = Digest(_rawAt);
        _rawAt += ETagPacking.DigestBytes;
        if (form is ETagForm.LowerParts or ETagForm.UpperParts)
            parts = (int)ReadVarint(ref _numbersAt);
        return ETagPacking.ToTag(digest, form is ETagForm.Upper or ETagForm.UpperParts, parts);
    }

    private ReadOnlySpan<byte> Digest(int at) => _payload.AsSpan(at, ETagPacking.DigestBytes);

    private ulong ReadVarint(ref int at)
    {
        ulong value = 0;
        for (int shift = 0; ; shift += 7)
        {
            byte part = _plain[at++];
            value |= (ulong)(part & 0x7F) << shift;
            if (part < 0x80)
                return value;
        }
    }
}
