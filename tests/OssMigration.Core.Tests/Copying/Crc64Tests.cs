using System.Text;
#if NET10_0_OR_GREATER
using CsCheck;
#endif
using OssMigration.Core.Copying;
using Xunit;

namespace OssMigration.Core.Tests.Copying;

public sealed class Crc64Tests
{
    private const string Sentence = "This is a test of the emergency broadcast system.";

    [Theory]
    [InlineData("", 0UL)]
    [InlineData("123456789", 0x995DC9BBDF1939FAUL)]
    [InlineData("a", 3675645893302102789UL)]
    [InlineData("hello world", 5981764153023615706UL)]
    [InlineData(Sentence, 0x27DB187FC15BBC72UL)]
    [InlineData("123456789" + Sentence, 0x6A7AA19FCBF48688UL)]
    public void Published_values_come_out(string text, ulong expected) =>
        Assert.Equal(expected, Crc64.Compute(Encoding.ASCII.GetBytes(text)));

    [Fact]
    public void Zeros_have_their_published_values_and_combine_to_them()
    {
        ulong oneMebibyte = Crc64.Compute(new byte[1 << 20]);

        Assert.Equal(6947770692288575170UL, oneMebibyte);
        Assert.Equal(2161324877613257654UL, Crc64.Compute(new byte[2 << 20]));
        Assert.Equal(2161324877613257654UL, Crc64.Combine(oneMebibyte, oneMebibyte, 1 << 20));
    }

    [Fact]
    public void Two_texts_combine_to_their_published_value() =>
        Assert.Equal(0x6A7AA19FCBF48688UL, Crc64.Combine(0x995DC9BBDF1939FA, 0x27DB187FC15BBC72, 49));

    [Theory]
    [InlineData(0xC96C5795D7870F42UL, 64)]
    [InlineData(0x9A6C9329AC4BC9B5UL, 64)]
    [InlineData(0xEDB88320UL, 32)]
    [InlineData(0x82F63B78UL, 32)]
    public void Every_length_and_alignment_agrees_with_the_bitwise_definition(ulong polynomial, int bits)
    {
        ReflectedCrc engine = new(polynomial, bits);
        byte[] data = new byte[1024 + 16];
        new Random(20).NextBytes(data);
        for (int length = 0; length <= 1024; length++)
        {
            ReadOnlySpan<byte> span = data.AsSpan(length % 17, length);
            ulong expected = Bitwise(polynomial, bits, span);

            Assert.Equal(expected, engine.Append(0, span));
            Assert.Equal(expected, engine.AppendByTables(0, span));
        }
    }

#if NET10_0_OR_GREATER
    [Fact]
    public void Any_split_into_three_updates_gives_the_same_value() =>
        Gen.Select(Gen.Byte.Array[0, 3000], Gen.Int[0, 3000], Gen.Int[0, 3000]).Sample((data, left, right) =>
        {
            int first = Math.Min(Math.Min(left, right), data.Length);
            int second = Math.Min(Math.Max(left, right), data.Length);
            ulong running = Crc64.Append(0, data.AsSpan(0, first));
            running = Crc64.Append(running, data.AsSpan(first, second - first));
            running = Crc64.Append(running, data.AsSpan(second));

            return running == Bitwise(0xC96C5795D7870F42, 64, data);
        });

    [Fact]
    public void Combine_is_the_value_of_the_whole_wherever_it_is_split_and_in_either_grouping() =>
        Gen.Select(Gen.Byte.Array[0, 500], Gen.Byte.Array[0, 500], Gen.Byte.Array[0, 500]).Sample((a, b, c) =>
        {
            ulong whole = Crc64.Compute([.. a, .. b, .. c]);
            (ulong crcA, ulong crcB, ulong crcC) = (Crc64.Compute(a), Crc64.Compute(b), Crc64.Compute(c));

            return whole == Crc64.Combine(Crc64.Combine(crcA, crcB, b.Length), crcC, c.Length)
                && whole == Crc64.Combine(crcA, Crc64.Combine(crcB, crcC, c.Length), b.Length + c.Length);
        });

    [Fact]
    public void Combine_with_huge_lengths_is_associative() =>
        Gen.Select(Gen.ULong, Gen.ULong, Gen.ULong, Gen.Long[0, 48L << 40], Gen.Long[0, 48L << 40]).Sample((a, b, c, lengthB, lengthC) =>
            Crc64.Combine(Crc64.Combine(a, b, lengthB), c, lengthC)
                == Crc64.Combine(a, Crc64.Combine(b, c, lengthC), lengthB + lengthC));
#endif

    [Fact]
    public void A_processor_with_carryless_multiplication_is_used() =>
        Assert.Equal(
            System.Runtime.Intrinsics.X86.Pclmulqdq.IsSupported || System.Runtime.Intrinsics.Arm.Aes.IsSupported,
            new ReflectedCrc(0xC96C5795D7870F42, 64).IsAccelerated);

    [Fact]
    public void A_negative_length_is_refused() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => Crc64.Combine(1, 2, -1));

    internal static ulong Bitwise(ulong polynomial, int bits, ReadOnlySpan<byte> data)
    {
        ulong mask = bits == 64 ? ulong.MaxValue : uint.MaxValue;
        ulong register = mask;
        foreach (byte value in data)
        {
            register ^= value;
            for (int bit = 0; bit < 8; bit++)
                register = (register & 1) != 0 ? (register >> 1) ^ polynomial : register >> 1;
        }
        return register ^ mask;
    }
}
