namespace OssMigration.Core.Fidelity;

/// <summary>What will become of one object.</summary>
public sealed record FidelityForecastItem
{
    /// <summary>The job.</summary>
    public required string JobName { get; init; }

    /// <summary>The key, relative to the job's prefixes.</summary>
    public required string Key { get; init; }

    /// <summary>The listed size in bytes.</summary>
    public long Size { get; init; }

    /// <summary>The gravest of its effects.</summary>
    public FidelityEffect Effect { get; init; }

    /// <summary>What arrives as it is.</summary>
    public IReadOnlyList<FidelityAspect> Carried { get; init; } = [];

    /// <summary>What does not, and why.</summary>
    public IReadOnlyList<FidelityFinding> Findings { get; init; } = [];

    /// <summary>All reasons in one text; empty where it arrives as it is.</summary>
    public string Reason => string.Join(" ", Findings.Select(finding => $"{finding.Aspect}: {finding.Reason}"));

    internal static FidelityForecastItem Of(string jobName, string key, long size, in FidelityMarks marks)
    {
        int carried = marks.Carried;
        return new FidelityForecastItem
        {
            JobName = jobName,
            Key = key,
            Size = size,
            Effect = marks.Findings is { Count: > 0 } findings ? findings.Max(finding => finding.Effect) : FidelityEffect.Carried,
            Carried = [.. Enum.GetValues<FidelityAspect>().Where(aspect => (carried & FidelityMarks.Bit(aspect)) != 0)],
            Findings = marks.Findings ?? [],
        };
    }
}
