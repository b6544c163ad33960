using System.Runtime.CompilerServices;
using OssMigration.Core.Copying;
using OssMigration.Core.Jobs;
using OssMigration.Core.Journal;
using OssMigration.Core.Listing;
using OssMigration.Core.Manifests;
using OssMigration.Core.Reporting;
using OssMigration.Core.Stores;
using OssMigration.Core.Versions;

namespace OssMigration.Core.Comparing;

/// <summary>Walks both ends and the manifest together and tells what differs.</summary>
internal sealed class ComparisonRun(EngineEnvironment environment, ComparisonRequest request, MigrationJob job, JobFolder? folder, IRunListener listener) : IComparison
{
    /// <inheritdoc/>
    public ComparisonSummary? Summary { get; private set; }

    /// <inheritdoc/>
    public async IAsyncEnumerable<ComparisonItem> Items([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        string id = MakeId();
        DateTimeOffset startedAt = environment.Time.GetUtcNow();
        await using StoreChain stores = new(environment, job, request.Credentials, listener, new CutoverClock(environment.Time) { Moment = job.CutoverTime });
        RunRow? last = LastRun();
        string scratch = Path.Combine(folder?.Scratch ?? "", $"compare-{id}");
        IKeyLister sourceLister = Lister(stores.Source, ObjectFilterMatcher.Compile(job.Filter), last is { SortsSource: true }, scratch + "-source.db");
        IKeyLister destinationLister = Lister(stores.Destination, filter: null, last is { SortsDestination: true }, scratch + "-destination.db");
        using IDisposable? sourceTable = sourceLister as IDisposable;
        using IDisposable? destinationTable = destinationLister as IDisposable;
        ListedWalks walks = new(job.Filter.Prefix, sourceLister, destinationLister, Manifest(), RangeBoardOptions.Of(job.SteadyConcurrency, environment.Time));
        ComparisonWalk walk = MakeWalk(id, stores, walks);
        using CancellationTokenSource leaving = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task walking = walk.RunAsync(leaving.Token);
        bool isComplete = false;
        try
        {
            await foreach (ComparisonItem item in walk.ItemsAsync(cancellationToken).ConfigureAwait(false))
                yield return item;
            isComplete = true;
        }
        finally
        {
            // Who leaves early leaves nothing behind that still uses the stores.
            await leaving.CancelAsync().ConfigureAwait(false);
            await walking.ConfigureAwait(false);
            Summary = walk.Tally.Complete(new ComparisonSummary
            {
                ComparisonId = id,
                JobName = request.JobName,
                Level = request.Level,
                IsComplete = isComplete,
                StartedAt = startedAt,
                EndedAt = environment.Time.GetUtcNow(),
                Listed = walk.Listed,
                SourceFingerprint = isComplete ? walk.Fingerprint.Finish() : null,
                SourceUsage = stores.SourceUsage,
                DestinationUsage = stores.DestinationUsage,
            });
            await RecordAsync(Summary).ConfigureAwait(false);
        }
    }

    private ComparisonWalk MakeWalk(string id, StoreChain stores, ListedWalks walks)
    {
        CutoverEvidence? cutover = job.CutoverTime is { } moment && moment <= environment.Time.GetUtcNow() ? new CutoverEvidence(moment, job.ClockSkewMargin) : null;
        ComparisonRules rules = new(request.Level, cutover);
        ContentCheck check = new(stores.Source, stores.Destination, request.Level, rules, Match(stores));
        SemaphoreSlim atATime = new(job.SteadyConcurrency);
        int pauses = 0;
        return new ComparisonWalk(walks, rules, DecideAsync, (triple, verdict) => Item(id, triple, verdict), request.IncludeSame);

        async Task<(ComparisonStatus Status, string Reason)> DecideAsync(
            EntryTriple triple, (ComparisonStatus Status, string Reason) verdict, CancellationToken cancellationToken)
        {
            await atATime.WaitAsync(cancellationToken).ConfigureAwait(false);
            try
            {
                if (stores.Pace.Pause.IsClosed)
                {
                    if (Interlocked.Increment(ref pauses) == 1)
                        listener.OnEvent(new RunEvent(EventLevel.Warning, "The timetable of the job pauses; objects that must be looked into wait for its end."));
                    await stores.Pace.Pause.WaitAsync(cancellationToken).ConfigureAwait(false);
                }

                return await check.DecideAsync(triple, verdict, cancellationToken).ConfigureAwait(false);
            }
            finally
            {
                atATime.Release();
            }
        }
    }

    private static HistoryMatch? Match(StoreChain stores) => stores is { SourceVersions: { } source, DestinationVersions: { } destination }
        ? new HistoryMatch(stores.Source, source, stores.DestinationObjects, destination)
        : null;

    private RunRow? LastRun()
    {
        if (folder is null)
            return null;
        using JournalReader reader = folder.Read();
        return reader.LastRun();
    }

    private IKeyLister Lister(IObjectReader store, ObjectFilterMatcher? filter, bool isSorted, string table)
    {
        if (!isSorted)
            return new PagedLister(store, filter, job.Filter.Prefix);
        PrivateFiles.CreateFolder(folder!.Scratch);
        return new SerialSortedLister(store, filter, job.Filter.Prefix, table);
    }

    private ComparisonItem Item(string id, EntryTriple triple, (ComparisonStatus Status, string Reason) verdict) => new()
    {
        JobName = request.JobName,
        ComparisonId = id,
        Key = triple.Key,
        Status = verdict.Status,
        Reason = verdict.Reason,
        IsGoneAtSource = ComparisonTally.IsGoneAtSource(triple, verdict.Status),
        SourceSize = triple.Source?.Entry.Size,
        DestinationSize = triple.Destination?.Size,
        SourceVersion = triple.Source?.Entry.Version.Value,
        DestinationETag = triple.Destination?.ETag,
        SourceModifiedAt = triple.Source?.Entry.LastModified,
        DestinationModifiedAt = triple.Destination?.LastModified,
    };

    private MergedManifest Manifest()
    {
        if (folder is null)
            return new MergedManifest([]);
        using JournalReader reader = folder.ReadWhole();
        return JobManifest.Open(folder, reader.Segments());
    }

    private async Task RecordAsync(ComparisonSummary summary)
    {
        if (folder is null)
            return;
        await using JournalWriter journal = new(folder.Journal, folder.Name);
        await journal.WriteAsync(writes => writes.PutComparison(summary)).ConfigureAwait(false);
    }

    private string MakeId()
    {
        Span<byte> chance = stackalloc byte[4];
        for (int i = 0; i < chance.Length; i++)
            chance[i] = (byte)(environment.Chance() * 256);
        return FormattableString.Invariant($"{environment.Time.GetUtcNow():yyyyMMddTHHmmssZ}-{Convert.ToHexString(chance).ToLowerInvariant()}");
    }
}
