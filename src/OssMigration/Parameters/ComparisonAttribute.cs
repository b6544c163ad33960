using System.Collections;
using System.Globalization;
using System.Management.Automation;
using OssMigration.Core.Lifecycle;
using OssMigration.Core.Reporting;

namespace OssMigration.Parameters;

/// <summary>
/// Takes a comparison's summary as it is, or as it comes back from Import-Clixml or a remote session, and keeps of it what the
/// engine holds against the journal. Members that a script has added or changed are what counts, as everywhere in PowerShell.
/// </summary>
[AttributeUsage(AttributeTargets.Property | AttributeTargets.Field)]
public sealed class ComparisonAttribute : ArgumentTransformationAttribute
{
    private static readonly string[] Counts =
    [
        nameof(ComparisonSummary.Listed), nameof(ComparisonSummary.Same), nameof(ComparisonSummary.Different), nameof(ComparisonSummary.SourceOnly),
        nameof(ComparisonSummary.DestinationOnly), nameof(ComparisonSummary.Superseded), nameof(ComparisonSummary.DeletedAtDestination), nameof(ComparisonSummary.Unproved),
    ];

    /// <inheritdoc/>
    public override object Transform(EngineIntrinsics engineIntrinsics, object inputData)
    {
        if (inputData is null or PSObject { BaseObject: ComparisonClaim } or ComparisonClaim)
            return inputData!;
        PSObject bag = PSObject.AsPSObject(inputData);
        if (bag.BaseObject is IList or string || bag.Properties[nameof(ComparisonSummary.ComparisonId)] is null || bag.Properties[nameof(ComparisonSummary.Digest)] is null)
        {
            throw new ArgumentTransformationMetadataException(
                "This is no summary of a comparison. Compare-MigrationData -Job NAME -Summary gives one; the objects that it gives without -Summary are no proof of the whole.");
        }

        return new ComparisonClaim
        {
            ComparisonId = Text(bag, nameof(ComparisonSummary.ComparisonId)),
            JobName = Text(bag, nameof(ComparisonSummary.JobName)),
            Digest = Text(bag, nameof(ComparisonSummary.Digest)),
            Values = Values(bag),
        };
    }

    private static Dictionary<string, string> Values(PSObject bag)
    {
        Dictionary<string, string> values = new()
        {
            [nameof(ComparisonSummary.Level)] = Level(bag.Properties[nameof(ComparisonSummary.Level)]?.Value),
            [nameof(ComparisonSummary.IsComplete)] = Text(bag, nameof(ComparisonSummary.IsComplete)) ?? "",
        };
        foreach (string name in Counts)
            values[name] = Count(bag.Properties[name]?.Value);
        return values;
    }

    // A count that went through serialisation is a bag with the same two properties.
    private static string Count(object? value)
    {
        if (value is null)
            return "";
        PSObject count = PSObject.AsPSObject(value);
        return count.Properties[nameof(ObjectCount.Objects)]?.Value is { } objects && count.Properties[nameof(ObjectCount.Bytes)]?.Value is { } bytes
            ? string.Create(CultureInfo.InvariantCulture, $"{objects} objects, {bytes} bytes")
            : count.ToString() ?? "";
    }

    // After serialisation an enum is its number.
    private static string Level(object? value)
    {
        object? plain = value is PSObject wrapped ? wrapped.BaseObject : value;
        return plain is int number ? ((ComparisonLevel)number).ToString() : plain?.ToString() ?? "";
    }

    private static string? Text(PSObject bag, string name)
    {
        object? value = bag.Properties[name]?.Value;
        return value is PSObject wrapped ? wrapped.BaseObject.ToString() : value?.ToString();
    }
}
