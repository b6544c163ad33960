using System.Text;

namespace OssMigration.Core.Lists;

/// <summary>Reads comma-separated values (RFC 4180): quotes around a field, a quote in it written twice, line breaks in it kept. Empty lines are left out.</summary>
internal static class CsvRows
{
    private const int MostCharacters = 1_000_000;

    /// <summary>The rows, one at a time.</summary>
    /// <exception cref="FormatException">A quoted field does not end, or a row has more than a million characters.</exception>
    public static IEnumerable<List<string>> Read(TextReader text)
    {
        StringBuilder field = new();
        List<string> row = [];
        bool isQuoted = false, wasQuoted = false;
        int length = 0;
        for (int next = text.Read(); next >= 0; next = text.Read())
        {
            // A quote that nothing closes would make one field of the rest, which may be larger than the memory.
            if (++length > MostCharacters)
                throw new FormatException($"A row is longer than {MostCharacters:N0} characters: a quoted field may not end.");
            char c = (char)next;
            if (isQuoted)
            {
                if (c != '"')
                    field.Append(c);
                else if (text.Peek() == '"')
                    field.Append((char)text.Read());
                else
                    isQuoted = false;
                continue;
            }

            switch (c)
            {
                case '"' when field.Length == 0 && !wasQuoted:
                    isQuoted = wasQuoted = true;
                    break;
                case ',':
                    End();
                    break;
                case '\r' when text.Peek() == '\n':
                    break;
                case '\n' or '\r':
                    length = 0;
                    if (row.Count > 0 || field.Length > 0 || wasQuoted)
                    {
                        End();
                        yield return row;
                        row = [];
                    }

                    break;
                default:
                    field.Append(c);
                    break;
            }
        }

        if (isQuoted)
            throw new FormatException("A quoted field does not end.");
        if (row.Count > 0 || field.Length > 0 || wasQuoted)
        {
            End();
            yield return row;
        }

        void End()
        {
            row.Add(field.ToString());
            field.Clear();
            wasQuoted = false;
        }
    }
}
