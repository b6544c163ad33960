using System.Buffers;
using System.Text;

namespace OssMigration.Core.Fidelity;

/// <summary>Text in the form that OSS takes in headers: visible ASCII, names of metadata of letters, digits and hyphens.</summary>
internal static class HeaderForm
{
    private const string WordStart = "=?UTF-8?B?";
    private const string WordEnd = "?=";

    // EC 0011-00000004.
    private static readonly SearchValues<char> NameCharacters = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-");

    /// <summary>Whether a value can be sent as it is.</summary>
    public static bool Fits(string? value) => value is null || !value.AsSpan().ContainsAnyExceptInRange(' ', '~');

    /// <summary>Whether a name can be sent as it is.</summary>
    public static bool FitsName(string name) => name.Length > 0 && !name.AsSpan().ContainsAnyExcept(NameCharacters);

    /// <summary>
    /// A value as an encoded word of RFC 2047 (<c>=?UTF-8?B?…?=</c>), the form in which S3 itself gives values beyond ASCII. It is one
    /// word, however long, as S3's are.
    /// </summary>
    public static string EncodeWord(string value) => Fits(value) ? value : Word(value);

    /// <summary>A value as such a word in any case.</summary>
    public static string Word(string value) => $"{WordStart}{Convert.ToBase64String(Encoding.UTF8.GetBytes(value))}{WordEnd}";

    /// <summary>What such a word says; null where the text is none.</summary>
    public static string? DecodeWord(string? word)
    {
        if (word is null || word.Length <= WordStart.Length + WordEnd.Length || !word.StartsWith(WordStart, StringComparison.Ordinal) || !word.EndsWith(WordEnd, StringComparison.Ordinal))
            return null;
        byte[] bytes = new byte[word.Length];
        return Convert.TryFromBase64String(word[WordStart.Length..^WordEnd.Length], bytes, out int length) ? Encoding.UTF8.GetString(bytes, 0, length) : null;
    }

    /// <summary>A name in which a hyphen stands for every character that OSS does not take.</summary>
    public static string Hyphenated(string name) => string.Create(Math.Max(1, name.Length), name, static (target, name) =>
    {
        target.Fill('-');
        for (int i = 0; i < name.Length; i++)
        {
            if (NameCharacters.Contains(name[i]))
                target[i] = name[i];
        }
    });

    /// <summary>
    /// A Content-Disposition whose file name is beyond ASCII, with the name as RFC 6266 writes it (<c>filename*=UTF-8''…</c>); null where
    /// it has another form.
    /// </summary>
    public static string? EncodeFileName(string disposition)
    {
        const string Parameter = "filename=\"";
        int start = disposition.IndexOf(Parameter, StringComparison.OrdinalIgnoreCase);
        if (start < 0 || disposition.Contains("filename*", StringComparison.OrdinalIgnoreCase))
            return null;
        int end = disposition.IndexOf('"', start + Parameter.Length);
        if (end < 0)
            return null;
        string name = disposition[(start + Parameter.Length)..end];
        string encoded = $"{disposition[..start]}filename*=UTF-8''{Uri.EscapeDataString(name)}{disposition[(end + 1)..]}";
        return name.Contains('\\', StringComparison.Ordinal) || !Fits(encoded) ? null : encoded;
    }
}
