using System.Buffers.Binary;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace OssMigration.Sandbox.Checksums;

/// <summary>
/// CRC-64/XZ, the variant of <c>x-oss-hash-crc64ecma</c>: reflected polynomial 0xC96C5795D7870F42, start and final XOR of all ones.
/// The value of no bytes is 0. Written for the sandbox alone, so that a mistake in the product's own code cannot cancel out here.
/// </summary>
internal static class Crc64Xz
{
    private const ulong Polynomial = 0xC96C5795D7870F42;
    private const int Lanes = 4;
    private const int LaneBytes = 16;
    private const int BlockBytes = Lanes * LaneBytes;

    private static readonly ulong[] Tables = BuildTables();
    private static readonly ulong[] PowersOfTwo = BuildPowersOfTwo();
    private static readonly Vector128<ulong> FoldBlock = Vector128.Create(PowerOfX(BlockBytes * 8 + 63), PowerOfX(BlockBytes * 8 - 1));
    private static readonly Vector128<ulong> FoldLane = Vector128.Create(PowerOfX(LaneBytes * 8 + 63), PowerOfX(LaneBytes * 8 - 1));

    /// <summary>The CRC of <paramref name="data"/> alone.</summary>
    public static ulong Compute(ReadOnlySpan<byte> data) => Append(0, data);

    /// <summary>The CRC of everything that gave <paramref name="crc"/> followed by <paramref name="data"/>.</summary>
    /// <param name="crc">The finished value of what came before; 0 when nothing did.</param>
    /// <param name="data">The bytes that follow.</param>
    public static ulong Append(ulong crc, ReadOnlySpan<byte> data) =>
        Pclmulqdq.IsSupported && data.Length >= 2 * BlockBytes ? ~AppendFolded(~crc, data) : ~AppendTables(~crc, data);

    /// <summary>As <see cref="Append"/>, by tables only: what a processor without carry-less multiplication runs.</summary>
    public static ulong AppendByTables(ulong crc, ReadOnlySpan<byte> data) => ~AppendTables(~crc, data);

    /// <summary>The CRC of two byte sequences joined, from the CRC of each and the length of the second.</summary>
    /// <param name="first">CRC of the first sequence.</param>
    /// <param name="second">CRC of the second sequence.</param>
    /// <param name="secondLength">Length of the second sequence in bytes, 0 or more.</param>
    public static ulong Combine(ulong first, ulong second, long secondLength)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(secondLength);
        ulong shifted = first;
        // x^(8n) as a product of x^(2^i): bit i of n stands for x^(2^(i+3)).
        for (int bit = 3; secondLength != 0; bit++, secondLength >>= 1)
            if ((secondLength & 1) != 0)
                shifted = Multiply(shifted, PowersOfTwo[bit]);
        return shifted ^ second;
    }

    private static ulong AppendTables(ulong register, ReadOnlySpan<byte> data)
    {
        ReadOnlySpan<ulong> t = Tables;
        while (data.Length >= 8)
        {
            ulong x = register ^ BinaryPrimitives.ReadUInt64LittleEndian(data);
            register = t[(7 << 8) + (int)(x & 0xFF)]
                ^ t[(6 << 8) + (int)((x >> 8) & 0xFF)]
                ^ t[(5 << 8) + (int)((x >> 16) & 0xFF)]
                ^ t[(4 << 8) + (int)((x >> 24) & 0xFF)]
                ^ t[(3 << 8) + (int)((x >> 32) & 0xFF)]
                ^ t[(2 << 8) + (int)((x >> 40) & 0xFF)]
                ^ t[(1 << 8) + (int)((x >> 48) & 0xFF)]
                ^ t[(int)(x >> 56)];
            data = data[8..];
        }

        foreach (byte b in data)
            register = t[(int)((register ^ b) & 0xFF)] ^ (register >> 8);
        return register;
    }

    private static ulong AppendFolded(ulong register, ReadOnlySpan<byte> data)
    {
        Vector128<ulong> a = Load(data, 0) ^ Vector128.CreateScalar(register);
        Vector128<ulong> b = Load(data, 1);
        Vector128<ulong> c = Load(data, 2);
        Vector128<ulong> d = Load(data, 3);
        for (data = data[BlockBytes..]; data.Length >= BlockBytes; data = data[BlockBytes..])
        {
            a = Fold(a, FoldBlock) ^ Load(data, 0);
            b = Fold(b, FoldBlock) ^ Load(data, 1);
            c = Fold(c, FoldBlock) ^ Load(data, 2);
            d = Fold(d, FoldBlock) ^ Load(data, 3);
        }

        a = Fold(Fold(Fold(a, FoldLane) ^ b, FoldLane) ^ c, FoldLane) ^ d;
        for (; data.Length >= LaneBytes; data = data[LaneBytes..])
            a = Fold(a, FoldLane) ^ Load(data, 0);

        // The folded 16 bytes are a message with the same remainder as everything before them, so the tables finish it.
        Span<byte> rest = stackalloc byte[LaneBytes];
        a.AsByte().CopyTo(rest);
        return AppendTables(AppendTables(0, rest), data);
    }

    private static Vector128<ulong> Load(ReadOnlySpan<byte> data, int lane) =>
        Vector128.Create<byte>(data.Slice(lane * LaneBytes, LaneBytes)).AsUInt64();

    private static Vector128<ulong> Fold(Vector128<ulong> x, Vector128<ulong> powers) =>
        Pclmulqdq.CarrylessMultiply(x, powers, 0x00) ^ Pclmulqdq.CarrylessMultiply(x, powers, 0x11);

    private static ulong[] BuildTables()
    {
        ulong[] tables = new ulong[8 * 256];
        for (int i = 0; i < 256; i++)
        {
            ulong value = (ulong)i;
            for (int bit = 0; bit < 8; bit++)
                value = TimesX(value);
            tables[i] = value;
        }

        for (int i = 256; i < tables.Length; i++)
            tables[i] = tables[(int)(tables[i - 256] & 0xFF)] ^ (tables[i - 256] >> 8);
        return tables;
    }

    private static ulong[] BuildPowersOfTwo()
    {
        ulong[] powers = new ulong[3 + 64];
        powers[0] = 1UL << 62;
        for (int i = 1; i < powers.Length; i++)
            powers[i] = Multiply(powers[i - 1], powers[i - 1]);
        return powers;
    }

    /// <summary>x^<paramref name="exponent"/> modulo the polynomial; the highest bit is the coefficient of x^0.</summary>
    private static ulong PowerOfX(int exponent)
    {
        ulong value = 1UL << 63;
        for (int i = 0; i < exponent; i++)
            value = TimesX(value);
        return value;
    }

    private static ulong TimesX(ulong value) => (value >> 1) ^ ((value & 1) != 0 ? Polynomial : 0);

    private static ulong Multiply(ulong x, ulong y)
    {
        ulong product = 0;
        for (int bit = 63; bit >= 0; bit--)
        {
            if (((x >> bit) & 1) != 0)
                product ^= y;
            y = TimesX(y);
        }

        return product;
    }
}
