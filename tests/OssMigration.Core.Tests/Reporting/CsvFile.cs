using System.Text;

namespace OssMigration.Core.Tests.Reporting;

/// <summary>Reads rows after RFC 4180, and as a spreadsheet would that divides cells by semicolons.</summary>
internal static class CsvFile
{
    public static IReadOnlyList<IReadOnlyList<string>> Read(string path)
    {
        byte[] content = File.ReadAllBytes(path);
        if (!content.AsSpan().StartsWith(Encoding.UTF8.Preamble))
            throw new FormatException("There is no byte order mark.");
        return Parse(Encoding.UTF8.GetString(content.AsSpan(3)), ',');
    }

    public static IReadOnlyList<IReadOnlyList<string>> Parse(string text, char separator)
    {
        List<IReadOnlyList<string>> rows = [];
        List<string> row = [];
        StringBuilder cell = new();
        for (int i = 0; i < text.Length; i++)
        {
            if (text[i] == '"' && cell.Length == 0)
            {
                for (i++; text[i] != '"' || (i + 1 < text.Length && text[i + 1] == '"'); i++)
                {
                    cell.Append(text[i]);
                    if (text[i] == '"')
                        i++;
                }
            }
            else if (text[i] == separator)
            {
                row.Add(cell.ToString());
                cell.Clear();
            }
            else if (text[i] == '\r' && text[i + 1] == '\n')
            {
                row.Add(cell.ToString());
                rows.Add(row);
                (row, cell) = ([], new StringBuilder());
                i++;
            }
            else
            {
                cell.Append(text[i]);
            }
        }

        if (cell.Length > 0 || row.Count > 0)
            throw new FormatException("The last row has no end.");
        return rows;
    }
}
