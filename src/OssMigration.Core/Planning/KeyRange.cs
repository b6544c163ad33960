using OssMigration.Core.Stores;

namespace OssMigration.Core.Planning;

/// <summary>Keys after the start, up to and including the end: <c>(start, end]</c> in UTF-8 byte order.</summary>
/// <param name="StartExclusive">Null: from the first key.</param>
/// <param name="EndInclusive">Null: to the last key.</param>
public readonly record struct KeyRange(string? StartExclusive, string? EndInclusive)
{
    /// <summary>All keys.</summary>
    public static KeyRange All { get; } = new(null, null);

    /// <summary>Whether the key is in the range.</summary>
    public bool Contains(string key)
        => (StartExclusive is null || KeyOrder.CompareKeys(key, StartExclusive) > 0)
            && (EndInclusive is null || KeyOrder.CompareKeys(key, EndInclusive) <= 0);

    /// <inheritdoc/>
    public override string ToString() => $"({StartExclusive ?? "start"}, {EndInclusive ?? "end"}]";
}
