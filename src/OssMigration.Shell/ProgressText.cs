using System.Globalization;
using System.Management.Automation;

namespace OssMigration.Shell;

/// <summary>The words of a progress record.</summary>
internal static class ProgressText
{
    /// <summary>The share that is done; empty where it is not known.</summary>
    public static string Percent(ProgressRecord record)
        => record.PercentComplete >= 0 ? string.Create(CultureInfo.InvariantCulture, $"{record.PercentComplete} %") : "";

    /// <summary>The time left; empty where it is not known.</summary>
    public static string Left(ProgressRecord record)
        => record.SecondsRemaining >= 0 ? $"{TimeSpan.FromSeconds(record.SecondsRemaining):c} left" : "";
}
