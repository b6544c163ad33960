namespace OssMigration.Core.Stores;

/// <summary>
/// The one order of object keys: ascending UTF-8 bytes, as S3 and OSS list them.
/// <see cref="string.CompareOrdinal(string, string)"/> compares UTF-16 units and so puts surrogate pairs
/// (U+10000 and up) before U+E000..U+FFFF; this comparer does not.
/// </summary>
public sealed class KeyOrder : IComparer<string>
{
    /// <summary>The shared instance, for collections that want an <see cref="IComparer{T}"/>.</summary>
    public static KeyOrder Instance { get; } = new();

    private KeyOrder()
    {
    }

    /// <summary>Compares two keys by their UTF-8 bytes. Null sorts before every key.</summary>
    /// <returns>Below zero, zero or above zero, as for any comparer.</returns>
    public static int CompareKeys(string? left, string? right)
    {
        if (left is null || right is null)
            return left is null ? (right is null ? 0 : -1) : 1;

        int same = left.AsSpan().CommonPrefixLength(right);
        if (same == left.Length || same == right.Length)
            return left.Length - right.Length;

        return CodeUnitRank(left[same]) - CodeUnitRank(right[same]);
    }

    /// <inheritdoc/>
    public int Compare(string? x, string? y) => CompareKeys(x, y);

    // UTF-8 order is code point order. Surrogates stand for code points above the whole BMP, so they
    // rank after U+FFFF; the units U+E000..U+FFFF move down to close the gap.
    private static int CodeUnitRank(char unit) => unit switch
    {
        < '\uD800' => unit,
        < '\uE000' => unit + 0x2000,
        _ => unit - 0x800,
    };
}
