using System.Globalization;
using System.Text.RegularExpressions;

namespace OssMigration.Core.Throttling;

/// <summary>Reads rates as people write them: <c>200Mbps</c>, <c>1.5Gbit/s</c>, <c>25MB/s</c>, <c>24MiB/s</c>, or bytes a second.</summary>
public static partial class Bandwidth
{
    /// <summary>Bytes a second of a text such as <c>200Mbps</c>; false where it is none, is negative or too large.</summary>
    public static bool TryParse(string text, out long bytesPerSecond)
    {
        bytesPerSecond = 0;
        Match match = Form().Match(text);
        if (!match.Success || !decimal.TryParse(match.Groups["value"].Value, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out decimal value))
            return false;
        decimal factor = Factor(match.Groups["prefix"].Value);
        if (IsBits(match.Groups["unit"].Value))
            factor /= 8;
        if (value > long.MaxValue / factor)
            return false;
        bytesPerSecond = (long)decimal.Round(value * factor);
        return true;
    }

    // In rates a small b is a bit and a capital B a byte.
    private static bool IsBits(string unit) => unit.StartsWith('b');

    private static decimal Factor(string prefix)
    {
        int power = prefix.Length == 0 ? 0 : "kmgt".IndexOf(char.ToLowerInvariant(prefix[0]), StringComparison.Ordinal) + 1;
        decimal step = prefix.EndsWith('i') ? 1024 : 1000;
        decimal factor = 1;
        for (int i = 0; i < power; i++)
            factor *= step;
        return factor;
    }

    [GeneratedRegex(@"^\s*(?<value>\d{1,15}(\.\d{1,9})?)\s*((?<prefix>[kKmMgGtT]i?)?(?<unit>bps|bit/s|b/s|Bps|B/s)|(?<unit>))\s*$", RegexOptions.CultureInvariant)]
    private static partial Regex Form();
}
