using OssMigration.Core.Comparing;
using OssMigration.Core.Copying;
using OssMigration.Core.Manifests;
using OssMigration.Core.Reporting;

namespace OssMigration.Core.Jobs;

/// <summary>One key in the books of a range.</summary>
internal sealed class LedgerSlot
{
    /// <summary>The key.</summary>
    public required string Key { get; init; }

    /// <summary>The listed size; of the settled entry where the source has none.</summary>
    public required long Size { get; init; }

    /// <summary>The listed version; null where the source has none.</summary>
    public string? SourceVersion { get; init; }

    /// <summary>What an earlier run settled. Where the slot is that of an earlier process, it is known once the key was looked up.</summary>
    public SettledEntry? Previous { get; set; }

    /// <summary>What the lister had counted with this key; null where the source has none.</summary>
    public ObjectCount? ListedUpTo { get; init; }

    /// <summary>How it ended; null while it is under way. Guarded by the ledger.</summary>
    public TransferOutcome? Outcome { get; set; }

    /// <summary>True once the cursor passed it without an outcome. Guarded by the ledger.</summary>
    public bool IsLate { get; set; }

    /// <summary>The slot of a key.</summary>
    public static LedgerSlot Of(EntryTriple triple) => new()
    {
        Key = triple.Key,
        Size = triple.Source?.Entry.Size ?? triple.Settled?.Size ?? triple.Destination?.Size ?? 0,
        SourceVersion = triple.Source?.Entry.Version.Value,
        Previous = triple.Settled,
        ListedUpTo = triple.Source is { } source ? new ObjectCount(source.ObjectOrdinal, source.ByteOrdinal) : null,
    };
}
