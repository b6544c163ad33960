using System.Text;

namespace OssMigration.Core.Stores;

/// <summary>What a store can hold, in numbers. Sizes in bytes. Values for OSS and S3: see their stores.</summary>
public sealed record StoreLimits
{
    /// <summary>Longest key in UTF-8 bytes.</summary>
    public int MaxKeyBytes { get; init; } = 1024;

    /// <summary>Characters that no key may start with (OSS: <c>/</c> and <c>\</c>).</summary>
    public string ForbiddenFirstCharacters { get; init; } = "";

    /// <summary>Whether a key may be empty: only below a prefix, where the prefix itself is a key.</summary>
    public bool AllowsEmptyKey { get; init; }

    /// <summary>Largest body of one PUT.</summary>
    public long MaxSinglePutBytes { get; init; } = 5L << 30;

    /// <summary>Largest object that one request copies within the store.</summary>
    public long MaxCopyBytes { get; init; } = 5L << 30;

    /// <summary>Smallest part but for the last.</summary>
    public long MinPartBytes { get; init; } = 5L << 20;

    /// <summary>Largest part.</summary>
    public long MaxPartBytes { get; init; } = 5L << 30;

    /// <summary>Most parts of one upload.</summary>
    public int MaxParts { get; init; } = 10_000;

    /// <summary>Largest object.</summary>
    public long MaxObjectBytes { get; init; } = 5L << 40;

    /// <summary>Most bytes of user metadata, names and values together.</summary>
    public int MaxMetadataBytes { get; init; } = 2048;

    /// <summary>Most keys of one list page.</summary>
    public int MaxPageSize { get; init; } = 1000;

    /// <summary>Why the store cannot hold an object of this key and size; null when it can.</summary>
    public string? WhyUnsupported(string key, long size)
    {
        if (key.Length == 0)
            return AllowsEmptyKey ? null : "The key is empty: the object is the prefix itself, and the destination has no prefix to give it.";
        if (ForbiddenFirstCharacters.Contains(key[0], StringComparison.Ordinal))
            return $"A key must not start with '{key[0]}' there.";
        int bytes = Encoding.UTF8.GetByteCount(key);
        if (bytes > MaxKeyBytes)
            return $"The key has {bytes} bytes in UTF-8; at most {MaxKeyBytes} are possible.";
        if (size > MaxObjectBytes)
            return $"The object has {size} bytes; at most {MaxObjectBytes} are possible.";
        return null;
    }
}
