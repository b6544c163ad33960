namespace OssMigration.Core.Lists;

/// <summary>One row of an object list.</summary>
/// <param name="Key">The key, byte-exact.</param>
/// <param name="Size">Bytes; null where the list does not say.</param>
/// <param name="ETag">Without quotes; null where the list does not say.</param>
/// <param name="LastModified">The store's date; null where the list does not say.</param>
/// <param name="StorageClass">The store's own name of the class; null where the list does not say.</param>
public sealed record ListedObject(string Key, long? Size = null, string? ETag = null, DateTimeOffset? LastModified = null, string? StorageClass = null);
