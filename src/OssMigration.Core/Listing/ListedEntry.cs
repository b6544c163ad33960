using OssMigration.Core.Stores;

namespace OssMigration.Core.Listing;

/// <summary>An entry as the range lister hands it out.</summary>
/// <param name="Entry">The entry.</param>
/// <param name="IsFilteredOut">The job's filter does not want it. It is handed out all the same, so that it is not taken for deleted.</param>
/// <param name="ObjectOrdinal">Objects listed up to and including this entry, filtered ones not counted.</param>
/// <param name="ByteOrdinal">Bytes of those objects.</param>
public readonly record struct ListedEntry(ObjectEntry Entry, bool IsFilteredOut, long ObjectOrdinal, long ByteOrdinal)
{
    /// <summary>Why this one object could not be looked at, where it was asked for by its key; null where it was. The entry holds no more than the key then.</summary>
    public StoreException? Error { get; init; }
}
