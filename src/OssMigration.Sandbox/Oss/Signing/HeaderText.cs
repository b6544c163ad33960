using Microsoft.Extensions.Primitives;

namespace OssMigration.Sandbox.Oss.Signing;

/// <summary>Header values as signatures see them.</summary>
internal static class HeaderText
{
    /// <summary>The trimmed value; several values of one name joined by a comma.</summary>
    public static string Join(StringValues values) => values.Count switch
    {
        0 => string.Empty,
        1 => values[0]?.Trim() ?? string.Empty,
        _ => string.Join(',', values.Select(v => v?.Trim())),
    };
}
