using System.Globalization;

namespace OssMigration.Sandbox.Link;

/// <summary>What a shaped link is like: <c>25MB/s,20ms[,up=10MB/s][,queue=64KB]</c>.</summary>
/// <param name="DownBytesPerSecond">Bytes a second towards the clients: what they download.</param>
/// <param name="UpBytesPerSecond">Bytes a second from the clients: what they upload.</param>
/// <param name="RoundTrip">How long a question and its answer travel.</param>
/// <param name="QueueBytes">The most bytes of one connection and direction that wait at the line; more holds up their sender.</param>
internal sealed record LinkShape(long DownBytesPerSecond, long UpBytesPerSecond, TimeSpan RoundTrip, int QueueBytes)
{
    /// <summary>What waits of one connection unless the command line says otherwise.</summary>
    public const int DefaultQueueBytes = 64 * 1000;

    // Less than a quantum would never let one pass, more is no bound any more.
    private const long LeastQueue = 16 * 1000;
    private const long MostQueue = 16 * 1000 * 1000;
    private const long LeastRate = 10_000;
    private const long MostRate = 10_000_000_000;
    private const double MostMilliseconds = 60_000;

    private static readonly (string Unit, long Factor)[] Units =
        [("kB", 1000), ("KB", 1000), ("MB", 1_000_000), ("GB", 1_000_000_000), ("B", 1)];

    /// <summary>Reads the form above. Rates are decimal bytes a second (B, kB, MB, GB), the round trip is in ms.</summary>
    /// <exception cref="ArgumentException">It has not that form, or a value is out of all reason.</exception>
    public static LinkShape Parse(string text)
    {
        string[] parts = text.Split(',');
        if (parts.Length < 2)
            throw Malformed(text);
        long down = Rate(parts[0], text);
        long up = down;
        long queue = DefaultQueueBytes;
        foreach (string part in parts.Skip(2))
        {
            string[] pair = part.Split('=', 2);
            switch (pair[0])
            {
                case "up" when pair.Length == 2: up = Rate(pair[1], text); break;
                case "queue" when pair.Length == 2: queue = Bytes(pair[1], text, LeastQueue, MostQueue); break;
                default: throw Malformed(text);
            }
        }
        return new LinkShape(down, up, RoundTripOf(parts[1], text), (int)queue);
    }

    private static TimeSpan RoundTripOf(string part, string text)
    {
        if (!part.EndsWith("ms", StringComparison.Ordinal)
            || !double.TryParse(part[..^2], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double milliseconds))
            throw Malformed(text);
        return milliseconds <= MostMilliseconds
            ? TimeSpan.FromMilliseconds(milliseconds)
            : throw new ArgumentException($"A link's round trip takes at most {MostMilliseconds} ms: '{text}'.");
    }

    private static long Rate(string part, string text) =>
        part.EndsWith("/s", StringComparison.Ordinal) ? Bytes(part[..^2], text, LeastRate, MostRate) : throw Malformed(text);

    private static long Bytes(string part, string text, long least, long most)
    {
        (string unit, long factor) = Array.Find(Units, unit => part.EndsWith(unit.Unit, StringComparison.Ordinal));
        if (unit is null || !decimal.TryParse(part[..^unit.Length], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out decimal number) || number > most)
            throw Malformed(text);
        decimal bytes = number * factor;
        return bytes >= least && bytes <= most
            ? (long)bytes
            : throw new ArgumentException(string.Create(CultureInfo.InvariantCulture, $"'{part}' in the link '{text}' is not between {least} and {most} bytes."));
    }

    private static ArgumentException Malformed(string text) =>
        new($"A link is RATE,ROUNDTRIP[,up=RATE][,queue=SIZE], such as 25MB/s,20ms,queue=64KB, not '{text}'.");
}
