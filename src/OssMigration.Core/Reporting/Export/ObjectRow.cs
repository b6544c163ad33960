using OssMigration.Core.Manifests;

namespace OssMigration.Core.Reporting.Export;

/// <summary>Which of the lists an object is in, beside the total.</summary>
internal enum ObjectList
{
    /// <summary>Written by this job and proved.</summary>
    Completed,

    /// <summary>At the destination already when the job looked, or left alone.</summary>
    Skipped,

    /// <summary>Not at the destination as it is at the source.</summary>
    Failed,
}

/// <summary>What is known of one key now.</summary>
/// <param name="Key">The key, relative to the job's prefixes.</param>
/// <param name="Run">The run that this is known from.</param>
/// <param name="Settled">What the manifest holds of it; null for nothing, or nothing of that run.</param>
/// <param name="Item">How it ended where that is exceptional; null where it is simply there.</param>
internal readonly record struct ObjectRow(string Key, int Run, SettledEntry? Settled, MigrationItem? Item)
{
    /// <summary>False where nothing is known of the key any more.</summary>
    public bool IsKnown => Item is not null || Settled is not { Proof: ProofKind.Forgotten };

    /// <summary>Whether the source has it, as far as is known; only then it is in a list.</summary>
    public bool IsListed => IsKnown && Item is not { State: MigrationItemState.GoneAtSource or MigrationItemState.Removed };

    /// <summary>The size at the source.</summary>
    public long Size => Item?.Size ?? Settled?.Size ?? 0;

    /// <summary>The version at the source.</summary>
    public string SourceVersion => Item is null ? Settled?.SourceVersion.Value ?? "" : Item.SourceVersion ?? "";

    /// <summary>The list it is in.</summary>
    public ObjectList List => Item?.State switch
    {
        null => Settled!.Proof is ProofKind.ETagMd5 or ProofKind.Crc64 ? ObjectList.Completed : ObjectList.Skipped,
        MigrationItemState.Overwritten => ObjectList.Completed,
        MigrationItemState.DeletedAtDestination or MigrationItemState.MetadataDiffers => ObjectList.Skipped,
        _ => ObjectList.Failed,
    };

    /// <summary>How it ended, in a word.</summary>
    public string Outcome => Item?.State.ToString() ?? (List == ObjectList.Completed ? "Copied" : "Skipped");
}
