using System.Globalization;

namespace OssMigration.Sandbox.Storage;

/// <summary>
/// The keys and bytes of a synthetic bucket, computed from a number: key(i) rises with i in UTF-8 byte order, so that a
/// position is found by bisection and nothing is held in memory.
/// </summary>
/// <param name="Kind">The shape of the keys.</param>
/// <param name="Count">The number of objects.</param>
/// <param name="Size">The size of each in bytes.</param>
/// <param name="Seed">What keys and bytes are computed from.</param>
/// <param name="HasTail">Whether sizes differ: many small, few large, <paramref name="Size"/> on average.</param>
internal sealed record SyntheticFormula(SyntheticKind Kind, long Count, long Size, ulong Seed, bool HasTail = false)
{
    // Objects share this many different contents, so that digests are computed a bounded number of times.
    private const int SmallVariants = 1024;
    private const int LargeVariants = 16;
    private const long LargeSize = 1024 * 1024;
    private static readonly DateTimeOffset Epoch = new(2019, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly long DateSpanSeconds = (long)TimeSpan.FromDays(2000).TotalSeconds;

    // The parts of a mixed bucket in key order; each holds the share that its weight says.
    private static readonly (string Prefix, SyntheticKind Kind, int Weight)[] MixedParts =
    [
        ("Archive 2019+/", SyntheticKind.Dates, 2),
        ("data/", SyntheticKind.Flat, 3),
        ("logs/", SyntheticKind.Dates, 2),
        ("users/", SyntheticKind.Tree, 2),
        ("фото/", SyntheticKind.Flat, 1),
    ];

    /// <summary>The number of different contents.</summary>
    public int Variants => Size > LargeSize && !HasTail ? LargeVariants : SmallVariants;

    /// <summary>Reads KIND,count=N,size=N[,seed=N][,tail=1].</summary>
    /// <exception cref="ArgumentException">It has not that form.</exception>
    public static SyntheticFormula Parse(string text)
    {
        string[] parts = text.Split(',');
        if (!Enum.TryParse(parts[0], ignoreCase: true, out SyntheticKind kind) || char.IsAsciiDigit(parts[0][0]))
            throw new ArgumentException($"A synthetic bucket is flat, dates, tree or mixed, not '{parts[0]}'.");
        var numbers = new Dictionary<string, long>(StringComparer.Ordinal) { ["seed"] = 1, ["tail"] = 0 };
        foreach (string part in parts.Skip(1))
        {
            string[] pair = part.Split('=');
            if (pair.Length != 2 || pair[0] is not ("count" or "size" or "seed" or "tail")
                || !long.TryParse(pair[1], NumberStyles.None, CultureInfo.InvariantCulture, out long number))
                throw new ArgumentException($"A synthetic bucket takes count=N, size=N, seed=N and tail=1, not '{part}'.");
            numbers[pair[0]] = number;
        }
        if (!numbers.TryGetValue("count", out long count) || !numbers.TryGetValue("size", out long size))
            throw new ArgumentException($"A synthetic bucket needs count=N and size=N: '{text}'.");
        return new SyntheticFormula(kind, count, size, (ulong)numbers["seed"], numbers["tail"] != 0);
    }

    /// <summary>The key of object <paramref name="index"/>.</summary>
    public string KeyAt(long index) => Kind == SyntheticKind.Mixed ? MixedKey(index) : PlainKey(Kind, index, Count, "");

    /// <summary>When object <paramref name="index"/> was written: spread over 2019 to 2024, unrelated to the key.</summary>
    public DateTimeOffset LastModifiedAt(long index) =>
        Epoch.AddSeconds(SyntheticContent.Mix(Seed ^ (ulong)index ^ 0xA5A5) % (ulong)DateSpanSeconds);

    /// <summary>Which of the different contents object <paramref name="index"/> has.</summary>
    public int VariantAt(long index) => (int)(SyntheticContent.Mix(Seed + (ulong)index) % (ulong)Variants);

    /// <summary>The content of a variant.</summary>
    public SyntheticContent ContentOf(int variant) => new(SizeOf(variant), SyntheticContent.Mix(Seed ^ 0x5EED) + (ulong)variant);

    /// <summary>The number of objects whose keys lie before the bound.</summary>
    public long CountBefore(KeyBound bound)
    {
        long low = 0, high = Count;
        while (low < high)
        {
            long middle = low + ((high - low) >> 1);
            if (bound.IsBefore(KeyAt(middle)))
                low = middle + 1;
            else
                high = middle;
        }
        return low;
    }

    /// <summary>The number of the object with this key; -1 when there is none.</summary>
    public long IndexOf(string key)
    {
        long index = CountBefore(KeyBound.AtOrAfter(key));
        return index < Count && string.Equals(KeyAt(index), key, StringComparison.Ordinal) ? index : -1;
    }

    // The square of an exponential distribution: half the objects below a quarter of the mean, some nearly thirty times as large.
    private long SizeOf(int variant)
    {
        if (!HasTail)
            return Size;
        double exponential = -Math.Log(1 - ((variant + 0.5) / Variants));
        return (long)(Size * exponential * exponential / 2);
    }

    private string MixedKey(long index)
    {
        int weights = MixedParts.Sum(part => part.Weight);
        long start = 0;
        int passed = 0;
        foreach ((string prefix, SyntheticKind kind, int weight) in MixedParts)
        {
            passed += weight;
            long end = (long)((Int128)Count * passed / weights);
            if (index < end)
                return PlainKey(kind, index - start, end - start, prefix);
            start = end;
        }
        throw new ArgumentOutOfRangeException(nameof(index));
    }

    private string PlainKey(SyntheticKind kind, long index, long count, string prefix) => kind switch
    {
        SyntheticKind.Dates => DateKey(index, count, prefix),
        SyntheticKind.Tree => TreeKey(index, count, prefix),
        _ => FlatKey(index, count, prefix),
    };

    // 64 bits cut into as many steps as there are objects; within its step a key falls anywhere, so the order is kept.
    private string FlatKey(long index, long count, string prefix)
    {
        ulong step = ulong.MaxValue / (ulong)count;
        ulong random = SyntheticContent.Mix(Seed ^ ((ulong)index * 0x9E3779B97F4A7C15));
        ulong high = ((ulong)index * step) + (random % step);
        return string.Create(prefix.Length + 32, (prefix, high, low: SyntheticContent.Mix(random)), static (key, parts) =>
        {
            parts.prefix.CopyTo(key);
            parts.high.TryFormat(key[parts.prefix.Length..], out _, "x16", CultureInfo.InvariantCulture);
            parts.low.TryFormat(key[(parts.prefix.Length + 16)..], out _, "x16", CultureInfo.InvariantCulture);
        });
    }

    private static string DateKey(long index, long count, string prefix)
    {
        DateTimeOffset at = Epoch.AddSeconds((long)((Int128)index * DateSpanSeconds / count));
        return string.Create(CultureInfo.InvariantCulture, $"{prefix}{at:yyyy'/'MM'/'dd'/'HH'/'mmss}-{index:d12}.log");
    }

    // Folders of 32 entries down to the files; as many levels as the count needs, two at least.
    private static string TreeKey(long index, long count, string prefix)
    {
        int levels = 2;
        for (long room = 32L * 32 * 32; room < count; room *= 32)
            levels++;
        var key = new System.Text.StringBuilder(prefix);
        for (int level = levels; level > 0; level--)
            key.Append(CultureInfo.InvariantCulture, $"d{(index >> (5 * level)) & 31:d2}/");
        return key.Append(CultureInfo.InvariantCulture, $"f{index & 31:d2}.bin").ToString();
    }
}

/// <summary>The shape of the keys of a synthetic bucket.</summary>
internal enum SyntheticKind
{
    /// <summary>One level of 32 random-looking hex digits.</summary>
    Flat,

    /// <summary>yyyy/MM/dd/HH/mmss-number.log.</summary>
    Dates,

    /// <summary>A deep tree of folders with 32 entries each.</summary>
    Tree,

    /// <summary>Parts of the other three side by side, with blanks, plus signs and Cyrillic in the names.</summary>
    Mixed,
}
