using OssMigration.Core.Comparing;
using OssMigration.Core.Copying;
using OssMigration.Core.Listing;
using OssMigration.Core.Reporting;
using OssMigration.Core.Stores;

namespace OssMigration.Core.Jobs;

/// <summary>
/// Decides again about an object that an earlier process left in progress behind its cursor: both ends are asked by HEAD,
/// because no listing will come to it any more.
/// </summary>
internal sealed class InProgressLookUp(StoreChain stores, DecisionRules rules)
{
    /// <summary>The source object as it is now (null: the action is an outcome) and what to do with it.</summary>
    public async Task<(ObjectEntry? Source, TransferAction Action)> FindAsync(string key, CancellationToken cancellationToken)
    {
        ObjectHead? source = await stores.Source.HeadAsync(key, cancellationToken).ConfigureAwait(false);
        if (source is null)
        {
            return (null, new TransferAction.Settle(new TransferOutcome.Exceptional(
                MigrationItemState.Vanished, "Vanished", "The object was listed, but is gone at the source.")));
        }

        ObjectHead? destination = await stores.Destination.HeadAsync(key, cancellationToken).ConfigureAwait(false);
        ListedEntry listed = new(source.Entry, IsFilteredOut: false, ObjectOrdinal: 0, ByteOrdinal: 0);
        TransferAction action = rules.Decide(new EntryTriple(key, listed, Settled: null, destination?.Entry));
        return action is TransferAction.Settle ? (null, action) : (source.Entry, action);
    }
}
