using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using ArmAes = System.Runtime.Intrinsics.Arm.Aes;

namespace OssMigration.Core.Copying;

/// <summary>
/// A reflected CRC of 64 or 32 bits with all-ones start and final inversion. Long inputs are folded by carry-less
/// multiplication where the processor has it, the rest goes through sixteen tables. Immutable, thread-safe.
/// </summary>
/// <remarks>
/// A 32-bit CRC is the 64-bit one over the polynomial P(x)·x^32: its register is then the low half of the 64-bit
/// register, bit for bit. So one engine serves all of them.
/// </remarks>
internal sealed class ReflectedCrc
{
    private const int LanesBytes = 64;
    private const int FoldFromBytes = 128;

    private readonly ulong _polynomial;
    private readonly ulong _mask;
    private readonly ulong[] _tables = new ulong[16 * 256];
    private readonly ulong[] _powersOfX = new ulong[3 + 63]; // [k] = x^(2^k); a byte is x^8, a length has 63 bits
    private readonly Vector128<ulong> _foldOneLane;
    private readonly Vector128<ulong> _foldFourLanes;
    private readonly bool _canFold;

    /// <summary>Makes the engine of one polynomial.</summary>
    /// <param name="reflectedPolynomial">The polynomial in reflected form without its highest term.</param>
    /// <param name="bits">64 or 32.</param>
    public ReflectedCrc(ulong reflectedPolynomial, int bits)
    {
        _polynomial = reflectedPolynomial;
        _mask = bits == 64 ? ulong.MaxValue : uint.MaxValue;
        FillTables();
        FillPowers();
        _foldOneLane = FoldConstants(128);
        _foldFourLanes = FoldConstants(512);

        // The Arm path cannot be exercised on every machine that builds this, and a wrong CRC would be a wrong proof:
        // each process asks its own processor once.
        _canFold = (Pclmulqdq.IsSupported || ArmAes.IsSupported) && BitConverter.IsLittleEndian && FoldAgreesWithTables();
    }

    /// <summary>Whether long inputs are folded on this processor.</summary>
    public bool IsAccelerated => _canFold;

    /// <summary>The CRC of what <paramref name="crc"/> covers followed by <paramref name="data"/>; start with 0.</summary>
    public ulong Append(ulong crc, ReadOnlySpan<byte> data)
    {
        ulong register = ~crc & _mask;
        if (_canFold && data.Length >= FoldFromBytes)
            register = Fold(register, ref data);
        return ~ByTables(register, data) & _mask;
    }

    /// <summary>As <see cref="Append"/>, by tables only.</summary>
    internal ulong AppendByTables(ulong crc, ReadOnlySpan<byte> data) => ~ByTables(~crc & _mask, data) & _mask;

    /// <summary>The CRC of two contents one after the other.</summary>
    /// <param name="first">CRC of the first.</param>
    /// <param name="second">CRC of the second.</param>
    /// <param name="secondLength">Bytes of the second.</param>
    public ulong Combine(ulong first, ulong second, long secondLength)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(secondLength);
        ulong shifted = first;
        int power = 3;
        for (long rest = secondLength; rest != 0; rest >>= 1, power++)
        {
            if ((rest & 1) != 0)
                shifted = Multiply(shifted, _powersOfX[power]);
        }
        return shifted ^ second;
    }

    private void FillTables()
    {
        for (uint value = 0; value < 256; value++)
        {
            ulong register = value;
            for (int bit = 0; bit < 8; bit++)
                register = TimesX(register);
            _tables[value] = register;
        }
        for (int table = 1; table < 16; table++)
        {
            for (int value = 0; value < 256; value++)
            {
                ulong before = _tables[(table - 1) * 256 + value];
                _tables[table * 256 + value] = _tables[(byte)before] ^ (before >> 8);
            }
        }
    }

    private void FillPowers()
    {
        _powersOfX[0] = TimesX(1UL << 63);
        for (int k = 1; k < _powersOfX.Length; k++)
            _powersOfX[k] = Multiply(_powersOfX[k - 1], _powersOfX[k - 1]);
    }

    // A block of 128 bits is low·x^64 + high in polynomial terms, and a product of two reflected words comes out
    // multiplied by one x too many; hence distance+63 for the low word and distance-1 for the high one.
    private Vector128<ulong> FoldConstants(int distance) => Vector128.Create(PowerOfX(distance + 63), PowerOfX(distance - 1));

    private ulong PowerOfX(int exponent)
    {
        ulong value = 1UL << 63;
        for (int i = 0; i < exponent; i++)
            value = TimesX(value);
        return value;
    }

    private ulong TimesX(ulong value) => (value & 1) != 0 ? (value >> 1) ^ _polynomial : value >> 1;

    private ulong Multiply(ulong left, ulong right)
    {
        ulong product = 0;
        for (; left != 0; left <<= 1)
        {
            if ((left >> 63) != 0)
                product ^= right;
            right = TimesX(right);
        }
        return product;
    }

    private ulong ByTables(ulong register, ReadOnlySpan<byte> data)
    {
        ref ulong tables = ref MemoryMarshal.GetArrayDataReference(_tables);
        while (data.Length >= 16)
        {
            ulong low = BinaryPrimitives.ReadUInt64LittleEndian(data) ^ register;
            ulong high = BinaryPrimitives.ReadUInt64LittleEndian(data[8..]);
            register = EightBytes(ref tables, 15, low) ^ EightBytes(ref tables, 7, high);
            data = data[16..];
        }
        foreach (byte value in data)
            register = Unsafe.Add(ref tables, (nint)(byte)((byte)register ^ value)) ^ (register >> 8);
        return register;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong EightBytes(ref ulong tables, int firstTable, ulong word)
    {
        ref ulong table = ref Unsafe.Add(ref tables, (nint)((firstTable - 7) * 256));
        return Unsafe.Add(ref table, (nint)(7 * 256 + (byte)word))
            ^ Unsafe.Add(ref table, (nint)(6 * 256 + (byte)(word >> 8)))
            ^ Unsafe.Add(ref table, (nint)(5 * 256 + (byte)(word >> 16)))
            ^ Unsafe.Add(ref table, (nint)(4 * 256 + (byte)(word >> 24)))
            ^ Unsafe.Add(ref table, (nint)(3 * 256 + (byte)(word >> 32)))
            ^ Unsafe.Add(ref table, (nint)(2 * 256 + (byte)(word >> 40)))
            ^ Unsafe.Add(ref table, (nint)(1 * 256 + (byte)(word >> 48)))
            ^ Unsafe.Add(ref table, (nint)(byte)(word >> 56));
    }

    private ulong Fold(ulong register, ref ReadOnlySpan<byte> data)
    {
        ref byte start = ref MemoryMarshal.GetReference(data);
        Vector128<ulong> lane0 = Load(ref start, 0) ^ Vector128.CreateScalar(register);
        Vector128<ulong> lane1 = Load(ref start, 16);
        Vector128<ulong> lane2 = Load(ref start, 32);
        Vector128<ulong> lane3 = Load(ref start, 48);
        Vector128<ulong> constants = _foldFourLanes;
        int offset = LanesBytes;
        for (; offset <= data.Length - LanesBytes; offset += LanesBytes)
        {
            lane0 = Advance(lane0, constants) ^ Load(ref start, offset);
            lane1 = Advance(lane1, constants) ^ Load(ref start, offset + 16);
            lane2 = Advance(lane2, constants) ^ Load(ref start, offset + 32);
            lane3 = Advance(lane3, constants) ^ Load(ref start, offset + 48);
        }

        constants = _foldOneLane;
        Vector128<ulong> all = Advance(lane0, constants) ^ lane1;
        all = Advance(all, constants) ^ lane2;
        all = Advance(all, constants) ^ lane3;
        data = data[offset..];

        Span<byte> last = stackalloc byte[16];
        all.AsByte().CopyTo(last);
        return ByTables(0, last);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<ulong> Load(ref byte start, int offset) =>
        Vector128.LoadUnsafe(ref start, (nuint)offset).AsUInt64();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<ulong> Advance(Vector128<ulong> block, Vector128<ulong> constants) =>
        Pclmulqdq.IsSupported
            ? Pclmulqdq.CarrylessMultiply(block, constants, 0x00) ^ Pclmulqdq.CarrylessMultiply(block, constants, 0x11)
            : ArmAes.PolynomialMultiplyWideningLower(block.GetLower(), constants.GetLower())
                ^ ArmAes.PolynomialMultiplyWideningUpper(block, constants);

    private bool FoldAgreesWithTables()
    {
        byte[] sample = new byte[FoldFromBytes + LanesBytes];
        for (int i = 0; i < sample.Length; i++)
            sample[i] = (byte)(i * 167 + 13);
        ReadOnlySpan<byte> rest = sample;
        ulong folded = Fold(_mask, ref rest);
        return ByTables(folded, rest) == ByTables(_mask, sample);
    }
}
