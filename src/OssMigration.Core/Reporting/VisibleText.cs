using System.Globalization;
using System.Text;

namespace OssMigration.Core.Reporting;

/// <summary>Text from outside (a key, a message) made fit to be looked at.</summary>
public static class VisibleText
{
    /// <summary>
    /// The text with control, formatting and line-breaking characters and lone surrogates written as <c>\uXXXX</c>, so that a key
    /// cannot move a cursor, turn the direction of a line or hide its neighbours. Empty for null.
    /// </summary>
    public static string Of(string? text)
    {
        if (text is null)
            return "";
        StringBuilder? shown = null;
        for (int i = 0; i < text.Length; i++)
        {
            if (IsHarmless(text, i))
            {
                shown?.Append(text[i]);
                continue;
            }

            shown ??= new StringBuilder(text, 0, i, text.Length + 16);
            shown.Append(CultureInfo.InvariantCulture, $"\\u{(int)text[i]:X4}");
        }

        return shown?.ToString() ?? text;
    }

    private static bool IsHarmless(string text, int index)
    {
        char c = text[index];
        bool isSecond = char.IsLowSurrogate(c) && index > 0 && char.IsHighSurrogate(text[index - 1]);
        if (char.IsSurrogate(c) && !isSecond && !(index + 1 < text.Length && char.IsSurrogatePair(c, text[index + 1])))
            return false;

        // Of a pair the whole character decides: there are invisible ones beyond U+FFFF too.
        return CharUnicodeInfo.GetUnicodeCategory(text, isSecond ? index - 1 : index) is not (UnicodeCategory.Control or UnicodeCategory.Format
            or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator);
    }
}
