namespace OssMigration.Core.Stores;

/// <summary>
/// What tells one content of a key from another, as the store itself says it: the ETag without quotes for S3 and OSS;
/// size, modification time and file id for files. Opaque: only equality (ordinal) means anything.
/// </summary>
/// <param name="Value">The store's own token; never empty for an object that exists.</param>
public readonly record struct SourceVersion(string Value)
{
    /// <inheritdoc/>
    public override string ToString() => Value;
}
