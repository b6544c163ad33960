using System.Buffers;
using System.Text;

namespace OssMigration.Core.Reporting.Export;

/// <summary>
/// Writes rows after RFC 4180, in UTF-8 with a byte order mark, so that no cell is a formula to a spreadsheet: one that begins like a
/// formula gets an apostrophe before it, also where a spreadsheet that divides cells by semicolons or tabs would see a beginning.
/// </summary>
internal sealed class CsvWriter(Stream stream) : IAsyncDisposable
{
    private static readonly SearchValues<char> Quoted = SearchValues.Create(",;\"\r\n\t ");
    private static readonly SearchValues<char> Suspicious = SearchValues.Create("=+-@\t\r\n;＝＋－＠");

    private readonly StreamWriter _writer = new(stream, new UTF8Encoding(encoderShouldEmitUTF8Identifier: true), bufferSize: 1 << 16) { NewLine = "\r\n" };

    /// <summary>Writes a row.</summary>
    public void Write(params ReadOnlySpan<string> cells)
    {
        for (int i = 0; i < cells.Length; i++)
        {
            if (i > 0)
                _writer.Write(',');
            WriteCell(Harmless(cells[i]));
        }

        _writer.WriteLine();
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _writer.DisposeAsync();

    /// <summary>The text of a cell that is no formula.</summary>
    public static string Harmless(string cell)
    {
        if (!cell.AsSpan().ContainsAny(Suspicious))
            return cell;
        StringBuilder harmless = new(cell.Length + 2);
        bool isBeginning = true;
        foreach (char c in cell)
        {
            if (isBeginning && BeginsFormula(c))
                harmless.Append('\'');
            harmless.Append(c);

            // Behind a quotation mark too, which the division by semicolons would take for the cell's own.
            isBeginning = c is ';' or '\t' or '\r' or '\n' || (isBeginning && c == '"');
        }

        return harmless.ToString();
    }

    // https://owasp.org/www-community/attacks/CSV_Injection; full-width forms are taken for their narrow ones in some languages.
    private static bool BeginsFormula(char c) => c is '=' or '+' or '-' or '@' or '\t' or '\r' or '\n' or '＝' or '＋' or '－' or '＠';

    private void WriteCell(string cell)
    {
        if (!cell.AsSpan().ContainsAny(Quoted))
        {
            _writer.Write(cell);
            return;
        }

        _writer.Write('"');
        _writer.Write(cell.Replace("\"", "\"\"", StringComparison.Ordinal));
        _writer.Write('"');
    }
}
