using System.Text;
using OssMigration.Core.Comparing;
using OssMigration.Core.Copying;
using OssMigration.Core.Listing;
using OssMigration.Core.Manifests;
using OssMigration.Core.Stores;

namespace OssMigration.Core.Jobs;

/// <summary>What was found out of an object that was in progress.</summary>
/// <param name="Source">The source object as it is now; null where the action is an outcome.</param>
/// <param name="Known">What an earlier run settled; null where none did.</param>
/// <param name="Action">What to do.</param>
internal sealed record LookedUp(ObjectEntry? Source, SettledEntry? Known, TransferAction Action);

/// <summary>
/// Decides again about an object that an earlier process left in progress behind its cursor: both ends are asked by HEAD,
/// because no listing will come to it any more.
/// </summary>
internal sealed class InProgressLookUp(StoreChain stores, MergedManifest settled, DecisionRules rules, bool isFromList)
{
    /// <summary>The object as it is now, and what to do with it.</summary>
    /// <exception cref="StoreException">The run cannot go on.</exception>
    public async Task<LookedUp> FindAsync(string key, CancellationToken cancellationToken)
    {
        SettledEntry? known = await RecallAsync(key, cancellationToken).ConfigureAwait(false);
        try
        {
            ObjectHead? source = await stores.Source.HeadAsync(key, cancellationToken).ConfigureAwait(false);
            if (source is null)
                return new LookedUp(null, known, new TransferAction.Settle(TransferOutcome.Exceptional.Vanished));

            ObjectHead? destination = await stores.Destination.HeadAsync(key, cancellationToken).ConfigureAwait(false);
            // What a list says of the object still holds: what is there now may be another one.
            ObjectEntry entry = isFromList ? stores.ObjectList!.AsListed(source.Entry) : source.Entry;
            ListedEntry listed = new(entry, IsFilteredOut: false, ObjectOrdinal: 0, ByteOrdinal: 0);
            TransferAction action = rules.Decide(new EntryTriple(key, listed, known, destination?.Entry));
            return new LookedUp(action is TransferAction.Settle ? null : entry, known, action);
        }
        catch (StoreException exception) when (!exception.StopsJob)
        {
            return new LookedUp(null, known, new TransferAction.Settle(TransferOutcome.Exceptional.Of(exception)));
        }
    }

    private async Task<SettledEntry?> RecallAsync(string key, CancellationToken cancellationToken)
    {
        await foreach (SettledEntry entry in settled.ReadAsync(JustBefore(key), key, cancellationToken).ConfigureAwait(false))
        {
            if (entry.Key == key)
                return entry;
        }

        return null;
    }

    /// <summary>A key before this one, with hardly another between them; null where there is none.</summary>
    internal static string? JustBefore(string key)
    {
        if (key.Length == 0)
            return null;
        Rune.DecodeLastFromUtf16(key, out Rune last, out int length);
        string beginning = key[..^length];
        if (last.Value == 0)
            return beginning.Length == 0 ? null : beginning;

        // The surrogates are no characters of their own.
        Rune before = new(last.Value == 0xE000 ? 0xD7FF : last.Value - 1);
        return $"{beginning}{before}\U0010FFFF";
    }
}
