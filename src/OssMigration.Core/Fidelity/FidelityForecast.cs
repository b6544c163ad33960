using OssMigration.Core.Jobs;
using OssMigration.Core.Reporting;

namespace OssMigration.Core.Fidelity;

/// <summary>Asks what would become of the objects of a job.</summary>
public sealed record FidelityForecastRequest
{
    /// <summary>The job.</summary>
    public required string JobName { get; init; }

    /// <summary>
    /// True: the headers of each object are read, and its tags and ACL where the job copies them. False: the listing only, which tells keys, sizes
    /// and storage classes.
    /// </summary>
    public bool ReadsHeaders { get; init; }

    /// <summary>Whether objects that arrive as they are are given too.</summary>
    public bool IncludesCarried { get; init; }

    /// <summary>Keys given by hand.</summary>
    public RunCredentials Credentials { get; init; } = RunCredentials.None;
}

/// <summary>What will become of the objects of a job, in totals. Kept in its journal; the report sets it beside what happened.</summary>
public sealed record FidelityForecast
{
    /// <summary>The job.</summary>
    public required string JobName { get; init; }

    /// <summary>When it was made (UTC).</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>Whether the headers of each object were read. Otherwise the listing alone speaks: of keys and storage classes.</summary>
    public bool ReadsHeaders { get; init; }

    /// <summary>Objects listed that take part.</summary>
    public ObjectCount Listed { get; init; }

    /// <summary>Those that will be copied, unless they are at the destination already.</summary>
    public ObjectCount Copied { get; init; }

    /// <summary>Those that the destination cannot hold, or that the job refuses in another form.</summary>
    public ObjectCount Unsupported { get; init; }

    /// <summary>Those that are archived and not restored.</summary>
    public ObjectCount NeedsRestore { get; init; }

    /// <summary>Those that are left out for their key (InvalidKeyAction Skip).</summary>
    public ObjectCount LeftOut { get; init; }

    /// <summary>Those whose headers could not be read, or that were gone by then.</summary>
    public ObjectCount Unread { get; init; }

    /// <summary>Objects by aspect and effect.</summary>
    public IReadOnlyList<FidelityCount> Totals { get; init; } = [];

    /// <summary>Whether it says something of an aspect.</summary>
    public bool Tells(FidelityAspect aspect) => ReadsHeaders || aspect is FidelityAspect.Key or FidelityAspect.StorageClass;
}

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

/// <summary>Totals of a run beside those of the forecast.</summary>
internal static class FidelityTotals
{
    /// <summary>Every aspect and effect that either has, in their order; null where neither has any.</summary>
    public static IReadOnlyList<FidelityTotal>? Of(IReadOnlyList<FidelityCount> happened, FidelityForecast? forecast)
    {
        if (happened.Count == 0 && forecast is null)
            return null;
        Dictionary<(FidelityAspect Aspect, FidelityEffect Effect), ObjectCount> counts = happened.ToDictionary(count => (count.Aspect, count.Effect), count => count.Count);
        Dictionary<(FidelityAspect Aspect, FidelityEffect Effect), ObjectCount> foreseen =
            (forecast?.Totals ?? []).ToDictionary(count => (count.Aspect, count.Effect), count => count.Count);
        return [.. counts.Keys.Union(foreseen.Keys).Order().Select(place => new FidelityTotal(
            place.Aspect, place.Effect, counts.GetValueOrDefault(place), forecast?.Tells(place.Aspect) == true ? foreseen.GetValueOrDefault(place) : null))];
    }
}
