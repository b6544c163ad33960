namespace OssMigration.Core.Stores;

/// <summary>
/// What tells one content of a key from another, as the store itself says it: the ETag without quotes for S3 and OSS;
/// size, modification time and file id for files. Opaque: only equality (ordinal) means anything.
/// </summary>
/// <param name="Tag">The store's own token; never empty for an object that exists.</param>
public readonly record struct SourceVersion(StoreTag Tag)
{
    /// <summary>Makes a version of a token.</summary>
    public SourceVersion(string value)
        : this(StoreTag.Of(value))
    {
    }

    /// <summary>The token.</summary>
    public string Value => Tag.Text!;

    /// <inheritdoc/>
    public override string ToString() => Value;
}
