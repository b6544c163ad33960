using System.Globalization;

namespace OssMigration.Sandbox.Wire;

/// <summary>Times in HTTP headers.</summary>
internal static class HttpTime
{
    private static Tuple<long, string>? _cached;

    /// <summary>The RFC 1123 form in GMT; the text of the last second is kept.</summary>
    public static string Format(DateTimeOffset time)
    {
        long second = time.UtcTicks / TimeSpan.TicksPerSecond;
        Tuple<long, string>? last = Volatile.Read(ref _cached);
        if (last?.Item1 == second)
            return last.Item2;
        string text = time.UtcDateTime.ToString("R", CultureInfo.InvariantCulture);
        Volatile.Write(ref _cached, Tuple.Create(second, text));
        return text;
    }

    /// <summary>Reads the RFC 1123 form; null when it is something else.</summary>
    public static DateTimeOffset? Parse(string? text) =>
        DateTimeOffset.TryParseExact(
            text, "R", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out DateTimeOffset time)
            ? time
            : null;

    /// <summary>A time without its fraction of a second, as HTTP compares it.</summary>
    public static DateTimeOffset WholeSeconds(DateTimeOffset time) => time.AddTicks(-(time.Ticks % TimeSpan.TicksPerSecond));
}
