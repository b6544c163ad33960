using System.Text;

namespace OssMigration.Core.Lists;

/// <summary>Reads comma-separated values (RFC 4180): quotes around a field, a quote in it written twice, line breaks in it kept. Empty lines are left out.</summary>
internal static class CsvRows
{
    /// <summary>The rows, one at a time.</summary>
    /// <exception cref="FormatException">A quoted field does not end.</exception>
    public static IEnumerable<List<string>> Read(TextReader text)
    {
        StringBuilder field = new();
        List<string> row = [];
        bool isQuoted = false, wasQuoted = false;
        for (int next = text.Read(); next >= 0; next = text.Read())
        {
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
