using CsCheck;
using OssMigration.Core.Lists;
using Xunit;

namespace OssMigration.Core.Tests.Lists;

public sealed class CsvRowsTests
{
    [Theory]
    [InlineData("a,b\nc,d", "a|b;c|d")]
    [InlineData("a,b\r\nc,d\r\n", "a|b;c|d")]
    [InlineData("\"a,1\",\"say \"\"x\"\"\"\n", "a,1|say \"x\"")]
    [InlineData("\"line\nbreak\",x", "line\nbreak|x")]
    [InlineData("a,\n\n,b\n\"\"\n", "a|;|b;")]
    [InlineData("", "")]
    [InlineData("a\"b,c", "a\"b|c")]
    public void Rows_are_read_as_they_were_written(string text, string rows)
        => Assert.Equal(rows, string.Join(';', CsvRows.Read(new StringReader(text)).Select(row => string.Join('|', row))));

    [Fact]
    public void A_quote_without_an_end_is_an_error()
        => Assert.Throws<FormatException>(() => CsvRows.Read(new StringReader("a\n\"b,c\n")).Count());

    [Fact]
    public void Whatever_is_quoted_comes_back() => Gen.String[Gen.Char[" ,\"\n\rabc"], 0, 6].Array[1, 4].Array[1, 5].Sample(rows =>
    {
        string text = string.Concat(rows.Select(row => string.Join(',', row.Select(field => $"\"{field.Replace("\"", "\"\"", StringComparison.Ordinal)}\"")) + "\n"));
        return CsvRows.Read(new StringReader(text)).Select(row => string.Join('\u0001', row)).SequenceEqual(rows.Select(row => string.Join('\u0001', row)));
    });
}
