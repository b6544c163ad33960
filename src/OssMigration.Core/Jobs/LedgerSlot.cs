using OssMigration.Core.Comparing;
using OssMigration.Core.Copying;
using OssMigration.Core.Journal;
using OssMigration.Core.Manifests;
using OssMigration.Core.Reporting;
using OssMigration.Core.Stores;

namespace OssMigration.Core.Jobs;

/// <summary>One key in the books of a range.</summary>
internal sealed class LedgerSlot
{
    /// <summary>The slot of a key that an earlier process left in progress.</summary>
    public LedgerSlot(InProgressRow row)
    {
        Key = row.Key;
        Size = row.Size;
        IsLate = true;
    }

    /// <summary>The slot of a key.</summary>
    public LedgerSlot(in EntryTriple triple)
    {
        Key = "";
        Fill(triple);
    }

    /// <summary>The key.</summary>
    public string Key { get; private set; }

    /// <summary>The listed size; of the settled entry where the source has none.</summary>
    public long Size { get; private set; }

    /// <summary>The listed version; null where the source has none.</summary>
    public SourceVersion? SourceVersion { get; private set; }

    /// <summary>What an earlier run settled. Where the slot is that of an earlier process, it is known once the key was looked up.</summary>
    public SettledEntry? Previous { get; set; }

    /// <summary>What the lister had counted with this key; null where the source has none.</summary>
    public ObjectCount? ListedUpTo { get; private set; }

    /// <summary>How it ended; null while it is under way. Guarded by the ledger.</summary>
    public TransferOutcome? Outcome { get; set; }

    /// <summary>True once the cursor passed it without an outcome. Guarded by the ledger.</summary>
    public bool IsLate { get; set; }

    /// <summary>Takes in another key. Only for a slot that nobody else knows.</summary>
    public void Fill(in EntryTriple triple)
    {
        Key = triple.Key;
        Size = SizeOf(triple);
        SourceVersion = triple.Source?.Entry.Version;
        Previous = triple.Settled;
        ListedUpTo = triple.Source is { } source ? new ObjectCount(source.ObjectOrdinal, source.ByteOrdinal) : null;
    }

    /// <summary>The listed size; of the settled entry where the source has none.</summary>
    public static long SizeOf(in EntryTriple triple) => triple.Source?.Entry.Size ?? triple.Settled?.Size ?? triple.Destination?.Size ?? 0;
}
