using System.Text;
using CsCheck;
using OssMigration.Sandbox.Checksums;
using Xunit;

namespace OssMigration.Sandbox.Tests;

public sealed class OssCrc64Tests
{
    private const string Sentence = "This is a test of the emergency broadcast system.";

    [Theory]
    [InlineData("", 0UL)]
    [InlineData("a", 3675645893302102789UL)]
    [InlineData("123456789", 0x995DC9BBDF1939FAUL)]
    [InlineData("hello world", 5981764153023615706UL)]
    [InlineData(Sentence, 2871916124362751090UL)]
    [InlineData("123456789" + Sentence, 7672622622872733320UL)]
    public void A_published_value_is_reproduced(string text, ulong crc) => Assert.Equal(crc, Crc64Xz.Compute(Encoding.ASCII.GetBytes(text)));

    [Fact]
    public void Zeros_have_the_published_values_and_combine()
    {
        ulong one = Crc64Xz.Compute(new byte[1 << 20]);

        Assert.Equal(6947770692288575170UL, one);
        Assert.Equal(2161324877613257654UL, Crc64Xz.Compute(new byte[2 << 20]));
        Assert.Equal(2161324877613257654UL, Crc64Xz.Combine(one, one, 1 << 20));
    }

    [Fact]
    public void Nothing_appended_changes_nothing() => Assert.Equal(42UL, Crc64Xz.Combine(42, 0, 0));

    [Fact]
    public void Folding_and_tables_agree_on_any_bytes_and_any_cut() =>
        Gen.Select(Gen.Byte.Array[0, 700], Gen.Int[0, 700]).Sample((bytes, at) =>
        {
            int cut = Math.Min(at, bytes.Length);
            ulong whole = Crc64Xz.AppendByTables(0, bytes);
            ulong head = Crc64Xz.Compute(bytes.AsSpan(0, cut));
            ulong tail = Crc64Xz.Compute(bytes.AsSpan(cut));
            return Crc64Xz.Compute(bytes) == whole
                && Crc64Xz.Append(head, bytes.AsSpan(cut)) == whole
                && Crc64Xz.Combine(head, tail, bytes.Length - cut) == whole;
        });
}
