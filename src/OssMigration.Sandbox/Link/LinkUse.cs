using System.Globalization;

namespace OssMigration.Sandbox.Link;

/// <summary>Whole seconds: from the first until before <paramref name="End"/>, as numbers of <see cref="LinkMeter.SecondOf"/>.</summary>
internal readonly record struct SecondSpan(long First, long End)
{
    private static readonly TimeSpan ByDefault = TimeSpan.FromMinutes(1);

    /// <summary>How many.</summary>
    public long Count => Math.Max(0, End - First);

    /// <summary>The whole seconds between two moments; those that are only in part between them are left out.</summary>
    public static SecondSpan Between(DateTimeOffset from, DateTimeOffset to)
    {
        long first = LinkMeter.SecondOf(from);
        return new SecondSpan(from.Ticks % TimeSpan.TicksPerSecond == 0 ? first : first + 1, LinkMeter.SecondOf(to));
    }

    /// <summary>Reads two moments in ISO 8601; the last minute where they are left out, and never beyond now.</summary>
    /// <exception cref="ArgumentException">One is no moment.</exception>
    public static (DateTimeOffset From, DateTimeOffset To) Moments(string? from, string? to, DateTimeOffset now)
    {
        DateTimeOffset end = Moment(to) is { } given && given < now ? given : now;
        return (Moment(from) ?? end - ByDefault, end);
    }

    private static DateTimeOffset? Moment(string? text)
    {
        if (string.IsNullOrEmpty(text))
            return null;
        // A plus sign in a query that was not encoded has become a blank.
        return DateTimeOffset.TryParse(text.Contains('T', StringComparison.Ordinal) ? text.Replace(' ', '+') : text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset moment)
            ? moment
            : throw new ArgumentException($"'{text}' is no moment such as 2026-01-31T12:00:00Z.");
    }
}

/// <summary>GET /link: what the link is like and what passed it.</summary>
/// <param name="DownBytesPerSecond">The rate towards clients.</param>
/// <param name="UpBytesPerSecond">The rate from clients.</param>
/// <param name="RoundTripMs">The round trip.</param>
/// <param name="Seconds">The whole seconds asked for, the last minute by default.</param>
internal sealed record LinkUse(long DownBytesPerSecond, long UpBytesPerSecond, double RoundTripMs, IReadOnlyList<LinkSecond> Seconds)
{
    /// <summary>Of a link in a span.</summary>
    public static LinkUse Of(ShapedLink link, SecondSpan span)
    {
        long first = Math.Max(span.First, span.End - LinkMeter.Kept);
        List<LinkSecond> seconds = [];
        for (long second = first; second < span.End; second++)
        {
            (long businessDown, long otherDown) = link.Down.Meter.Of(second);
            (long businessUp, long otherUp) = link.Up.Meter.Of(second);
            seconds.Add(new LinkSecond(DateTimeOffset.FromUnixTimeSeconds(second), businessDown, businessUp, otherDown, otherUp));
        }
        return new LinkUse(link.Shape.DownBytesPerSecond, link.Shape.UpBytesPerSecond, link.Shape.RoundTrip.TotalMilliseconds, seconds);
    }
}

/// <summary>The bytes that passed the link in one second.</summary>
internal sealed record LinkSecond(DateTimeOffset At, long BusinessDown, long BusinessUp, long OtherDown, long OtherUp);
