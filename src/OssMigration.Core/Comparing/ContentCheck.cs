using OssMigration.Core.Copying;
using OssMigration.Core.Reporting;
using OssMigration.Core.Stores;
using OssMigration.Core.Versions;

namespace OssMigration.Core.Comparing;

/// <summary>Settles the doubt that the listings left, by headers, or at level Content by reading both sides.</summary>
internal sealed class ContentCheck(IObjectReader source, IObjectReader destination, ComparisonLevel level, ComparisonRules rules, HistoryMatch? histories = null)
{
    /// <summary>The verdict on one key that is at both ends, where the listings alone give none or one that must be confirmed.</summary>
    public async Task<(ComparisonStatus Status, string Reason)> DecideAsync(
        EntryTriple triple, (ComparisonStatus Status, string Reason) verdict, CancellationToken cancellationToken)
    {
        ObjectEntry from = triple.Source!.Value.Entry;
        ObjectEntry to = triple.Destination!;
        try
        {
            if (from.History is { } history && to.History is { } there)
                return await OfHistoriesAsync(history, there, verdict, cancellationToken).ConfigureAwait(false);
            if (verdict.Status == ComparisonStatus.Superseded)
                return await ConfirmAsync(triple, from, cancellationToken).ConfigureAwait(false);
            return level == ComparisonLevel.Content
                ? await ByReadingAsync(triple, from, to, cancellationToken).ConfigureAwait(false)
                : await ByHeadersAsync(triple, from, cancellationToken).ConfigureAwait(false);
        }
        catch (SourceChangedException)
        {
            return (ComparisonStatus.Different, "changed while it was compared");
        }
        catch (SourceVanishedException)
        {
            return (ComparisonStatus.Different, "gone while it was compared");
        }
        catch (StoreException exception) when (!exception.StopsJob)
        {
            return (ComparisonStatus.Unproved, $"could not be read: {exception.Describe()}");
        }
    }

    private async Task<(ComparisonStatus Status, string Reason)> OfHistoriesAsync(
        ObjectHistory from, ObjectHistory there, (ComparisonStatus Status, string Reason) verdict, CancellationToken cancellationToken)
    {
        if (verdict.Status == ComparisonStatus.Superseded)
            return verdict;
        string? difference = level == ComparisonLevel.Content
            ? await histories!.FindReadDifferenceAsync(from, there, cancellationToken).ConfigureAwait(false)
            : await histories!.FindDifferenceAsync(from, there, proved: null, [], cancellationToken).ConfigureAwait(false);
        return difference is null
            ? (ComparisonStatus.Same, level == ComparisonLevel.Content ? "all versions were read at both ends and have the same CRC-64" : "each version has the ETag or the CRC-64 of its origin")
            : (ComparisonStatus.Different, difference);
    }

    private async Task<(ComparisonStatus Status, string Reason)> ByReadingAsync(
        EntryTriple triple, ObjectEntry from, ObjectEntry to, CancellationToken cancellationToken)
    {
        ulong expected = await source.HashAsync(from, cancellationToken).ConfigureAwait(false);
        ulong actual = await destination.HashAsync(to, cancellationToken).ConfigureAwait(false);
        if (expected == actual)
            return (ComparisonStatus.Same, "both contents were read and have the same CRC-64");
        (ComparisonStatus Status, string Reason) verdict = rules.Different(from, triple.Proved, to, "both contents were read and differ");
        return verdict.Status == ComparisonStatus.Superseded ? await ConfirmAsync(triple, from, cancellationToken).ConfigureAwait(false) : verdict;
    }

    private async Task<(ComparisonStatus Status, string Reason)> ConfirmAsync(EntryTriple triple, ObjectEntry from, CancellationToken cancellationToken)
    {
        ObjectHead? standing = await destination.HeadAsync(from.Key, cancellationToken).ConfigureAwait(false);
        return standing is null ? rules.Missing(from, triple.Settled) : rules.Confirm(from, triple.Proved, standing);
    }

    private async Task<(ComparisonStatus Status, string Reason)> ByHeadersAsync(EntryTriple triple, ObjectEntry from, CancellationToken cancellationToken)
    {
        ObjectHead? standing = await destination.HeadAsync(from.Key, cancellationToken).ConfigureAwait(false);
        if (standing is null)
            return rules.Missing(from, triple.Settled);
        if (SourceStamp.Proves(standing, from))
            return (ComparisonStatus.Same, "the stamp names this version and its CRC-64 is the stored one");
        if (triple.Settled is { Crc64: { } known } settled && settled.SourceVersion == from.Version && standing.Crc64 is { } stored)
        {
            if (known == stored && standing.Entry.Size == from.Size)
                return (ComparisonStatus.Same, "the CRC-64 of the manifest is the stored one");
            (ComparisonStatus Status, string Reason) verdict = rules.Different(from, triple.Proved, standing.Entry, "the stored CRC-64 is another one");
            return verdict.Status == ComparisonStatus.Superseded ? rules.Confirm(from, triple.Proved, standing) : verdict;
        }

        return (ComparisonStatus.Unproved, "sizes are equal, but no checksum of both sides can be compared; level Content can tell");
    }
}
