using System.Text.Json.Serialization;
using OssMigration.Core.Fidelity;
using OssMigration.Core.Listing;
using OssMigration.Core.Lists;
using OssMigration.Core.Stores;

namespace OssMigration.Core.Jobs;

/// <summary>What a run of the job covers.</summary>
public enum MigrationMode
{
    /// <summary>Everything under the source's prefix.</summary>
    Full,

    /// <summary>The difference between what is settled and a new listing, at intervals.</summary>
    Incremental,
}

/// <summary>What happens to an object that is at the destination already.</summary>
public enum OverwriteMode
{
    /// <summary>Copied when the content differs, by identity and not by date. The default.</summary>
    IfDifferent,

    /// <summary>As IfDifferent for objects that this job wrote; others only when the source is newer by more than the skew margin.</summary>
    IfNewer,

    /// <summary>Copied in any case.</summary>
    Always,

    /// <summary>Left as it is.</summary>
    Never,
}

/// <summary>What happens after cut-over to an object that changed at the source and is at the destination already.</summary>
public enum ConflictAction
{
    /// <summary>It is left alone and reported as a conflict. The default.</summary>
    Report,

    /// <summary>
    /// At one's own risk: it replaces what stands there where that is still exactly what this job wrote, looked at by HEAD
    /// right before the write completes. OSS has no condition for the write itself, so a write of the business in between
    /// is lost; the report counts such objects, and each is an item that names how long that was.
    /// </summary>
    Overwrite,
}

/// <summary>Which versions of the objects a job copies.</summary>
public enum VersionScope
{
    /// <summary>What a listing shows: of each object the current version, and nothing of what is deleted. The default.</summary>
    Current,

    /// <summary>
    /// The history of each key, oldest first, delete markers too, into a destination bucket that has versioning and in which nobody else writes
    /// before the cut-over. It ends with the cut-over: from then on such a job is refused.
    /// </summary>
    All,
}

/// <summary>A migration job: what is moved where and how. Immutable; stored in the job's journal without any secret.</summary>
public sealed record MigrationJob
{
    /// <summary>3 to 63 characters: lower-case letters, digits and hyphens. Names the job's folder.</summary>
    public required string Name { get; init; }

    /// <summary>Where objects come from.</summary>
    public required StoreAddress Source { get; init; }

    /// <summary>Where they go.</summary>
    public required StoreAddress Destination { get; init; }

    /// <summary>What a run covers.</summary>
    public MigrationMode Mode { get; init; }

    /// <summary>What happens to an object that is at the destination already.</summary>
    public OverwriteMode Overwrite { get; init; }

    /// <summary>Whether the history of objects is copied, or what is current alone.</summary>
    public VersionScope Versions { get; init; }

    /// <summary>Which objects of the source take part.</summary>
    public ObjectFilter Filter { get; init; } = new();

    /// <summary>What a list says is at the source, in place of a listing; null for a listing.</summary>
    public ObjectListFacts? ObjectList { get; init; }

    /// <summary>Whether the job covers all that is below its prefix; only then can it be a proof for clean-up.</summary>
    internal bool IsWhole => ObjectList is null && Filter.IsEmptyBeyondPrefix;

    /// <summary>The default of <see cref="ClockSkewMargin"/>.</summary>
    public static TimeSpan DefaultClockSkewMargin { get; } = TimeSpan.FromMinutes(2);

    /// <summary>
    /// By how much the clocks of the two ends may differ: a source date must be later by more before IfNewer believes it,
    /// and after cut-over a destination date before the Superseded of a comparison does. Default 2 minutes.
    /// </summary>
    public TimeSpan ClockSkewMargin { get; init; } = DefaultClockSkewMargin;

    /// <summary>From this moment the destination belongs to the business and nothing there is overwritten; null before cut-over.</summary>
    public DateTimeOffset? CutoverTime { get; init; }

    /// <summary>What happens after cut-over to an object that changed at the source and is at the destination already.</summary>
    public ConflictAction ConflictAction { get; init; }

    /// <summary>
    /// Whether headers and user metadata of objects that this job did not write (the mirror brought them) are compared and
    /// put right, by copying the object onto itself. OSS has no condition for that write, so that a write of the business
    /// in that moment is lost; therefore off by default. Costs a HEAD at both ends for each such object, once.
    /// </summary>
    public bool RepairMetadata { get; init; }

    /// <summary>What of objects is carried beyond their bytes, and how what the destination cannot hold is changed; null for <see cref="Core.Fidelity.FidelityPolicy.Default"/>.</summary>
    public FidelityPolicy? Fidelity { get; init; }

    /// <summary>What happens to an object whose key the destination cannot hold. Default Fail.</summary>
    public InvalidKeyAction InvalidKeyAction { get; init; }

    /// <summary>
    /// For how many days archived objects are restored that a run meets, 1 to 365; null asks for none. They wait as NeedsRestore until a run finds
    /// them readable.
    /// </summary>
    public int? RestoreDays { get; init; }

    /// <summary>With <see cref="RestoreDays"/>: how fast.</summary>
    public RestoreTier RestoreTier { get; init; }

    /// <summary>The policy that holds.</summary>
    internal FidelityPolicy Policy => Fidelity ?? FidelityPolicy.Default;

    /// <summary>With <see cref="MigrationMode.Incremental"/>: the time from the start of a run to the start of the next. 1 second to 1 day; null with Full.</summary>
    public TimeSpan? Interval { get; init; }

    /// <summary>With <see cref="MigrationMode.Incremental"/>: how many runs the series has, the first included. 1 to 100,000; null with Full.</summary>
    public int? RunCount { get; init; }

    /// <summary>Highest rate in bytes a second of the line, in each direction; null for no limit.</summary>
    public long? MaxBytesPerSecond { get; init; }

    /// <summary>Highest number of objects a second whose content is read; null for no limit.</summary>
    public int? MaxObjectsPerSecond { get; init; }

    /// <summary>What the line carries, in bytes a second; with <see cref="ReserveBytesPerSecond"/>, in place of <see cref="MaxBytesPerSecond"/>.</summary>
    public long? LinkBytesPerSecond { get; init; }

    /// <summary>What of <see cref="LinkBytesPerSecond"/> the business keeps; the job takes the rest.</summary>
    public long? ReserveBytesPerSecond { get; init; }

    /// <summary>A timetable of the week, in place of a constant rate: <c>Mon-Fri 08:00-20:00=100Mbps; *=200Mbps</c>; null for none.</summary>
    public string? Schedule { get; init; }

    /// <summary>The name of the time zone of <see cref="Schedule"/>.</summary>
    public string? TimeZone { get; init; }

    /// <summary>Most reads, and most writes, of objects and parts at a time; how many it is depends on the endpoint. 1 to 1,024, default 256.</summary>
    public int Concurrency { get; init; } = 256;

    /// <summary>The same for what does not adapt to an endpoint: listings, large objects at a time, deletions.</summary>
    internal int SteadyConcurrency => Math.Min(Concurrency, Throttling.AdaptiveConcurrency.Start);

    /// <summary>Bytes of content in memory at a time, all transfers together. 64 MiB to 16 GiB, default 192 MiB, which keeps the process under 400 MB.</summary>
    public long MemoryBudget { get; init; } = 192L << 20;

    /// <summary>Objects up to this size go in one request. 1 MiB to 1 GiB, default 32 MiB.</summary>
    public long SinglePutLimit { get; init; } = 32L << 20;

    /// <summary>Preferred part size of larger objects; grown where 10,000 parts would not do. 1 MiB to 1 GiB, default 8 MiB.</summary>
    public long PartSize { get; init; } = 8L << 20;

    /// <summary>Attempts of a request before its object fails, the first included. 1 to 20, default 6.</summary>
    public int MaxAttempts { get; init; } = 6;

    /// <summary>When the job was made (UTC).</summary>
    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>
    /// SHA-256 over what changes the result (addresses, mode, overwrite, filter, fidelity, the digest of an object list), never over limits or
    /// credentials. A journal with another fingerprint is refused.
    /// </summary>
    [JsonIgnore]
    public string Fingerprint => JobFingerprint.Of(this);
}
