using OssMigration.Core.Comparing;
using OssMigration.Core.Jobs;
using OssMigration.Core.Journal;
using OssMigration.Core.Listing;
using OssMigration.Core.Manifests;
using OssMigration.Core.Reporting;
using OssMigration.Core.Stores;

namespace OssMigration.Core.Lifecycle;

/// <summary>What is at the source of a job now, held against what the job has settled.</summary>
internal sealed record SourceSurvey
{
    private const int MostNames = 10;

    /// <summary>Everything that the job covers.</summary>
    public required ObjectCount Listed { get; init; }

    /// <summary>The part of it under the prefix of the rule.</summary>
    public required ObjectCount Covered { get; init; }

    /// <summary>The listing's fingerprint, as comparisons record it.</summary>
    public required string Fingerprint { get; init; }

    /// <summary>Objects under the prefix of the rule that are not settled in exactly the version that is there.</summary>
    public required ObjectCount Unsettled { get; init; }

    /// <summary>The first of them, with their dates.</summary>
    public required IReadOnlyList<ObjectEntry> UnsettledNames { get; init; }

    /// <summary>When the listing ended.</summary>
    public required DateTimeOffset EndedAt { get; init; }

    /// <summary>Lists the source and walks it together with the manifest.</summary>
    /// <param name="environment">Clock.</param>
    /// <param name="folder">The job's folder.</param>
    /// <param name="job">The job.</param>
    /// <param name="source">The source below the job's prefix; of a job of histories, its histories.</param>
    /// <param name="rulePrefix">The rule's prefix, in full keys.</param>
    /// <param name="isRuleDone">Whether the date rule has acted: delete markers at the end of a history are then its own.</param>
    /// <param name="cancellationToken">Cancels.</param>
    public static async Task<SourceSurvey> TakeAsync(
        EngineEnvironment environment, JobFolder folder, MigrationJob job, IObjectReader source, string rulePrefix, bool isRuleDone, CancellationToken cancellationToken)
    {
        bool isSorted;
        MergedManifest manifest;
        using (JournalReader journal = folder.Read())
        {
            isSorted = journal.LastRun() is { SortsSource: true };
            manifest = JobManifest.Open(folder, journal.Segments());
        }

        IKeyLister lister = isSorted ? SortedLister(folder, source, job) : new PagedLister(source, filter: null, job.Filter.Prefix);
        using IDisposable? table = lister as IDisposable;
        SourceFingerprint fingerprint = new();
        ObjectCount listed = default, covered = default, unsettled = default;
        List<ObjectEntry> names = [];
        IRangeListing listing = lister.Open(null, null);
        await foreach (EntryTriple triple in TripleJoin.JoinAsync(
            fingerprint.Over(listing.ReadAsync(cancellationToken), cancellationToken), manifest.ReadAsync(null, null, cancellationToken), None(), cancellationToken).ConfigureAwait(false))
        {
            if (triple.Source?.Entry is not { } entry)
                continue;
            listed = listed.Plus(entry.Size);
            if (!(job.Source.Prefix + entry.Key).StartsWith(rulePrefix, StringComparison.Ordinal))
                continue;
            if (entry.History?.Versions[^1].IsDeleteMarker != true)
                covered = covered.Plus(entry.History?.Versions[^1].Size ?? entry.Size);
            if (triple.Proved is { } settled && IsSettled(entry, settled, isRuleDone))
                continue;
            unsettled = unsettled.Plus(entry.Size);
            if (names.Count < MostNames)
                names.Add(entry);
        }

        // Pages that declare more keys than they hold must not pass for a complete listing.
        if (listing.Totals.Listed.Objects != listed.Objects)
        {
            throw new StoreException(
                StoreErrorKind.Listing, source.DisplayName, $"The listing declares {listing.Totals.Listed.Objects} objects and holds {listed.Objects}.");
        }

        return new SourceSurvey
        {
            Listed = listed,
            Covered = covered,
            Fingerprint = fingerprint.Finish(),
            Unsettled = unsettled,
            UnsettledNames = names,
            EndedAt = environment.Time.GetUtcNow(),
        };
    }

    private static bool IsSettled(ObjectEntry entry, SettledEntry settled, bool isRuleDone)
    {
        if (settled.Size != entry.Size)
            return false;
        if (settled.SourceVersion == entry.Version)
            return true;
        if (!isRuleDone || entry.History is not { } history)
            return false;
        int count = history.Count;
        while (count > 0 && history.Versions[count - 1].IsDeleteMarker)
        {
            if (history.VersionOf(--count) == settled.SourceVersion)
                return true;
        }

        return false;
    }

    private static SerialSortedLister SortedLister(JobFolder folder, IObjectReader source, MigrationJob job)
    {
        PrivateFiles.CreateFolder(folder.Scratch);
        return new SerialSortedLister(source, filter: null, job.Filter.Prefix, Path.Combine(folder.Scratch, "lifecycle-source.db"));
    }

    private static async IAsyncEnumerable<ListedEntry> None()
    {
        await Task.CompletedTask.ConfigureAwait(false);
        yield break;
    }
}
