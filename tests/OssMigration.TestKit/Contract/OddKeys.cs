namespace OssMigration.TestKit;

/// <summary>Keys that something on the way likes to clean up. Each is another object; none may change a byte.</summary>
public static class OddKeys
{
    /// <summary>All of them. Those that a store cannot hold by its limits are left out by the tests.</summary>
    public static IReadOnlyList<string> All { get; } =
    [
        "a//b", "a/b", "a///b", "a/", "a", "a//", ".", "..", "./a", "../a", "a/../b", "a/./b", "a/..", "a/.", "...", "a/.../b", ".hidden", "a.", "a./b",
        " ", " leading", "trailing ", "two  spaces", "a /b", "a/ b", "+", "a+b", "a b", "%20", "a%20b", "%2B", "%2F", "%252F", "%", "%%", "%zz", "100%",
        "\u0001", "\u0010", "tab\there", "line\nfeed", "return\rhere", "\u007f", "\u0085", "\u2028", "\ufeffbom", "\uffee",
        "emoji-\U0001f600", "family-\U0001f468\u200d\U0001f469\u200d\U0001f467", "\ue000", "\U00010000",
        "nfc-\u00e9", "nfd-e\u0301", "\u212b", "\u00c5", "A\u030a", "Case", "case", "CASE", "\u0131", "\u00df", "ss",
        "<tag>&amp;\"quoted\"'single'", "]]>", "&#x10;", "?query=1&x", "#fragment", "a?b#c", "a;b=c", "colon:key", "at@sign", "a=b&c=d", "comma,key", "back\\slash",
        "~tilde", "*star*", "!$'()", "[brackets]{braces}|pipe^caret`tick", "soap", "null", "con", "nul.txt",
        "/leading", "\\leading", "//", "/",
        Long('k', 1023), Long('\u00e9', 1023), Long('\u6f22', 1023), Long(0x1f600, 1023), Long('k', 1024),
    ];

    private static string Long(int character, int bytes)
    {
        string one = char.ConvertFromUtf32(character);
        int size = System.Text.Encoding.UTF8.GetByteCount(one);
        System.Text.StringBuilder key = new("long-");
        int left = bytes - key.Length;
        for (int inName = 0; left >= size; inName++)
        {
            // File systems hold names of 255 bytes, and most stores do not care.
            if (inName == 50 && left > size)
            {
                key.Append('/');
                left--;
                inName = 0;
            }

            key.Append(one);
            left -= size;
        }

        return key.Append('x', left).ToString();
    }
}
