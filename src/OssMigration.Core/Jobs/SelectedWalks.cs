using System.Runtime.CompilerServices;
using OssMigration.Core.Comparing;
using OssMigration.Core.Listing;
using OssMigration.Core.Manifests;
using OssMigration.Core.Reporting;
using OssMigration.Core.Stores;

namespace OssMigration.Core.Jobs;

/// <summary>
/// The keys of a selection: both ends are asked for each by HEAD, several at a time, and the manifest is read once beside
/// them. A key that neither end has and that was never settled is passed over.
/// </summary>
/// <param name="stores">Both ends.</param>
/// <param name="filter">The job's filter.</param>
/// <param name="settled">What earlier runs settled.</param>
/// <param name="keys">Where the keys are kept.</param>
/// <param name="atATime">Keys that are asked for at a time.</param>
internal sealed class SelectedWalks(StoreChain stores, ObjectFilterMatcher filter, MergedManifest settled, string keys, int atATime) : IKeyWalks
{
    /// <inheritdoc/>
    public RangeBoard MakeBoard(IRangeHost host) => new(host, "", source: null, destination: null, RangeBoardOptions.Default);

    /// <inheritdoc/>
    public IKeyWalk Open(RangeOnBoard range) => new Walk(this, range.StartExclusive, range.EndInclusive);

    private async Task<Answer> AskAsync(string key, SettledEntry? known, CancellationToken cancellationToken)
    {
        try
        {
            ObjectHead? source = await stores.Source.HeadAsync(key, cancellationToken).ConfigureAwait(false);
            ObjectHead? destination = await stores.Destination.HeadAsync(key, cancellationToken).ConfigureAwait(false);
            return new Answer(key, source?.Entry, known, destination?.Entry, Error: null);
        }
        catch (StoreException exception) when (!exception.StopsJob)
        {
            ObjectEntry unknown = new(key, 0, known?.SourceVersion ?? new SourceVersion(""), ETag: null, default);
            return new Answer(key, unknown, known, Destination: null, exception);
        }
    }

    private sealed record Answer(string Key, ObjectEntry? Source, SettledEntry? Known, ObjectEntry? Destination, StoreException? Error)
    {
        public bool IsThere => Source is not null || Known is not null || Destination is not null;
    }

    private sealed class Walk(SelectedWalks owner, string? startExclusive, string? endInclusive) : IKeyWalk
    {
        public ObjectCount Listed { get; private set; }

        public async IAsyncEnumerable<EntryTriple> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
        {
            using CancellationTokenSource leaving = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            Queue<Task<Answer>> underWay = new();
            try
            {
                await foreach ((string key, SettledEntry? known) in RecallAsync(leaving.Token).ConfigureAwait(false))
                {
                    underWay.Enqueue(owner.AskAsync(key, known, leaving.Token));
                    while (underWay.Count > owner.AtATime || (underWay.TryPeek(out Task<Answer>? head) && head.IsCompleted))
                    {
                        if (await underWay.Dequeue().ConfigureAwait(false) is { IsThere: true } answer)
                            yield return Count(answer);
                    }
                }

                while (underWay.TryDequeue(out Task<Answer>? next))
                {
                    if (await next.ConfigureAwait(false) is { IsThere: true } answer)
                        yield return Count(answer);
                }
            }
            finally
            {
                // Who leaves early leaves nothing behind that still uses the stores.
                await leaving.CancelAsync().ConfigureAwait(false);
                await ((Task)Task.WhenAll(underWay)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }

        // The manifest is read from the first key to the last, whatever lies between; that costs no request.
        private async IAsyncEnumerable<(string Key, SettledEntry? Known)> RecallAsync([EnumeratorCancellation] CancellationToken cancellationToken)
        {
            IAsyncEnumerator<SettledEntry>? manifest = null;
            bool hasEntry = false;
            try
            {
                foreach (string key in KeyTable.Read(owner.Keys, startExclusive, endInclusive))
                {
                    if (manifest is null)
                    {
                        manifest = owner.Settled.ReadAsync(InProgressLookUp.JustBefore(key), endInclusive, cancellationToken).GetAsyncEnumerator(cancellationToken);
                        hasEntry = await manifest.MoveNextAsync().ConfigureAwait(false);
                    }

                    while (hasEntry && KeyOrder.CompareKeys(manifest.Current.Key, key) < 0)
                        hasEntry = await manifest.MoveNextAsync().ConfigureAwait(false);
                    yield return (key, hasEntry && manifest.Current.Key == key ? manifest.Current : null);
                }
            }
            finally
            {
                if (manifest is not null)
                    await manifest.DisposeAsync().ConfigureAwait(false);
            }
        }

        private EntryTriple Count(Answer answer)
        {
            if (answer.Source is not { } source)
                return new EntryTriple(answer.Key, Source: null, answer.Known, answer.Destination);
            bool isFilteredOut = answer.Error is null && !owner.Filter.IsWanted(source);
            if (!isFilteredOut)
                Listed = Listed.Plus(source.Size);
            ListedEntry listed = new(source, isFilteredOut, Listed.Objects, Listed.Bytes) { Error = answer.Error };
            return new EntryTriple(answer.Key, listed, answer.Known, answer.Destination);
        }
    }

    private ObjectFilterMatcher Filter => filter;

    private MergedManifest Settled => settled;

    private string Keys => keys;

    private int AtATime => atATime;
}
