using OssMigration.Core.Jobs;

namespace OssMigration.Core.Cutover;

/// <summary>What to check before a cut-over, and on which assurances of the user.</summary>
public sealed record CutoverRequest
{
    /// <summary>The default of <see cref="MaximumAge"/>: one hour.</summary>
    public static TimeSpan DefaultMaximumAge { get; } = TimeSpan.FromHours(1);

    /// <summary>The job.</summary>
    public required string JobName { get; init; }

    /// <summary>
    /// When the business stopped to change and delete existing keys at the source, by the clock of this machine. New keys may be
    /// written on. Null where it has not stopped; then nothing can be said about stale objects.
    /// </summary>
    public DateTimeOffset? WritesStoppedAt { get; init; }

    /// <summary>How long ago a recorded comparison may have ended to serve as the pass after the writes stopped. Default one hour.</summary>
    public TimeSpan MaximumAge { get; init; } = DefaultMaximumAge;

    /// <summary>True: the business lists the bucket, so nothing may be at the source only.</summary>
    public bool BusinessLists { get; init; }

    /// <summary>True: no mirroring rule is relied on, because the business writes nothing until everything has arrived.</summary>
    public bool SkipMirror { get; init; }

    /// <summary>A key that is at the source only, for the test of the mirroring rule; null to use one that the comparison finds.</summary>
    public string? ProbeKey { get; init; }

    /// <summary>True: where no object is at the source only, a small one is put there for the test and removed at both ends.</summary>
    public bool CreateProbe { get; init; }

    /// <summary>Keys given by hand.</summary>
    public RunCredentials Credentials { get; init; } = RunCredentials.None;

    /// <summary>Refuses what contradicts itself.</summary>
    /// <exception cref="ArgumentException">Says what.</exception>
    internal void Check()
    {
        if (MaximumAge <= TimeSpan.Zero)
            throw new ArgumentException($"MaximumAge is {MaximumAge}; more than zero is possible.");
        if (SkipMirror && (CreateProbe || ProbeKey is not null))
            throw new ArgumentException("SkipMirror leaves the mirroring rule untested; ProbeKey and CreateProbe have no meaning with it.");
        if (ProbeKey is { Length: 0 })
            throw new ArgumentException("ProbeKey is empty; give the key of an object that is at the source only.");
    }
}
