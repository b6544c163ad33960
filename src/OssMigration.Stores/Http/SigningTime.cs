using System.Globalization;

namespace OssMigration.Stores.Http;

/// <summary>The time in the form that both V4 signatures have it: 20261126T190000Z. The last one is kept, for the requests of one second. Thread-safe.</summary>
internal static class SigningTime
{
    private static volatile Kept? _last;

    /// <summary>The text of a moment.</summary>
    public static string Format(DateTimeOffset moment)
    {
        long second = moment.ToUnixTimeSeconds();
        if (_last is { } last && last.Second == second)
            return last.Text;
        string text = moment.UtcDateTime.ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture);
        _last = new Kept(second, text);
        return text;
    }

    private sealed record Kept(long Second, string Text);
}
