using System.Globalization;

namespace OssMigration.ModuleTests.Support;

/// <summary>Keys as somebody chooses them who wants to write lines of a log himself, move the cursor of its reader or turn what is read.</summary>
internal static class ForgedKeys
{
    /// <summary>What a forged line begins with; nothing genuine does.</summary>
    public const string Line = "WARNING: forged: the job is complete";

    /// <summary>The keys, each with its own way.</summary>
    public static IReadOnlyList<string> All { get; } = Numbered(
        $"\n{Line}",
        $"\r{Line}",
        $"\r\n{Line}",
        $"\u0085{Line}",
        $"\u2028{Line}",
        $"\u2029{Line}",
        $"\u000b{Line}\u000c",
        "\u001b[31mred\u001b[0m",
        "\u001b[2A\u001b[2K\u001b[2Jgone",
        "\u001b]8;;https://forged.example\u0007click\u001b]8;;\u0007",
        "\u001b]52;c;Zm9yZ2Vk\u001b\\",
        "\u009b31mred\u009d52;c;Zm9yZ2Vk\u009c",
        "secret\b\b\b\b\b\bpublic\u007f",
        "\tcell\u0001\u001f",
        "\u202egpj.exe",
        "\u2066left\u2067right\u2068first\u2069\u200f\u061c",
        "zero\u200bwidth\u200d\ufeff\u00ad\u2060",
        "\U000e0041\U000e0042tags",
        "=HYPERLINK(\"https://forged.example\",\"a\")",
        "+1+cmd|' /C calc'!A0,-2,@SUM(1;2)",
        "\",\"Failed\";=1+1",
        "<script>alert(1)</script><!--]]>&quot;");

    /// <summary>Whether a text holds a character that acts on a terminal, an editor or the reader's order, or ends a line.</summary>
    public static bool ActIn(string? text) => text is not null && At(text) >= 0;

    /// <summary>The texts that hold such a character, with what stands around it, to be read in a test's output.</summary>
    public static IEnumerable<string> Found(string where, string? text)
    {
        if (text is not null && At(text) is >= 0 and int at)
            yield return $"{where}: {Uri.EscapeDataString(text[Math.Max(0, at - 80)..Math.Min(text.Length, at + 20)])}";
    }

    // By the numbers of the characters, so that the test does not ask what it tests.
    private static int At(string text)
    {
        for (int at = 0; at < text.Length; at++)
        {
            int c = char.IsHighSurrogate(text[at]) && at + 1 < text.Length && char.IsLowSurrogate(text[at + 1]) ? char.ConvertToUtf32(text[at], text[at + 1]) : text[at];
            if (c is < 0x20 or (>= 0x7F and < 0xA0) or 0xAD or 0x61C or (>= 0x200B and <= 0x200F) or (>= 0x2028 and <= 0x202E) or (>= 0x2060 and <= 0x206F) or 0xFEFF or (>= 0xE0000 and < 0xE0080))
                return at;
        }

        return -1;
    }

    private static string[] Numbered(params string[] ways)
        => [.. ways.Select((way, number) => string.Create(CultureInfo.InvariantCulture, $"{way}.{number:D2}"))];
}
