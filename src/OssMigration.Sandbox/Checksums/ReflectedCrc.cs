using System.Buffers.Binary;

namespace OssMigration.Sandbox.Checksums;

/// <summary>
/// A reflected CRC of 32 or 64 bits with all-ones start value and final inversion, by eight tables. Values are always the
/// finished (inverted) ones; 0 belongs to no bytes, and <see cref="Append"/> goes on from any finished value.
/// </summary>
internal sealed class ReflectedCrc
{
    /// <summary>CRC-64/NVME, a checksum of S3: "123456789" gives 0xAE8B14860A799888.</summary>
    public static readonly ReflectedCrc Crc64Nvme = new(64, 0x9A6C9329AC4BC9B5);

    /// <summary>CRC-32/ISO-HDLC, a checksum of S3: "123456789" gives 0xCBF43926.</summary>
    public static readonly ReflectedCrc Crc32 = new(32, 0xEDB88320);

    /// <summary>CRC-32/ISCSI, a checksum of S3: "123456789" gives 0xE3069283.</summary>
    public static readonly ReflectedCrc Crc32C = new(32, 0x82F63B78);

    private readonly ulong[] _tables = new ulong[8 * 256];
    private readonly ulong _polynomial;
    private readonly ulong _mask;

    private ReflectedCrc(int width, ulong polynomial)
    {
        Width = width;
        _polynomial = polynomial;
        _mask = ulong.MaxValue >> (64 - width);
        for (uint i = 0; i < 256; i++)
        {
            ulong value = i;
            for (int bit = 0; bit < 8; bit++)
                value = (value >> 1) ^ ((value & 1) * polynomial);
            _tables[i] = value;
        }
        for (int table = 1; table < 8; table++)
            for (int i = 0; i < 256; i++)
            {
                ulong before = _tables[((table - 1) * 256) + i];
                _tables[(table * 256) + i] = (before >> 8) ^ _tables[(byte)before];
            }
    }

    /// <summary>The number of bits: 32 or 64.</summary>
    public int Width { get; }

    /// <summary>The value of these bytes alone.</summary>
    public ulong Compute(ReadOnlySpan<byte> bytes) => Append(0, bytes);

    /// <summary>The value of the bytes that gave <paramref name="crc"/> followed by <paramref name="bytes"/>.</summary>
    public ulong Append(ulong crc, ReadOnlySpan<byte> bytes)
    {
        ulong register = ~crc & _mask;
        ReadOnlySpan<ulong> tables = _tables;
        while (bytes.Length >= 8)
        {
            ulong word = register ^ BinaryPrimitives.ReadUInt64LittleEndian(bytes);
            register = tables[1792 + (int)(word & 0xFF)]
                ^ tables[1536 + (int)((word >> 8) & 0xFF)]
                ^ tables[1280 + (int)((word >> 16) & 0xFF)]
                ^ tables[1024 + (int)((word >> 24) & 0xFF)]
                ^ tables[768 + (int)((word >> 32) & 0xFF)]
                ^ tables[512 + (int)((word >> 40) & 0xFF)]
                ^ tables[256 + (int)((word >> 48) & 0xFF)]
                ^ tables[(int)(word >> 56)];
            bytes = bytes[8..];
        }
        foreach (byte b in bytes)
            register = (register >> 8) ^ tables[(int)((register ^ b) & 0xFF)];
        return ~register & _mask;
    }

    /// <summary>The value of two byte sequences joined, from the value of each and the length of the second.</summary>
    public ulong Combine(ulong first, ulong second, long secondLength)
    {
        if (secondLength == 0)
            return first;
        // Appending n zero bytes multiplies by x^(8n) modulo the polynomial; the inversions of both values cancel out.
        ulong factor = XToThe8();
        ulong product = first;
        for (long n = secondLength; n != 0; n >>= 1)
        {
            if ((n & 1) != 0)
                product = Multiply(product, factor);
            factor = Multiply(factor, factor);
        }
        return product ^ second;
    }

    // In reflected form bit Width-1 is x^0, so x^8 is 8 places below it.
    private ulong XToThe8() => 1UL << (Width - 9);

    private ulong Multiply(ulong a, ulong b)
    {
        ulong product = 0;
        for (int bit = Width - 1; bit >= 0; bit--)
        {
            if (((a >> bit) & 1) != 0)
                product ^= b;
            b = (b >> 1) ^ ((b & 1) * _polynomial);
        }
        return product;
    }
}
