using OssMigration.Core.Copying;
using OssMigration.Core.Reporting;
using OssMigration.Core.Stores;

namespace OssMigration.Core.Comparing;

/// <summary>Settles the doubt that the listings left, by headers, or at level Content by reading both sides.</summary>
internal sealed class ContentCheck(IObjectReader source, IObjectReader destination, ComparisonLevel level, ComparisonRules rules)
{
    /// <summary>The verdict on one key that is at both ends with equal sizes.</summary>
    public async Task<(ComparisonStatus Status, string Reason)> DecideAsync(EntryTriple triple, CancellationToken cancellationToken)
    {
        ObjectEntry from = triple.Source!.Value.Entry;
        ObjectEntry to = triple.Destination!;
        try
        {
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

    private async Task<(ComparisonStatus Status, string Reason)> ByReadingAsync(
        EntryTriple triple, ObjectEntry from, ObjectEntry to, CancellationToken cancellationToken)
    {
        ulong expected = await source.HashAsync(from, cancellationToken).ConfigureAwait(false);
        ulong actual = await destination.HashAsync(to, cancellationToken).ConfigureAwait(false);
        return expected == actual
            ? (ComparisonStatus.Same, "both contents were read and have the same CRC-64")
            : rules.Different(from, triple.Settled, to, "both contents were read and differ");
    }

    private async Task<(ComparisonStatus Status, string Reason)> ByHeadersAsync(EntryTriple triple, ObjectEntry from, CancellationToken cancellationToken)
    {
        ObjectHead? standing = await destination.HeadAsync(from.Key, cancellationToken).ConfigureAwait(false);
        if (standing is null)
            return (ComparisonStatus.Different, "gone while it was compared");
        if (SourceStamp.Proves(standing, from))
            return (ComparisonStatus.Same, "the stamp names this version and its CRC-64 is the stored one");
        if (triple.Settled is { Crc64: { } known } settled && settled.SourceVersion == from.Version && standing.Crc64 is { } stored)
        {
            return known == stored && standing.Entry.Size == from.Size
                ? (ComparisonStatus.Same, "the CRC-64 of the manifest is the stored one")
                : rules.Different(from, settled, standing.Entry, "the stored CRC-64 is another one");
        }

        return (ComparisonStatus.Unproved, "sizes are equal, but no checksum of both sides can be compared; level Content can tell");
    }
}
