using System.Text;

namespace OssMigration.Core.Fidelity;

/// <summary>Which tags OSS holds: at most 10, keys of 128 and values of 256 bytes, letters, digits, space and <c>+ - = . _ : /</c> (Object tagging, 2021).</summary>
internal static class TagRules
{
    private const int MostTags = 10;
    private const int LongestKey = 128;
    private const int LongestValue = 256;

    /// <summary>Parts tags into those that OSS holds and those that it does not.</summary>
    public static (IReadOnlyList<KeyValuePair<string, string>> Fit, IReadOnlyList<KeyValuePair<string, string>> Unfit) Part(IReadOnlyList<KeyValuePair<string, string>> tags)
    {
        if (tags.Count <= MostTags && tags.All(Fits))
            return (tags, []);
        List<KeyValuePair<string, string>> fit = [], unfit = [];
        foreach (KeyValuePair<string, string> tag in tags)
            (fit.Count < MostTags && Fits(tag) ? fit : unfit).Add(tag);
        return (fit, unfit);
    }

    /// <summary>Tags as one text, form-encoded; also the form of <c>x-oss-tagging</c>.</summary>
    public static string Text(IReadOnlyList<KeyValuePair<string, string>> tags)
        => string.Join('&', tags.Select(tag => $"{Uri.EscapeDataString(tag.Key)}={Uri.EscapeDataString(tag.Value)}"));

    private static bool Fits(KeyValuePair<string, string> tag)
        => tag.Key.Length > 0 && tag.Key.All(IsPossible) && tag.Value.All(IsPossible)
            && Encoding.UTF8.GetByteCount(tag.Key) <= LongestKey && Encoding.UTF8.GetByteCount(tag.Value) <= LongestValue;

    private static bool IsPossible(char c) => char.IsAsciiLetterOrDigit(c) || c is ' ' or '+' or '-' or '=' or '.' or '_' or ':' or '/';
}
