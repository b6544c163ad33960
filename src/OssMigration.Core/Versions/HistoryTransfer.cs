using OssMigration.Core.Comparing;
using OssMigration.Core.Copying;
using OssMigration.Core.Fidelity;
using OssMigration.Core.Manifests;
using OssMigration.Core.Reporting;
using OssMigration.Core.Stores;

namespace OssMigration.Core.Versions;

/// <summary>What transfers of histories need beside what all transfers share.</summary>
internal sealed record HistoryContext
{
    /// <summary>The versions of the source.</summary>
    public required VersionAccess Source { get; init; }

    /// <summary>The versions of the destination.</summary>
    public required VersionAccess Destination { get; init; }

    /// <summary>Repeats a write of the destination.</summary>
    public required AppendStore.Repeat Repeat { get; init; }

    /// <summary>The memory of histories that are under way.</summary>
    public required IHistoryJournal Journal { get; init; }

    /// <summary>Whether a key that the run's listing did not show at the destination is not there: no write of a process that ended may arrive yet.</summary>
    public required bool TrustsListing { get; init; }
}

/// <summary>The memory of histories that are under way, so that a version that has arrived is not read again to be known.</summary>
internal interface IHistoryJournal
{
    /// <summary>What of a key was written.</summary>
    IReadOnlyList<ArrivedVersion> Find(string key);

    /// <summary>Commits a version that was written and proved.</summary>
    Task AddAsync(string key, ArrivedVersion version);

    /// <summary>Forgets a key, which is settled.</summary>
    Task RemoveAsync(string key);
}

/// <summary>
/// Copies the history of one key: what is missing at the end of the destination's, oldest first, one version after the other. It is settled when
/// the destination itself lists the whole history in its order.
/// </summary>
internal sealed class HistoryTransfer(CopyContext context, HistoryContext histories)
{
    private readonly HistoryMatch _match = new(context.Source, histories.Source, context.Destination, histories.Destination);

    /// <summary>Copies what is missing.</summary>
    /// <param name="entry">The history as listed.</param>
    /// <param name="append">What was decided.</param>
    /// <param name="cancellationToken">Cancels; the key then has no outcome, and what has arrived is not sent again.</param>
    public async Task<TransferOutcome> RunAsync(ObjectEntry entry, TransferAction.Append append, CancellationToken cancellationToken)
    {
        string key = entry.Key;
        ObjectHistory from = entry.History ?? await histories.Source.HistoryAsync(key, cancellationToken).ConfigureAwait(false);
        if (from.Count == 0)
            return TransferOutcome.Exceptional.Vanished;
        bool isKnownEmpty = append.IsNew && histories.TrustsListing && histories.Journal.Find(key).Count == 0;
        ObjectHistory there = isKnownEmpty ? new ObjectHistory([]) : await histories.Destination.HistoryAsync(key, cancellationToken).ConfigureAwait(false);
        if (await FindDifferenceAsync(key, from, there, append.Proved, histories.Journal.Find(key), cancellationToken).ConfigureAwait(false) is { } difference)
            return Differs(difference);

        ArrivedVersion[] found = [.. there.Versions.Select((version, at) => new ArrivedVersion(at, from.Versions[at].VersionId, version.VersionId))];
        bool isCopied = there.Count < from.Count;
        FidelityMarks marks = default;
        for (int at = there.Count; at < from.Count; at++)
        {
            FidelityMarks ofVersion = await AppendAsync(from, at, cancellationToken).ConfigureAwait(false);
            marks = ofVersion.Findings is not null || marks.Findings is null ? ofVersion : marks;
        }

        // What the store itself lists is the proof of order and count.
        if (isCopied)
            there = await histories.Destination.HistoryAsync(key, cancellationToken).ConfigureAwait(false);
        if (there.Count < from.Count)
            return Differs(FormattableString.Invariant($"all {from.Count} versions and delete markers of the source were written, and the destination lists {there.Count}"));
        if (await FindDifferenceAsync(key, from, there, append.Proved, [.. found, .. histories.Journal.Find(key)], cancellationToken).ConfigureAwait(false) is { } wrong)
            return Differs(wrong);
        if (histories.Journal.Find(key).Count > 0)
            await histories.Journal.RemoveAsync(key).ConfigureAwait(false);
        SettledEntry settled = new(key, from.Bytes, from.VersionOf(from.Count), there.TagOf(there.Count), crc64: null, ProofKind.Crc64);
        return isCopied ? new TransferOutcome.Copied(settled) { Marks = marks } : new TransferOutcome.Skipped(settled);
    }

    private async Task<string?> FindDifferenceAsync(string key, ObjectHistory from, ObjectHistory there, SettledEntry? proved, IReadOnlyList<ArrivedVersion> known, CancellationToken cancellationToken)
    {
        try
        {
            return await _match.FindDifferenceAsync(from, there, proved, known, cancellationToken).ConfigureAwait(false);
        }
        catch (SourceVanishedException)
        {
            throw new SourceChangedException(key);
        }
    }

    private static TransferOutcome.Exceptional Differs(string difference) => new(
        MigrationItemState.Failed,
        "HistoryDiffers",
        $"The history at the destination is not the beginning of that at the source: {difference}. Nothing can be inserted into a history, so it is left as it is.");

    private async Task<FidelityMarks> AppendAsync(ObjectHistory from, int at, CancellationToken cancellationToken)
    {
        ObjectVersion version = from.Versions[at];
        AppendStore destination = new(context.Destination, histories.Destination, at, histories.Repeat);
        if (context.IsAfterCutover())
            throw new OperationCanceledException("Cut-over has come since this was decided.");
        if (version.Entry is not { } entry)
        {
            await destination.DeleteAsync(version.Key, cancellationToken).ConfigureAwait(false);
            return default;
        }

        CopyContext one = context with { Source = new VersionSource(context.Source, histories.Source, version.VersionId), Destination = destination };
        TransferOutcome.Copied copied = await CopyAsync(one, entry, cancellationToken).ConfigureAwait(false);

        // One version that went in one request is known again by its ETag or its stamp, at the cost of no read.
        if (copied.VersionId is { } id && (from.Count > 1 || entry.Size > context.SinglePutLimit))
            await histories.Journal.AddAsync(version.Key, new ArrivedVersion(at, version.VersionId, id)).ConfigureAwait(false);
        return copied.Marks;
    }

    private static async Task<TransferOutcome.Copied> CopyAsync(CopyContext one, ObjectEntry entry, CancellationToken cancellationToken)
    {
        await one.Pace.Objects.AcquireAsync(1, cancellationToken).ConfigureAwait(false);
        try
        {
            TransferOutcome outcome = entry.Size <= one.SinglePutLimit
                ? await new SingleCopier(one).CopyAsync(entry, OverwriteGuard.Allowed, standing: null, cancellationToken).ConfigureAwait(false)
                : await new MultipartCopier(one).CopyAsync(entry, OverwriteGuard.Allowed, cancellationToken).ConfigureAwait(false);
            return (TransferOutcome.Copied)outcome;
        }
        catch (SourceVanishedException)
        {
            // The version, not the key: the history is another one now.
            throw new SourceChangedException(entry.Key);
        }
    }
}
