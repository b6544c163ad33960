namespace OssMigration.Core.Reporting;

/// <summary>The state of an object that is not simply copied or skipped.</summary>
public enum MigrationItemState
{
    /// <summary>Begun and not finished; the run goes on or was stopped.</summary>
    InProgress,

    /// <summary>Failed; see the reason.</summary>
    Failed,

    /// <summary>Changed at the destination by the business; left alone.</summary>
    Conflict,

    /// <summary>The destination cannot hold it.</summary>
    Unsupported,

    /// <summary>Archived at the source and not restored.</summary>
    NeedsRestore,

    /// <summary>Listed, but gone when it was to be read.</summary>
    Vanished,

    /// <summary>Settled by an earlier run and no longer at the source.</summary>
    GoneAtSource,

    /// <summary>Settled by an earlier run and deleted at the destination after cut-over.</summary>
    DeletedAtDestination,

    /// <summary>Gone at the source, and removed at the destination because that was asked for.</summary>
    Removed,

    /// <summary>Copied after cut-over over what this job had written before (ConflictAction Overwrite); the message names the window.</summary>
    Overwritten,

    /// <summary>The content is there, but headers or user metadata are not those of the source and could not be repaired.</summary>
    MetadataDiffers,

    /// <summary>The destination cannot hold its key, and the job leaves such objects out (InvalidKeyAction Skip).</summary>
    KeySkipped,
}

/// <summary>One object with an exceptional outcome.</summary>
public sealed record MigrationItem
{
    /// <summary>The job.</summary>
    public required string JobName { get; init; }

    /// <summary>The run.</summary>
    public required int Run { get; init; }

    /// <summary>The key, relative to the job's prefixes.</summary>
    public required string Key { get; init; }

    /// <summary>Its state.</summary>
    public MigrationItemState State { get; init; }

    /// <summary>A stable word for the reason (for example AccessDenied, ChangingAtSource, KeyNotPossible).</summary>
    public string ErrorKind { get; init; } = "";

    /// <summary>The reason in a sentence, with the request id where there is one.</summary>
    public string Message { get; init; } = "";

    /// <summary>The listed size in bytes.</summary>
    public long Size { get; init; }

    /// <summary>The listed version at the source.</summary>
    public string? SourceVersion { get; init; }

    /// <summary>When the state was recorded.</summary>
    public DateTimeOffset UpdatedAt { get; init; }
}
