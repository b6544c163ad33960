using OssMigration.Core.Copying;
using OssMigration.Core.Fidelity;
using OssMigration.Core.Journal;
using OssMigration.Core.Manifests;
using OssMigration.Core.Reporting;

namespace OssMigration.Core.Jobs;

/// <summary>What came to be settled in a range since its last commit.</summary>
internal sealed class RangeBatch
{
    private readonly ObjectCount[] _counts = new ObjectCount[Enum.GetValues<OutcomeKind>().Length];
    private bool _hasCounts;

    /// <summary>Entries for the manifest, in key order.</summary>
    public List<SettledEntry> Settled { get; } = [];

    /// <summary>Item rows to write.</summary>
    public List<MigrationItem> Items { get; } = [];

    /// <summary>In-progress rows that are settled.</summary>
    public List<string> Resolved { get; } = [];

    /// <summary>Entries that settled behind the cursor.</summary>
    public List<SettledEntry> Late { get; } = [];

    /// <summary>What became of objects beyond their bytes; null before the first.</summary>
    public FidelityTally? Fidelity { get; private set; }

    /// <summary>Objects that did not arrive as they were.</summary>
    public List<ChangedObject> Changed { get; } = [];

    /// <summary>Actual minus listed sizes of copied objects.</summary>
    public long ChangedBytes { get; set; }

    /// <summary>How much there is to write.</summary>
    public int Size => Settled.Count + Items.Count + Late.Count + Changed.Count;

    /// <summary>True when there is nothing to commit but perhaps a cursor.</summary>
    public bool IsEmpty => !_hasCounts && Settled.Count == 0 && Items.Count == 0 && Resolved.Count == 0 && Late.Count == 0;

    /// <summary>Takes the in-progress row of a key back, also one that is in this very batch.</summary>
    public void Resolve(string key)
    {
        Items.RemoveAll(item => item.Key == key);
        Resolved.Add(key);
    }

    /// <summary>Counts one outcome.</summary>
    public void Count(OutcomeKind kind, long bytes)
    {
        _counts[(int)kind] = _counts[(int)kind].Plus(bytes);
        _hasCounts = true;
    }

    /// <summary>Counts what became of one object beyond its bytes.</summary>
    public void Count(string key, in FidelityMarks marks, long bytes)
    {
        (Fidelity ??= new FidelityTally()).Count(marks, bytes);
        if (marks.Findings is { } findings)
            Changed.Add(new ChangedObject(key, findings));
    }

    /// <summary>The commit that this batch makes with the cursor at this key.</summary>
    public RangeCommit ToCommit(RangeRow range, string? cursor, ObjectCount listed)
    {
        List<OutcomeDelta> outcomes = [];
        foreach (OutcomeKind kind in Enum.GetValues<OutcomeKind>())
        {
            if (_counts[(int)kind] is { Objects: > 0 } count)
                outcomes.Add(new OutcomeDelta(kind, count));
        }

        return new RangeCommit
        {
            Run = range.Run,
            RangeId = range.Id,
            Cursor = cursor,
            Listed = listed,
            Outcomes = outcomes,
            ChangedBytes = ChangedBytes,
            Fidelity = Fidelity?.Counts ?? [],
            Changed = Changed,
            Items = Items,
            Resolved = Resolved,
            Late = Late,
        };
    }
}
