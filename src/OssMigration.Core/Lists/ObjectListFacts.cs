namespace OssMigration.Core.Lists;

/// <summary>What a job knows of its object list. The list itself lies sorted in the job's folder.</summary>
public sealed record ObjectListFacts
{
    /// <summary>Where it came from, for people.</summary>
    public required string Origin { get; init; }

    /// <summary>SHA-256 over all rows in key order, lower-case hex. Part of the job's fingerprint.</summary>
    public required string Digest { get; init; }

    /// <summary>Its objects.</summary>
    public required long Objects { get; init; }

    /// <summary>Their bytes, as far as the list tells.</summary>
    public required long Bytes { get; init; }

    /// <summary>Objects of which the list does not tell size, ETag and date, or tells two things: each is looked up in every run.</summary>
    public required long LookedUp { get; init; }
}
