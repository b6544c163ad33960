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

    /// <summary>Those of <see cref="NeedsRestore"/> by the source's storage class: what is paid for their restoration depends on it.</summary>
    public IReadOnlyDictionary<string, ObjectCount> RestoreByClass { get; init; } = new Dictionary<string, ObjectCount>();

    /// <summary>Those that are left out for their key (InvalidKeyAction Skip).</summary>
    public ObjectCount LeftOut { get; init; }

    /// <summary>Those whose headers could not be read, or that were gone by then.</summary>
    public ObjectCount Unread { get; init; }

    /// <summary>With -Versions All: the versions of all histories, and their bytes; else null. The other counts are of histories.</summary>
    public ObjectCount? Versions { get; init; }

    /// <summary>With -Versions All: the delete markers of all histories; else null.</summary>
    public long? DeleteMarkers { get; init; }

    /// <summary>Objects by aspect and effect.</summary>
    public IReadOnlyList<FidelityCount> Totals { get; init; } = [];

    /// <summary>Whether it says something of an aspect.</summary>
    public bool Tells(FidelityAspect aspect) => ReadsHeaders || aspect is FidelityAspect.Key or FidelityAspect.StorageClass;
}
