namespace OssMigration.Sandbox.Storage;

/// <summary>Where a cursor is put: at a key, behind a key, or behind every key that begins with a prefix.</summary>
internal readonly record struct KeyBound(string Key, KeyBoundKind Kind)
{
    /// <summary>Before the first key.</summary>
    public static readonly KeyBound Start = new("", KeyBoundKind.AtOrAfter);

    /// <summary>The first key that is not less than <paramref name="key"/>.</summary>
    public static KeyBound AtOrAfter(string key) => new(key, KeyBoundKind.AtOrAfter);

    /// <summary>The first key that is greater than <paramref name="key"/>.</summary>
    public static KeyBound After(string key) => new(key, KeyBoundKind.After);

    /// <summary>The first key that is greater than every key beginning with <paramref name="prefix"/>.</summary>
    public static KeyBound PastPrefix(string prefix) => new(prefix, KeyBoundKind.PastPrefix);

    /// <summary>Whether <paramref name="key"/> lies before this bound, so that a cursor put here never shows it.</summary>
    public bool IsBefore(string key)
    {
        int order = KeyOrder.Compare(key, Key);
        return Kind switch
        {
            KeyBoundKind.AtOrAfter => order < 0,
            KeyBoundKind.After => order <= 0,
            _ => order < 0 || key.StartsWith(Key, StringComparison.Ordinal),
        };
    }

    /// <summary>Whether every key that begins with <paramref name="directory"/> (which ends with '/') lies before this bound.</summary>
    public bool IsSubtreeBefore(string directory)
    {
        if (Kind == KeyBoundKind.PastPrefix && directory.StartsWith(Key, StringComparison.Ordinal))
            return true;
        return !Key.StartsWith(directory, StringComparison.Ordinal) && KeyOrder.Compare(directory, Key) < 0;
    }
}

/// <summary>How a <see cref="KeyBound"/> relates to its key.</summary>
internal enum KeyBoundKind
{
    AtOrAfter,
    After,
    PastPrefix,
}
