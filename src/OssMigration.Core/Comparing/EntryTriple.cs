using OssMigration.Core.Listing;
using OssMigration.Core.Manifests;
using OssMigration.Core.Stores;

namespace OssMigration.Core.Comparing;

/// <summary>One key seen from all three sides; at least one of them is there.</summary>
/// <param name="Key">The key.</param>
/// <param name="Source">The source's listing; null where the source has no such object.</param>
/// <param name="Settled">What the job remembers; null where it never settled this key.</param>
/// <param name="Destination">The destination's listing; null where the destination has no such object.</param>
public readonly record struct EntryTriple(string Key, ListedEntry? Source, SettledEntry? Settled, ObjectEntry? Destination)
{
    /// <summary>What the job proved to be the same at both ends; null where it remembers only that something stood there.</summary>
    public SettledEntry? Proved => Settled is { Proof: ProofKind.Seen } ? null : Settled;
}
