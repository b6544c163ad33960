using System.Collections;

namespace OssMigration.Parameters;

/// <summary>Completes the names of the time zones that this machine knows, from any part of the name.</summary>
public sealed class TimeZoneCompleter : WordCompleter
{
    /// <inheritdoc/>
    private protected override IEnumerable<(string Text, string Meaning)> Words(string typed, IDictionary given) => TimeZoneInfo.GetSystemTimeZones()
        .OrderBy(zone => zone.Id, StringComparer.Ordinal)
        .Select(zone => (zone.Id, zone.DisplayName));

    /// <inheritdoc/>
    private protected override bool Fits(string word, string typed) => word.Contains(typed, StringComparison.OrdinalIgnoreCase);
}
