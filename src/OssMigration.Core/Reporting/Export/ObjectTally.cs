namespace OssMigration.Core.Reporting.Export;

/// <summary>What the objects of a job add up to.</summary>
internal sealed class ObjectTally
{
    private readonly ObjectCount[] _lists = new ObjectCount[3];
    private readonly Dictionary<(MigrationItemState State, string Kind), ObjectCause> _causes = [];
    private readonly SizeHistogram _sizes = new();

    /// <summary>Objects by size.</summary>
    public IReadOnlyList<SizeClass> Sizes => _sizes.Classes;

    /// <summary>Reasons for which objects are not simply there, those that somebody should look at and the most frequent first.</summary>
    public IReadOnlyList<ObjectCause> Causes => [.. _causes.Values
        .OrderByDescending(cause => cause.IsOpen).ThenByDescending(cause => cause.Count.Objects).ThenBy(cause => cause.State).ThenBy(cause => cause.ErrorKind, StringComparer.Ordinal)];

    /// <summary>All objects.</summary>
    public ObjectCount Total => _lists[0] + _lists[1] + _lists[2];

    /// <summary>The objects of a list.</summary>
    public ObjectCount this[ObjectList list] => _lists[(int)list];

    /// <summary>Counts an object.</summary>
    public void Add(ObjectRow row)
    {
        if (row.IsListed)
        {
            _lists[(int)row.List] = _lists[(int)row.List].Plus(row.Size);
            _sizes.Add(row.Size);
        }

        if (row.Item is { } item)
            Add(item);
    }

    /// <summary>Counts an exceptional object alone.</summary>
    public void Add(MigrationItem item)
    {
        if (!_causes.TryGetValue((item.State, item.ErrorKind), out ObjectCause? cause))
            _causes.Add((item.State, item.ErrorKind), cause = new ObjectCause(item.State, item.ErrorKind));
        cause.Add(item);
    }
}
