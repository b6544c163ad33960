using System.Runtime.CompilerServices;
using OssMigration.Core.Comparing;
using OssMigration.Core.Listing;
using OssMigration.Core.Manifests;
using OssMigration.Core.Planning;
using OssMigration.Core.Reporting;
using OssMigration.Core.Stores;

namespace OssMigration.Core.Jobs;

/// <summary>Brings the keys that a run looks at, each as all three sides see it.</summary>
internal interface IKeyWalks
{
    /// <summary>A board for the ranges of these walks.</summary>
    RangeBoard MakeBoard(IRangeHost host);

    /// <summary>Begins a walk over the keys of a range. Nothing is sent before it is read.</summary>
    IKeyWalk Open(RangeOnBoard range);
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
/// <param name="prefix">What the listed keys start with.</param>
/// <param name="source">Lists the source.</param>
/// <param name="destination">Lists the destination.</param>
/// <param name="settled">What earlier runs settled.</param>
/// <param name="options">How many ranges are listed at a time.</param>
internal sealed class ListedWalks(string prefix, IKeyLister source, IKeyLister destination, MergedManifest settled, RangeBoardOptions options) : IKeyWalks
{
    /// <inheritdoc/>
    public RangeBoard MakeBoard(IRangeHost host) => new(host, prefix, source, destination, options);

    /// <inheritdoc/>
    public IKeyWalk Open(RangeOnBoard range)
        => new Walk(range, source.Open(range, RangeSide.Source), destination.Open(range, RangeSide.Destination), settled);

    private sealed class Walk(RangeOnBoard range, IRangeListing source, IRangeListing destination, MergedManifest settled) : IKeyWalk
    {
        public ObjectCount Listed => source.Totals.Listed;

        public async IAsyncEnumerable<EntryTriple> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
        {
            IAsyncEnumerable<EntryTriple> triples = TripleJoin.JoinAsync(
                source.ReadAsync(cancellationToken),
                settled.ReadAsync(range.StartExclusive, range.EndInclusive, cancellationToken),
                destination.ReadAsync(cancellationToken),
                cancellationToken);
            await foreach (EntryTriple triple in triples.ConfigureAwait(false))
            {
                // The listings end where the range ends now; the manifest goes on to where it ended when the walk began.
                if (triple.Source is null && triple.Destination is null && range.EndInclusive is { } end && KeyOrder.CompareKeys(triple.Key, end) > 0)
                    yield break;
                yield return triple;
            }
        }
    }
}
