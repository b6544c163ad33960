using System.Text;
using CsCheck;
using OssMigration.Core.Reporting.Export;
using Xunit;

namespace OssMigration.Core.Tests.Reporting;

/// <summary>Cells come back as they were, and none of them is a formula.</summary>
public sealed class CsvWriterTests
{
    private const string Beginnings = "=+-@\t\r\n＝＋－＠";

    [Theory]
    [InlineData("=1+1", "'=1+1")]
    [InlineData("+1", "'+1")]
    [InlineData("-1", "'-1")]
    [InlineData("@SUM(A1)", "'@SUM(A1)")]
    [InlineData("\t=1", "'\t'=1")]
    [InlineData("\r=1", "'\r'=1")]
    [InlineData("\n=1", "'\n'=1")]
    [InlineData("＝1", "'＝1")]
    [InlineData("a;=1", "a;'=1")]
    [InlineData("a=1", "a=1")]
    [InlineData("a, -1", "a, -1")]
    [InlineData("", "")]
    public async Task A_cell_that_begins_like_a_formula_gets_an_apostrophe(string cell, string expected)
        => Assert.Equal(expected, Assert.Single(await RowsAsync([cell]))[0]);

    [Fact]
    public void Whatever_the_cells_are_they_come_back_and_no_cell_begins_like_a_formula_by_comma_or_semicolon()
    {
        Gen<string> cell = Gen.Char["a\"',;=+-@\t\r\n 本＝\u202E"].Array[0, 8].Select(characters => new string(characters));
        cell.Array[1, 4].Array[1, 4].Sample(rows =>
        {
            string text = Text(rows);
            Assert.Equal(
                rows.Select(row => row.Select(CsvWriter.Harmless)),
                CsvFile.Parse(text, ',').Select(row => row.AsEnumerable()));
            Assert.All(CsvFile.Parse(text, ',').Concat(CsvFile.Parse(text.Replace("\"", "", StringComparison.Ordinal), ';')).SelectMany(row => row), AssertHarmless);
        });
    }

    [Fact]
    public async Task A_file_begins_with_a_byte_order_mark_and_its_lines_end_with_CRLF()
    {
        byte[] content = await BytesAsync([["ключ", "a,b"]]);

        Assert.Equal([.. Encoding.UTF8.Preamble, .. Encoding.UTF8.GetBytes("ключ,\"a,b\"\r\n")], content);
    }

    private static void AssertHarmless(string cell) => Assert.False(cell.Length > 0 && Beginnings.Contains(cell[0], StringComparison.Ordinal), $"{cell} is a formula");

    private static async Task<IReadOnlyList<IReadOnlyList<string>>> RowsAsync(params string[][] rows)
        => CsvFile.Parse(Encoding.UTF8.GetString((await BytesAsync(rows)).AsSpan(3)), ',');

    private static string Text(string[][] rows) => Encoding.UTF8.GetString(BytesAsync(rows).GetAwaiter().GetResult().AsSpan(3));

    private static async Task<byte[]> BytesAsync(string[][] rows)
    {
        using MemoryStream stream = new();
        await using (CsvWriter writer = new(stream))
        {
            foreach (string[] row in rows)
                writer.Write(row);
        }

        return stream.ToArray();
    }
}
