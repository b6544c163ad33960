using System.Runtime.CompilerServices;
using OssMigration.Core.Comparing;
using OssMigration.Core.Listing;
using OssMigration.Core.Manifests;
using OssMigration.Core.Reporting;
using OssMigration.Core.Stores;

namespace OssMigration.Core.Jobs;

/// <summary>Brings the keys that a run looks at, each as all three sides see it.</summary>
internal interface IKeyWalks
{
    /// <summary>Begins a walk over the keys with start &lt; key &lt;= end; null leaves that side open. Nothing is sent before it is read.</summary>
    IKeyWalk Open(string? startExclusive, string? endInclusive);
}

/// <summary>One walk: complete, or it throws.</summary>
internal interface IKeyWalk
{
    /// <summary>The keys in ascending order. Read it once.</summary>
    IAsyncEnumerable<EntryTriple> ReadAsync(CancellationToken cancellationToken);

    /// <summary>Objects of the source that take part so far, counted apart from their outcomes; final when the walk has ended.</summary>
    ObjectCount Listed { get; }
}

/// <summary>All keys that either end lists, or that an earlier run settled.</summary>
internal sealed class ListedWalks(IKeyLister source, IKeyLister destination, MergedManifest settled) : IKeyWalks
{
    /// <inheritdoc/>
    public IKeyWalk Open(string? startExclusive, string? endInclusive) => new Walk(
        source.Open(startExclusive, endInclusive),
        destination.Open(startExclusive, endInclusive),
        token => settled.ReadAsync(startExclusive, endInclusive, token));

    private sealed class Walk(IRangeListing source, IRangeListing destination, Func<CancellationToken, IAsyncEnumerable<SettledEntry>> settled) : IKeyWalk
    {
        public ObjectCount Listed => source.Totals.Listed;

        public IAsyncEnumerable<EntryTriple> ReadAsync(CancellationToken cancellationToken) => TripleJoin.JoinAsync(
            source.ReadAsync(cancellationToken), settled(cancellationToken), EntriesOf(destination, cancellationToken), cancellationToken);
    }

    private static async IAsyncEnumerable<ObjectEntry> EntriesOf(IRangeListing listing, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (ListedEntry listed in listing.ReadAsync(cancellationToken).ConfigureAwait(false))
            yield return listed.Entry;
    }
}
