using System.Globalization;
using OssMigration.Core.Reporting;
using OssMigration.Core.Stores;

namespace OssMigration.Core.Lifecycle;

/// <summary>Tells people what a planned rule will do, a line each.</summary>
internal static class PlanText
{
    /// <summary>The date rule.</summary>
    public static IReadOnlyList<string> ForObjects(
        string bucket, LifecycleRecord rule, StandingRule built, ComparisonSummary comparison, SourceSurvey survey, BucketVersioning versioning, IReadOnlyList<string> warnings)
    {
        List<string> lines =
        [
            $"Set lifecycle rule '{rule.RuleId}' on {bucket}",
            Invariant($"deletes  {Count(survey.Covered)}: every object {Keys(rule.Prefix)}, also one that is written until then"),
            Invariant($"when     {rule.Date!.Value.UtcDateTime:yyyy-MM-dd HH:mm:ss}Z, within about a day of it, and daily from then on until it is withdrawn by Remove-SourceLifecycle"),
            Invariant($"proof    comparison {comparison.ComparisonId}, level {comparison.Level}, ended {comparison.EndedAt.UtcDateTime:yyyy-MM-dd HH:mm:ss}Z: {Count(comparison.Same)} the same"),
            "undo     " + Undo(versioning),
        ];
        if (comparison.Superseded.Objects > 0)
            lines.Add($"accepted {Count(comparison.Superseded)} that the business overwrote at the destination");
        if (comparison.DeletedAtDestination.Objects > 0)
            lines.Add($"accepted {Count(comparison.DeletedAtDestination)} that the business deleted at the destination");
        if (survey.Unsettled.Objects > 0 && survey.Fingerprint != comparison.SourceFingerprint)
            lines.Add($"LATE     {Count(survey.Unsettled)} that no comparison has seen are deleted too, and are nowhere else");
        return [.. lines, .. Rest(built, warnings)];
    }

    /// <summary>The rule for old versions.</summary>
    public static IReadOnlyList<string> ForVersions(string bucket, LifecycleRecord rule, StandingRule built, VersionSurvey versions, IReadOnlyList<string> warnings) =>
    [
        $"Set lifecycle rule '{rule.RuleId}' on {bucket}",
        Invariant($"deletes  {versions.Old.Objects} old versions, {versions.Old.Bytes} bytes, and then {versions.Markers} delete markers: all {Keys(rule.Prefix)}"),
        "when     a day after each became an old version, at midnight UTC, and daily from then on until it is withdrawn by Remove-SourceLifecycle",
        $"proof    comparison {rule.ComparisonId}, on which the date rule rests",
        "undo     none: this is the last copy at the source",
        .. Rest(built, warnings),
    ];

    private static IEnumerable<string> Rest(StandingRule built, IReadOnlyList<string> warnings)
        => [.. warnings.Select(warning => $"note     {warning}"), .. LifecycleDocument.ToText(built).Split('\n').Select(line => line.TrimEnd('\r'))];

    private static string Undo(BucketVersioning versioning) => versioning switch
    {
        BucketVersioning.Enabled => "objects get a delete marker, and their versions stay until Set-SourceLifecycle -NoncurrentVersions",
        BucketVersioning.Suspended => "versioning is suspended: objects written since then go for good; older versions stay under a delete marker until Set-SourceLifecycle -NoncurrentVersions",
        _ => "none after the date",
    };

    private static string Keys(string prefix) => prefix.Length == 0 ? "of the bucket" : $"whose key begins with '{prefix}'";

    private static string Count(ObjectCount count) => Invariant($"{count.Objects:N0} objects, {count.Bytes:N0} bytes");

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
