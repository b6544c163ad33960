using System.Globalization;
using System.Management.Automation;
using OssMigration.Core.Reporting;
using OssMigration.Views;

namespace OssMigration.Pipeline;

/// <summary>Puts a progress snapshot into the words and numbers that PowerShell shows.</summary>
internal static class ProgressView
{
    private const int ActivityId = 1_770_355;

    /// <summary>The record for a snapshot. Percent and time left are there once the listing is complete.</summary>
    public static ProgressRecord Of(ProgressSnapshot snapshot) => new(ActivityId, Activity(snapshot), Status(snapshot))
    {
        CurrentOperation = string.Create(
            CultureInfo.InvariantCulture,
            $"{Display.Rate(snapshot.BytesPerSecond)}, {snapshot.ObjectsPerSecond:N0} objects/s, {snapshot.ActiveTransfers} reads and writes, {snapshot.Failed:N0} failed"),
        PercentComplete = Percent(snapshot),
        SecondsRemaining = snapshot.TimeLeft is { } left ? (int)Math.Min(left.TotalSeconds, int.MaxValue) : -1,
    };

    private static string Activity(ProgressSnapshot snapshot)
    {
        string what = snapshot.Activity == "Running" ? "" : $" ({snapshot.Activity})";
        return snapshot.Run > 0
            ? $"Migration {Display.Text(snapshot.JobName)}, run {snapshot.Run}{what}"
            : $"Migration {Display.Text(snapshot.JobName)}{what}";
    }

    private static string Status(ProgressSnapshot snapshot)
    {
        if (snapshot.NextRunAt is { } next)
            return $"The next run begins at {Display.Time(next)}";
        string listing = snapshot.ListingComplete ? "" : ", still listing";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{snapshot.Done.Objects:N0} of {snapshot.Listed.Objects:N0} objects, {Display.Size(snapshot.Done.Bytes)} of {Display.Size(snapshot.Listed.Bytes)}{listing}");
    }

    private static int Percent(ProgressSnapshot snapshot)
    {
        if (!snapshot.ListingComplete || snapshot.Listed.Objects == 0)
            return -1;
        double bytes = snapshot.Listed.Bytes == 0 ? 1 : (double)snapshot.Done.Bytes / snapshot.Listed.Bytes;
        double objects = (double)snapshot.Done.Objects / snapshot.Listed.Objects;

        // Many empty objects would stand at 100 % of the bytes for hours, a few large ones at 100 % of the objects.
        return (int)Math.Clamp(100 * Math.Min(bytes, objects), 0, 100);
    }
}
