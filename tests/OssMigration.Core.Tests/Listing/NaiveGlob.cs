using System.Text;

namespace OssMigration.Core.Tests.Listing;

/// <summary>The meaning of globs written down as directly as possible: text expansion of braces, then recursion.</summary>
internal static class NaiveGlob
{
    public static bool IsMatch(string glob, string key) =>
        Expand(glob).Any(plain => Matches(plain.EnumerateRunes().ToArray(), 0, key.EnumerateRunes().ToArray(), 0));

    private static IEnumerable<string> Expand(string glob)
    {
        int open = glob.IndexOf('{');
        if (open < 0)
            return [glob];
        List<int> cuts = [open];
        int depth = 0;
        int close = open;
        for (; ; close++)
        {
            depth += glob[close] switch { '{' => 1, '}' => -1, _ => 0 };
            if ((glob[close] == ',' && depth == 1) || depth == 0)
                cuts.Add(close);
            if (depth == 0)
                break;
        }
        return cuts.Zip(cuts.Skip(1)).SelectMany(cut => Expand(glob[..open] + glob[(cut.First + 1)..cut.Second] + glob[(close + 1)..]));
    }

    private static bool Matches(Rune[] glob, int g, Rune[] key, int k)
    {
        if (g == glob.Length)
            return k == key.Length;
        if (glob[g].Value == '*')
        {
            int after = g;
            while (after < glob.Length && glob[after].Value == '*')
                after++;
            bool isDeep = after - g > 1;
            bool isFolders = isDeep && (g == 0 || glob[g - 1].Value == '/') && after < glob.Length && glob[after].Value == '/';
            if (isFolders && Matches(glob, after + 1, key, k))
                return true;
            for (int end = k; ; end++)
            {
                if (Matches(glob, after, key, end))
                    return true;
                if (end == key.Length || (!isDeep && key[end].Value == '/'))
                    return false;
            }
        }
        if (k == key.Length)
            return false;
        if (glob[g].Value == '?')
            return key[k].Value != '/' && Matches(glob, g + 1, key, k + 1);
        if (glob[g].Value != '[')
            return glob[g] == key[k] && Matches(glob, g + 1, key, k + 1);

        int close = Array.FindIndex(glob, g + 2, rune => rune.Value == ']');
        bool isNegated = glob[g + 1].Value == '!';
        bool isInside = false;
        for (int at = g + (isNegated ? 2 : 1); at < close; at++)
        {
            bool isRange = glob[at + 1].Value == '-' && at + 2 < close;
            isInside |= key[k] >= glob[at] && key[k] <= glob[isRange ? at + 2 : at];
            at += isRange ? 2 : 0;
        }
        return key[k].Value != '/' && isInside != isNegated && Matches(glob, close + 1, key, k + 1);
    }
}
