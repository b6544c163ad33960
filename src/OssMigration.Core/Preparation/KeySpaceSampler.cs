using System.Text;
using OssMigration.Core.Listing;
using OssMigration.Core.Stores;

namespace OssMigration.Core.Preparation;

/// <summary>
/// Estimates what is under a prefix from a bounded number of list pages. It walks the tree that keys make character by
/// character: what fits into a page is counted, of larger branches some are walked further by chance and stand for their siblings. It needs no separators, so flat random keys do as well as folders. Small sources are counted to the end.
/// </summary>
internal sealed class KeySpaceSampler(IObjectReader store, ObjectCutting cutting, int maxPages, Random random)
{
    // Siblings of digests, dates and numbers differ by up to 0.8 of their mean, those of Zipf's law by 0.9 and more
    // (SourceMeasurerTests; 20 tries each with 200 and 400 pages). Where siblings differ more, few hold most, and chance seldom meets them.
    private const double MostUneven = 0.85;

    // The last code point: "everything that begins with this" ends there.
    private const string Last = "\U0010FFFF";

    private readonly KeySpaceNode _root = new("");
    private int _pages;

    /// <summary>Pages that were read so far.</summary>
    public int Pages => _pages;

    /// <summary>Whether the branches that were seen differ too much for some to stand for the others.</summary>
    public bool IsTooUneven { get; private set; }

    /// <summary>Samples; null where the pages were too few to say anything, or the branches too uneven.</summary>
    /// <exception cref="StoreException">The store failed, or lists against the contract (Listing).</exception>
    public async Task<(TransferLoad Load, TransferLoad Variance, bool IsExact)?> SampleAsync(CancellationToken cancellationToken)
    {
        while (_pages < maxPages && !_root.IsExact)
        {
            if (!await DescendAsync(cancellationToken).ConfigureAwait(false))
                break;
        }

        double[] unevenness = [.. _root.Unevenness()];
        IsTooUneven = !_root.IsExact && unevenness.Length > 0 && RootMeanSquare(unevenness) > MostUneven;
        if (IsTooUneven)
            return null;
        double[] spreads = [.. _root.Spreads()];
        double? spread = spreads.Length == 0 ? null : RootMeanSquare(spreads);
        return _root.Estimate(spread) is { } estimate ? (estimate.Load, estimate.Variance, _root.IsExact) : null;
    }

    private static double RootMeanSquare(double[] values) => Math.Sqrt(values.Average(one => one * one));

    /// <summary>Walks once from the top to keys that could all be counted. False where the pages ran out on the way.</summary>
    private async Task<bool> DescendAsync(CancellationToken cancellationToken)
    {
        for (KeySpaceNode? node = _root; node is not null; node = node.Next(random))
        {
            if (!node.IsOpen && !await OpenAsync(node, cancellationToken).ConfigureAwait(false))
                return false;
        }

        return true;
    }

    private async Task<bool> OpenAsync(KeySpaceNode node, CancellationToken cancellationToken)
    {
        string? after = null;
        TransferLoad counted = default;
        List<KeySpaceNode> large = [];
        Dictionary<string, double> small = new(StringComparer.Ordinal);
        while (_pages < maxPages)
        {
            ListPage page = await PageAsync(node.Prefix, after, cancellationToken).ConfigureAwait(false);
            if (page.ContinuationToken is null)
            {
                node.Counted = counted + LoadOf(page.Entries);
                Tally(page.Entries, node.Prefix, small);
                node.Small.AddRange(small.Values);
                node.Large.AddRange(large);
                node.IsOpen = true;
                return true;
            }

            if (page.Entries.Count == 0)
                return false;
            string lastBranch = BranchOf(page.Entries[^1].Key, node.Prefix);
            ObjectEntry[] before = [.. page.Entries.TakeWhile(entry => BranchOf(entry.Key, node.Prefix) != lastBranch)];
            if (before.Length > 0 || lastBranch == node.Prefix || large.Exists(child => child.Prefix.StartsWith(lastBranch, StringComparison.Ordinal)))
            {
                // The last branch may go on behind the page: look at it again from its own beginning.
                ObjectEntry[] whole = before.Length > 0 ? before : [.. page.Entries];
                counted += LoadOf(whole);
                Tally(whole, node.Prefix, small);
                after = whole[^1].Key;
                continue;
            }

            string child = lastBranch;
            if (after is null && _pages < maxPages && Shared(page) is { } shared && shared.Length > lastBranch.Length)
            {
                ListPage rest = await PageAsync(node.Prefix, shared + Last, cancellationToken).ConfigureAwait(false);
                string? next = rest.Entries.Count == 0 ? null : BranchOf(rest.Entries[0].Key, node.Prefix);
                if (next is null && rest.ContinuationToken is null)
                {
                    node.Prefix = shared;
                    continue;
                }

                child = next == lastBranch ? lastBranch : shared;
            }

            large.Add(new KeySpaceNode(child));
            after = lastBranch + Last;
        }

        return false;
    }

    private async Task<ListPage> PageAsync(string prefix, string? after, CancellationToken cancellationToken)
    {
        _pages++;
        ListPage page = await store.ListPageAsync(new ListPageRequest(prefix, after, null, store.Limits.MaxPageSize), cancellationToken).ConfigureAwait(false);
        new ListingGuard(store.DisplayName, prefix, after).CheckOrdered(page);
        return page;
    }

    private TransferLoad LoadOf(IEnumerable<ObjectEntry> entries)
        => entries.Aggregate(default(TransferLoad), (sum, entry) => sum + cutting.Of(entry.Size));

    private static void Tally(IEnumerable<ObjectEntry> entries, string prefix, Dictionary<string, double> branches)
    {
        foreach (ObjectEntry entry in entries)
        {
            string branch = BranchOf(entry.Key, prefix);
            branches[branch] = branches.GetValueOrDefault(branch) + 1;
        }
    }

    /// <summary>The node's beginning and one character more; the key itself where it ends there.</summary>
    private static string BranchOf(string key, string prefix)
        => key.Length == prefix.Length || Rune.DecodeFromUtf16(key.AsSpan(prefix.Length), out _, out int consumed) != System.Buffers.OperationStatus.Done
            ? key
            : key[..(prefix.Length + consumed)];

    /// <summary>What all keys of a page begin with.</summary>
    private static string Shared(ListPage page)
    {
        string first = page.Entries[0].Key;
        int length = first.AsSpan().CommonPrefixLength(page.Entries[^1].Key);
        return first[..(length > 0 && char.IsHighSurrogate(first[length - 1]) ? length - 1 : length)];
    }
}
