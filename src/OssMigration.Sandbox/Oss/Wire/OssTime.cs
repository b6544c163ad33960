using System.Globalization;

namespace OssMigration.Sandbox.Oss.Wire;

/// <summary>Times in the two forms OSS writes.</summary>
internal static class OssTime
{
    /// <summary><c>2020-05-18T05:45:43.000Z</c>; the service keeps whole seconds.</summary>
    public static string Xml(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'.000Z'", CultureInfo.InvariantCulture);

    /// <summary>RFC 1123 in GMT.</summary>
    public static string Http(DateTimeOffset time) => time.UtcDateTime.ToString("r", CultureInfo.InvariantCulture);

    /// <summary>Without the fraction of a second, as conditions compare it.</summary>
    public static DateTimeOffset WholeSeconds(DateTimeOffset time) => new(time.UtcTicks - (time.UtcTicks % TimeSpan.TicksPerSecond), TimeSpan.Zero);
}
