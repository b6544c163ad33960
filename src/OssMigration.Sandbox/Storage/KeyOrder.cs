namespace OssMigration.Sandbox.Storage;

/// <summary>
/// The order of keys in both object stores: the order of their UTF-8 bytes. It differs from the order of UTF-16 code
/// units only where a surrogate pair meets U+E000..U+FFFF.
/// </summary>
internal sealed class KeyOrder : IComparer<string>
{
    /// <summary>The only instance.</summary>
    public static readonly KeyOrder Instance = new();

    private KeyOrder()
    {
    }

    int IComparer<string>.Compare(string? x, string? y) => Compare(x!, y!);

    /// <summary>Compares two keys by their UTF-8 bytes: negative, zero or positive.</summary>
    public static int Compare(ReadOnlySpan<char> x, ReadOnlySpan<char> y)
    {
        int common = x.CommonPrefixLength(y);
        if (common == x.Length || common == y.Length)
            return x.Length - y.Length;
        return Rank(x[common]) - Rank(y[common]);
    }

    // Surrogates encode code points above U+FFFF, so they follow every other code unit.
    private static int Rank(char c) => c switch
    {
        < '\uD800' => c,
        <= '\uDFFF' => c + 0x2000,
        _ => c - 0x800,
    };
}
