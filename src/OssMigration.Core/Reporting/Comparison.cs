namespace OssMigration.Core.Reporting;

/// <summary>How deep a comparison looks.</summary>
public enum ComparisonLevel
{
    /// <summary>Presence and size, from the two listings.</summary>
    Size,

    /// <summary>Checksums and versions: from the listings, the manifest and, for the few with doubt, HEAD. Nothing is downloaded.</summary>
    Checksum,

    /// <summary>Both sides are read again and compared by CRC-64.</summary>
    Content,
}

/// <summary>What a comparison found for one key.</summary>
public enum ComparisonStatus
{
    /// <summary>Proved to be the same at this level.</summary>
    Same,

    /// <summary>Not the same.</summary>
    Different,

    /// <summary>Not at the destination.</summary>
    SourceOnly,

    /// <summary>Not at the source.</summary>
    DestinationOnly,

    /// <summary>Migrated, and overwritten by the business after cut-over.</summary>
    Superseded,

    /// <summary>Migrated, and deleted by the business after cut-over.</summary>
    DeletedAtDestination,

    /// <summary>Equal in size, but nothing at this level can prove the content. Level Content can.</summary>
    Unproved,
}

/// <summary>One key of a comparison.</summary>
public sealed record ComparisonItem
{
    /// <summary>The job; null in an ad-hoc comparison.</summary>
    public string? JobName { get; init; }

    /// <summary>The comparison this belongs to.</summary>
    public required string ComparisonId { get; init; }

    /// <summary>The key, relative to the prefixes.</summary>
    public required string Key { get; init; }

    /// <summary>What was found.</summary>
    public ComparisonStatus Status { get; init; }

    /// <summary>Why, in a few words (for example "sizes differ", "ETags are equal MD5s", "CRC-64 of the manifest").</summary>
    public string Reason { get; init; } = "";

    /// <summary>Bytes at the source; null where it is not there.</summary>
    public long? SourceSize { get; init; }

    /// <summary>Bytes at the destination; null where it is not there.</summary>
    public long? DestinationSize { get; init; }

    /// <summary>The source's version.</summary>
    public string? SourceVersion { get; init; }

    /// <summary>The destination's ETag.</summary>
    public string? DestinationETag { get; init; }

    /// <summary>
    /// True for a DestinationOnly that this job had migrated: the object was deleted at the source since, and would come back to
    /// life with a cut-over. False too where there is no job that could know.
    /// </summary>
    public bool IsGoneAtSource { get; init; }

    /// <summary>The source's date; null where it is not there.</summary>
    public DateTimeOffset? SourceModifiedAt { get; init; }

    /// <summary>The destination's date, which OSS sets when an object is written; null where it is not there.</summary>
    public DateTimeOffset? DestinationModifiedAt { get; init; }
}

/// <summary>The summary of a comparison, as the journal keeps it.</summary>
public sealed record ComparisonSummary
{
    /// <summary>Identifies the comparison.</summary>
    public required string ComparisonId { get; init; }

    /// <summary>The job; null in an ad-hoc comparison, which no clean-up accepts.</summary>
    public string? JobName { get; init; }

    /// <summary>How deep it looked.</summary>
    public ComparisonLevel Level { get; init; }

    /// <summary>True when both sides were walked to their ends; false when it was stopped early.</summary>
    public bool IsComplete { get; init; }

    /// <summary>True when complete, and every object of the source is Same.</summary>
    public bool IsClean => IsComplete && Same.Objects == Listed.Objects;

    /// <summary>When it began (before either listing).</summary>
    public DateTimeOffset StartedAt { get; init; }

    /// <summary>When it ended.</summary>
    public DateTimeOffset EndedAt { get; init; }

    /// <summary>Objects listed at the source.</summary>
    public ObjectCount Listed { get; init; }

    /// <summary>Proved to be the same.</summary>
    public ObjectCount Same { get; init; }

    /// <summary>Different.</summary>
    public ObjectCount Different { get; init; }

    /// <summary>Not at the destination.</summary>
    public ObjectCount SourceOnly { get; init; }

    /// <summary>Not at the source.</summary>
    public ObjectCount DestinationOnly { get; init; }

    /// <summary>
    /// The part of <see cref="DestinationOnly"/> that this job had migrated: deleted at the source since. Null where that is not
    /// known (no job, or recorded by a version that did not look).
    /// </summary>
    public ObjectCount? GoneAtSource { get; init; }

    /// <summary>Overwritten by the business.</summary>
    public ObjectCount Superseded { get; init; }

    /// <summary>Deleted by the business.</summary>
    public ObjectCount DeletedAtDestination { get; init; }

    /// <summary>Nothing at this level can prove them.</summary>
    public ObjectCount Unproved { get; init; }

    /// <summary>What the source was asked for.</summary>
    public StoreUsage SourceUsage { get; init; }

    /// <summary>What the destination was asked for. At level Checksum BytesRead is 0.</summary>
    public StoreUsage DestinationUsage { get; init; }

    /// <summary>SHA-256 over the fields above, as the journal holds it: a summary that was edited does not match.</summary>
    public string Digest { get; init; } = "";
}
