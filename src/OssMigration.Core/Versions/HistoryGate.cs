using OssMigration.Core.Jobs;
using OssMigration.Core.Journal;
using OssMigration.Core.Mirroring;
using OssMigration.Core.Reporting;
using OssMigration.Core.Stores;

namespace OssMigration.Core.Versions;

/// <summary>
/// What must be so before the first byte of a history is written: nothing can be inserted into one, or taken back without deleting it, so the
/// destination must keep versions and have no other writer.
/// </summary>
internal sealed class HistoryGate(JobFolder folder, RunStretch stretch, RunOptions options)
{
    private const string WithoutHistory = "A job without -Versions All copies what is current.";

    /// <summary>Lets pass, or refuses. It is asked at every start; whether the destination is empty only before anything was written.</summary>
    /// <exception cref="RefusedException">VersionsAfterCutover, VersionsNotShared, VersionsNotRemoved, DestinationNotVersioned, VersionsMirrorRule, DestinationNotEmpty.</exception>
    public async Task PassAsync(CancellationToken cancellationToken)
    {
        RefuseOptions();
        await RefuseUnversionedAsync(cancellationToken).ConfigureAwait(false);
        await RefuseMirrorAsync(cancellationToken).ConfigureAwait(false);
        await BeginAsync(cancellationToken).ConfigureAwait(false);
    }

    private void RefuseOptions()
    {
        if (stretch.IsAfterCutover)
        {
            throw new RefusedException(
                "VersionsAfterCutover",
                $"Job '{folder.Name}' was cut over: the destination belongs to the business, and a bucket with versioning cannot keep a write of ours from covering one of theirs.",
                "Copy all histories before the cut-over, with the business' writes stopped for the last run; what is written at the source later is copied by another job, to another prefix.");
        }

        if (options.Exchange is not null)
            throw new RefusedException("VersionsNotShared", "Histories are copied by one machine: workers do not know what of a history has arrived.", $"Start it here: Start-OssMigration {folder.Name}.");
        if (options.RemoveDeleted)
            throw new RefusedException("VersionsNotRemoved", "With -Versions All what is deleted at the source arrives as a delete marker, and no history is removed.", "Start it without RemoveDeleted.");
    }

    private async Task RefuseUnversionedAsync(CancellationToken cancellationToken)
    {
        BucketVersioning versioning = (await stretch.Stores.InspectDestinationAsync(cancellationToken).ConfigureAwait(false))?.Versioning ?? BucketVersioning.Unknown;
        if (versioning == BucketVersioning.Enabled)
            return;
        string store = stretch.Stores.Destination.DisplayName;
        throw versioning == BucketVersioning.Unknown
            ? new RefusedException("DestinationNotVersioned", $"{store} does not tell whether it has versioning, and without it each version would replace the one before.", "Give the right to read it (oss:GetBucketVersioning).")
            : new RefusedException("DestinationNotVersioned", $"Versioning of {store} is {versioning}: each version would replace the one before.", $"Switch versioning on for a new bucket. {WithoutHistory}");
    }

    private async Task RefuseMirrorAsync(CancellationToken cancellationToken)
    {
        if (await stretch.Stores.ReadDestinationDocumentAsync(BucketDocumentKind.Website, cancellationToken).ConfigureAwait(false) is not { } website)
            return;
        if (new WebsiteTree(website.Root).Rules.Rules.Any(rule => rule.Mirror is not null))
        {
            throw new RefusedException(
                "VersionsMirrorRule", $"{stretch.Stores.Destination.DisplayName} has a mirroring rule: OSS itself would write versions there.", "Remove the rule (Remove-OssMirrorRule) before histories are copied.");
        }
    }

    private async Task BeginAsync(CancellationToken cancellationToken)
    {
        using (JournalReader reader = folder.Read())
        {
            if (reader.HasBegunHistories() || reader.Segments().Count > 0)
                return;
        }

        VersionPage page = await stretch.Stores.DestinationVersions!.ListPageAsync(stretch.Job.Filter.Prefix, after: null, cancellationToken).ConfigureAwait(false);
        if (page.Versions.Count > 0 || page.Next is not null)
        {
            throw new RefusedException(
                "DestinationNotEmpty",
                $"{stretch.Stores.Destination.DisplayName} has versions or delete markers already where job '{folder.Name}' writes its first, so somebody else writes there, or did.",
                $"Give the histories a new bucket, or a prefix of their own. {WithoutHistory}");
        }

        await stretch.Journal.WriteAsync(writes => writes.PutHistoriesBegun()).ConfigureAwait(false);

        // Another machine that goes on from a snapshot must know that what it finds is ours.
        if (options.State is { } state)
            await state.TakeAsync(cancellationToken).ConfigureAwait(false);
    }
}
