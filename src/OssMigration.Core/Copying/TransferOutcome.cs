using OssMigration.Core.Fidelity;
using OssMigration.Core.Manifests;
using OssMigration.Core.Reporting;
using OssMigration.Core.Stores;

namespace OssMigration.Core.Copying;

/// <summary>
/// What an outcome counts as. The first seven are the right side of the reconciliation; those from <see cref="New"/> on
/// are counted beside, because they tell more of objects that one of the others counts.
/// </summary>
internal enum OutcomeKind
{
    Copied,
    Skipped,
    Conflict,
    Unsupported,
    NeedsRestore,
    Vanished,
    Failed,
    GoneAtSource,
    DestinationOnly,
    FilteredOut,

    /// <summary>Settled by an earlier run, and at neither end any more. Reported nowhere.</summary>
    AtNeitherEnd,

    /// <summary>Of Copied: no earlier run had settled the key.</summary>
    New,

    /// <summary>Of Copied: an earlier run had settled another version of the source.</summary>
    Changed,

    /// <summary>Of all keys: an earlier run had settled them.</summary>
    Known,

    /// <summary>Of GoneAtSource: removed at the destination.</summary>
    Removed,

    /// <summary>Of Copied: after cut-over it replaced what this job had written.</summary>
    Overwritten,

    /// <summary>Of Skipped: its headers or user metadata were put right.</summary>
    MetadataRepaired,
}

/// <summary>How one key ended. A closed set: the nested records are all there is.</summary>
internal abstract record TransferOutcome
{
    private TransferOutcome()
    {
    }

    /// <summary>What it counts as.</summary>
    public abstract OutcomeKind Kind { get; }

    /// <summary>What it counts as besides; null for nothing.</summary>
    public virtual OutcomeKind? AlsoCounts => null;

    /// <summary>Written and proved.</summary>
    /// <param name="Settled">What the manifest remembers.</param>
    internal sealed record Copied(SettledEntry Settled) : TransferOutcome
    {
        public override OutcomeKind Kind => OutcomeKind.Copied;

        public override OutcomeKind? AlsoCounts => IsReplacement ? OutcomeKind.Overwritten : null;

        /// <summary>After cut-over and at the user's own risk: it replaced what this job had written before.</summary>
        public bool IsReplacement { get; init; }

        /// <summary>What became of it beyond its bytes.</summary>
        public FidelityMarks Marks { get; init; }

        /// <summary>The version that the write made; null where the destination does not say.</summary>
        public string? VersionId { get; init; }

        /// <summary>With a replacement: how long a write of somebody else would have been lost; null where the answer that told was lost.</summary>
        public TimeSpan? Window { get; init; }
    }

    /// <summary>Nothing to do.</summary>
    /// <param name="Settled">What the manifest remembers where the object is known to be the same; null where the mode left it alone.</param>
    internal sealed record Skipped(SettledEntry? Settled) : TransferOutcome
    {
        public override OutcomeKind Kind => OutcomeKind.Skipped;

        public override OutcomeKind? AlsoCounts => IsMetadataRepaired ? OutcomeKind.MetadataRepaired : null;

        /// <summary>Its content was there already; its headers and user metadata were put right.</summary>
        public bool IsMetadataRepaired { get; init; }
    }

    /// <summary>Left out by the filter.</summary>
    internal sealed record FilteredOut : TransferOutcome
    {
        public static FilteredOut Instance { get; } = new();

        public override OutcomeKind Kind => OutcomeKind.FilteredOut;
    }

    /// <summary>At the destination only.</summary>
    internal sealed record DestinationOnly : TransferOutcome
    {
        public static DestinationOnly Instance { get; } = new();

        public override OutcomeKind Kind => OutcomeKind.DestinationOnly;
    }

    /// <summary>Settled by an earlier run, and at neither end any more.</summary>
    /// <param name="IsForgotten">
    /// Whether it leaves the manifest. After cut-over it stays: what the business deleted must not come back should the key
    /// appear at the source again.
    /// </param>
    internal sealed record AtNeitherEnd(bool IsForgotten) : TransferOutcome
    {
        public override OutcomeKind Kind => OutcomeKind.AtNeitherEnd;
    }

    /// <summary>An outcome that a person should see: it becomes an item of the journal.</summary>
    /// <param name="State">The item's state.</param>
    /// <param name="ErrorKind">A stable word.</param>
    /// <param name="Message">A sentence.</param>
    internal sealed record Exceptional(MigrationItemState State, string ErrorKind, string Message) : TransferOutcome
    {
        /// <summary>What the manifest remembers of what stands, or stood, at the destination; null to remember what it knew before.</summary>
        public SettledEntry? Remembered { get; init; }

        /// <summary>What of the object the destination cannot hold, where that is why it was not migrated; else null.</summary>
        public FidelityMarks? Refusal { get; init; }

        /// <summary>The object was listed and is not there any more.</summary>
        public static Exceptional Vanished { get; } = new(MigrationItemState.Vanished, "Vanished", "The object was listed, but is gone at the source.");

        /// <summary>The object is in an archive class and cannot be read.</summary>
        public static Exceptional NeedsRestore(ObjectEntry source)
            => new(MigrationItemState.NeedsRestore, "NeedsRestore", $"In storage class {source.StorageClass} and not restored.");

        /// <summary>The object is in an archive class, and its restoration has begun.</summary>
        public static Exceptional Restoring(ObjectEntry source, bool isNew) => new(
            MigrationItemState.NeedsRestore,
            isNew ? "RestoreRequested" : "RestoreUnderWay",
            $"In storage class {source.StorageClass}; {(isNew ? "its restoration was asked for" : "it is being restored")}. A run after that copies it.");

        /// <summary>The destination cannot hold something of the object, and the job refuses it in another form.</summary>
        public static Exceptional Untranslatable(UntranslatableException refusal)
            => new(MigrationItemState.Unsupported, "NotTranslatable", refusal.Message) { Refusal = refusal.Marks.WhenCounted };

        /// <summary>What an error that concerns this object alone makes of it.</summary>
        public static Exceptional Of(StoreException error) => error.Kind == StoreErrorKind.NeedsRestore
            ? new(MigrationItemState.NeedsRestore, "NeedsRestore", error.Describe())
            : new(MigrationItemState.Failed, error.Kind.ToString(), error.Describe());

        /// <summary>
        /// After cut-over the upload is gone, no answer told that it had become an object, and none is there. Deleted is what was seen
        /// there only; this is looked at again by the next run.
        /// </summary>
        public static Exceptional UnknownEnd(StoreException error) => new(
            MigrationItemState.Failed,
            error.Kind.ToString(),
            $"The upload is gone and its end is not known: it was aborted, or its object was made and deleted at the destination since. The next run copies the object; if the deletion was meant, delete it once more. {error.Describe()}");

        public override OutcomeKind Kind => State switch
        {
            MigrationItemState.Conflict => OutcomeKind.Conflict,
            MigrationItemState.Unsupported => OutcomeKind.Unsupported,
            MigrationItemState.NeedsRestore => OutcomeKind.NeedsRestore,
            MigrationItemState.Vanished => OutcomeKind.Vanished,
            MigrationItemState.GoneAtSource => OutcomeKind.GoneAtSource,
            MigrationItemState.DeletedAtDestination or MigrationItemState.MetadataDiffers or MigrationItemState.KeySkipped => OutcomeKind.Skipped,
            _ => OutcomeKind.Failed,
        };
    }
}
