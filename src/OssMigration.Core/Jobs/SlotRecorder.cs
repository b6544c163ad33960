using OssMigration.Core.Copying;
using OssMigration.Core.Manifests;
using OssMigration.Core.Reporting;

namespace OssMigration.Core.Jobs;

/// <summary>Enters what became of a key into a batch of its range: counts, settled entries and the items that a person should see.</summary>
internal sealed class SlotRecorder(string jobName, int run, TimeProvider time)
{
    /// <summary>Told of every item.</summary>
    public Action<MigrationItem>? OnItem { get; init; }

    /// <summary>Enters a key whose outcome is known when the cursor passes it.</summary>
    public void Record(LedgerSlot slot, RangeBatch batch)
    {
        TransferOutcome outcome = slot.Outcome!;
        Count(slot, outcome, batch);
        if ((SettledBy(slot, outcome) ?? slot.Previous) is { } settled)
            batch.Settled.Add(settled);
        if (ItemOf(slot, outcome) is { } item)
            Report(item, batch);
    }

    /// <summary>Enters a key that the cursor passes while it is under way.</summary>
    public void RecordInProgress(LedgerSlot slot, RangeBatch batch)
    {
        batch.Items.Add(Item(slot, MigrationItemState.InProgress, "InProgress", "In transfer."));

        // A settled entry of an earlier run is not lost while the object is under way.
        if (slot.Previous is { } previous)
            batch.Settled.Add(previous);
    }

    /// <summary>Enters the outcome of a key that the cursor has passed.</summary>
    public void RecordLate(LedgerSlot slot, RangeBatch batch)
    {
        TransferOutcome outcome = slot.Outcome!;
        Count(slot, outcome, batch);
        if (ItemOf(slot, outcome) is { } item)
            Report(item, batch);
        else
            batch.Resolve(slot.Key);
        if (SettledBy(slot, outcome) is { } settled)
            batch.Late.Add(settled);
    }

    private void Report(MigrationItem item, RangeBatch batch)
    {
        batch.Items.Add(item);
        OnItem?.Invoke(item);
    }

    private static void Count(LedgerSlot slot, TransferOutcome outcome, RangeBatch batch)
    {
        batch.Count(outcome.Kind, slot.Size);
        if (slot.Previous is not null)
            batch.Count(OutcomeKind.Known, slot.Size);
        if (outcome.AlsoCounts is { } beside)
            batch.Count(beside, slot.Size);
        if (outcome is TransferOutcome.Exceptional { Refusal: { } refusal })
            batch.Count(slot.Key, refusal, slot.Size);
        if (outcome is not TransferOutcome.Copied copied)
            return;
        batch.Count(slot.Key, copied.Marks, slot.Size);
        batch.ChangedBytes += copied.Settled.Size - slot.Size;
        if (slot.Previous is null or { Proof: ProofKind.Seen })
            batch.Count(OutcomeKind.New, slot.Size);
        else if (slot.Previous.SourceVersion != copied.Settled.SourceVersion)
            batch.Count(OutcomeKind.Changed, slot.Size);
    }

    private static SettledEntry? SettledBy(LedgerSlot slot, TransferOutcome outcome) => outcome switch
    {
        TransferOutcome.Copied copied => copied.Settled,
        TransferOutcome.Skipped skipped => skipped.Settled,
        TransferOutcome.AtNeitherEnd { IsForgotten: true } => slot.Previous?.Forget(),
        TransferOutcome.Exceptional exceptional => exceptional.Remembered,
        _ => null,
    };

    private MigrationItem? ItemOf(LedgerSlot slot, TransferOutcome outcome) => outcome switch
    {
        TransferOutcome.Exceptional exceptional => Item(slot, exceptional.State, exceptional.ErrorKind, exceptional.Message),
        TransferOutcome.Copied { IsReplacement: true } copied => Item(slot, MigrationItemState.Overwritten, "OverwrittenAfterCutover", Replacement(copied.Window)),
        _ => null,
    };

    private static string Replacement(TimeSpan? window) => window is { } open
        ? FormattableString.Invariant($"Replaced after cut-over what this job had written; a write of the business within {open.TotalMilliseconds:F0} ms would have been lost.")
        : "Replaced after cut-over what this job had written; for how long a write of the business would have been lost is not known, because the answer to the write was lost.";

    private MigrationItem Item(LedgerSlot slot, MigrationItemState state, string kind, string message) => new()
    {
        JobName = jobName,
        Run = run,
        Key = slot.Key,
        State = state,
        ErrorKind = kind,
        Message = message,
        Size = slot.Size,
        SourceVersion = (slot.SourceVersion ?? slot.Previous?.SourceVersion)?.Value,
        UpdatedAt = time.GetUtcNow(),
    };
}
