namespace OssMigration.Core.Reporting.Export;

/// <summary>Objects that are not simply there, all for one reason.</summary>
internal sealed class ObjectCause(MigrationItemState state, string errorKind)
{
    /// <summary>Most keys that are named.</summary>
    public const int MostExamples = 3;

    private readonly List<MigrationItem> _examples = [];

    /// <summary>Their state.</summary>
    public MigrationItemState State => state;

    /// <summary>The stable word of the reason.</summary>
    public string ErrorKind => errorKind;

    /// <summary>How many.</summary>
    public ObjectCount Count { get; private set; }

    /// <summary>The first of them.</summary>
    public IReadOnlyList<MigrationItem> Examples => _examples;

    /// <summary>Whether somebody should do something about it.</summary>
    public bool IsOpen => state is not (MigrationItemState.GoneAtSource or MigrationItemState.Removed or MigrationItemState.Vanished
        or MigrationItemState.DeletedAtDestination or MigrationItemState.Overwritten or MigrationItemState.KeySkipped);

    /// <summary>Counts one.</summary>
    public void Add(MigrationItem item)
    {
        Count = Count.Plus(item.Size);
        if (_examples.Count < MostExamples)
            _examples.Add(item);
    }
}
