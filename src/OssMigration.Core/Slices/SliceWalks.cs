using System.Runtime.CompilerServices;
using OssMigration.Core.Comparing;
using OssMigration.Core.Jobs;
using OssMigration.Core.Listing;
using OssMigration.Core.Reporting;

namespace OssMigration.Core.Slices;

/// <summary>Walks that end early, after a time or a number of keys, and tell that they did.</summary>
internal sealed class SliceWalks(IKeyWalks inner, SliceBounds bounds, Func<bool> endsSoon, TimeProvider time) : IKeyWalks
{
    private static readonly TimeSpan Shortest = TimeSpan.FromSeconds(4);

    private readonly long _begun = time.GetTimestamp();

    /// <summary>Whether the walk ended before its end.</summary>
    public bool EndedEarly { get; private set; }

    /// <inheritdoc/>
    public RangeBoard MakeBoard(IRangeHost host) => inner.MakeBoard(host);

    /// <inheritdoc/>
    public IKeyWalk Open(RangeOnBoard range) => new Walk(this, inner.Open(range));

    private bool IsOver(int keys)
    {
        if (keys == 0)
            return false;
        TimeSpan elapsed = time.GetElapsedTime(_begun);
        return keys >= bounds.Keys || elapsed >= bounds.Time || (elapsed >= Shortest && endsSoon());
    }

    private sealed class Walk(SliceWalks owner, IKeyWalk walk) : IKeyWalk
    {
        private ObjectCount _upToHere;
        private bool _isCut;

        // What the lister has counted ahead of the cut belongs to the next slice.
        public ObjectCount Listed => _isCut ? _upToHere : walk.Listed;

        public async IAsyncEnumerable<EntryTriple> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
        {
            int keys = 0;
            await foreach (EntryTriple triple in walk.ReadAsync(cancellationToken).ConfigureAwait(false))
            {
                if (owner.IsOver(keys))
                {
                    _isCut = owner.EndedEarly = true;
                    yield break;
                }

                keys++;
                if (triple.Source is { } source)
                    _upToHere = new ObjectCount(source.ObjectOrdinal, source.ByteOrdinal);
                yield return triple;
            }
        }
    }
}
