using OssMigration.Core.Jobs;
using OssMigration.Core.Reporting;

namespace OssMigration.Core.Lifecycle;

/// <summary>
/// The comparison that a user hands over as proof. Only its id leads to the proof, which is the journal's own record; the rest
/// is held against that record, so that an object that was edited on its way is found out. Null where the user's object has no such value.
/// </summary>
public sealed record ComparisonClaim
{
    /// <summary>The comparison's id.</summary>
    public string? ComparisonId { get; init; }

    /// <summary>The job that it names.</summary>
    public string? JobName { get; init; }

    /// <summary>Its digest.</summary>
    public string? Digest { get; init; }

    /// <summary>The values that people read: level, completeness, counts, by the name of the property of <see cref="ComparisonSummary"/>.</summary>
    public IReadOnlyDictionary<string, string> Values { get; init; } = new Dictionary<string, string>();

    /// <summary>What a summary says, in the form that claims are held against.</summary>
    public static ComparisonClaim Of(ComparisonSummary summary) => new()
    {
        ComparisonId = summary.ComparisonId,
        JobName = summary.JobName,
        Digest = summary.Digest,
        Values = new Dictionary<string, string>
        {
            [nameof(summary.Level)] = summary.Level.ToString(),
            [nameof(summary.IsComplete)] = summary.IsComplete.ToString(),
            [nameof(summary.Listed)] = summary.Listed.ToString(),
            [nameof(summary.Same)] = summary.Same.ToString(),
            [nameof(summary.Different)] = summary.Different.ToString(),
            [nameof(summary.SourceOnly)] = summary.SourceOnly.ToString(),
            [nameof(summary.DestinationOnly)] = summary.DestinationOnly.ToString(),
            [nameof(summary.Superseded)] = summary.Superseded.ToString(),
            [nameof(summary.DeletedAtDestination)] = summary.DeletedAtDestination.ToString(),
            [nameof(summary.Unproved)] = summary.Unproved.ToString(),
        },
    };
}

/// <summary>A lifecycle rule to be set at the source of a job.</summary>
public sealed record SourceLifecycleRequest
{
    /// <summary>The job whose source is cleaned up.</summary>
    public required string JobName { get; init; }

    /// <summary>The proof; null where none was given. Not needed for <see cref="LifecyclePhase.NoncurrentVersions"/>: the first phase had one.</summary>
    public ComparisonClaim? Comparison { get; init; }

    /// <summary>What is to be deleted.</summary>
    public LifecyclePhase Phase { get; init; }

    /// <summary>Full keys that begin with it; null for all that the job covers. May only be longer than the job's own.</summary>
    public string? Prefix { get; init; }

    /// <summary>When; midnight UTC. Null: the first midnight UTC on or after one day past the end of the comparison.</summary>
    public DateTimeOffset? Date { get; init; }

    /// <summary>Accepts objects that the business overwrote or deleted at the destination since cut-over.</summary>
    public bool AcceptSuperseded { get; init; }

    /// <summary>Accepts, at one's own risk, that objects are deleted that were written after the comparison.</summary>
    public bool AcceptLateWrites { get; init; }

    /// <summary>Accepts that a mirroring rule of the destination stands while the source is deleted.</summary>
    public bool AcceptMirrorRule { get; init; }

    /// <summary>Accepts that objects whose keys the destination cannot hold are there under encoded keys only.</summary>
    public bool AcceptEncodedKeys { get; init; }

    /// <summary>How many old versions the user knows will be deleted; must be the number that is found now.</summary>
    public long? AcknowledgedVersions { get; init; }

    /// <summary>Keys given by hand.</summary>
    public RunCredentials Credentials { get; init; } = RunCredentials.None;
}
