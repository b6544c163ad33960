using System.Runtime.CompilerServices;
using OssMigration.Core.Copying;
using OssMigration.Core.Jobs;
using OssMigration.Core.Journal;
using OssMigration.Core.Listing;
using OssMigration.Core.Manifests;
using OssMigration.Core.Reporting;
using OssMigration.Core.Stores;

namespace OssMigration.Core.Comparing;

/// <summary>Walks both ends and the manifest together and tells what differs.</summary>
internal sealed class ComparisonRun(EngineEnvironment environment, ComparisonRequest request, MigrationJob job, JobFolder? folder, IRunListener listener) : IComparison
{
    private readonly ComparisonTally _tally = new();

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
        IRangeListing source = sourceLister.Open(null, null);
        using SourceFingerprint fingerprint = new();
        bool isComplete = false;
        try
        {
            await foreach (ComparisonItem item in WalkAsync(id, stores, fingerprint.Over(source.ReadAsync(cancellationToken), cancellationToken), destinationLister.Open(null, null), cancellationToken).ConfigureAwait(false))
            {
                _tally.Count(item);
                if (request.IncludeSame || item.Status != ComparisonStatus.Same)
                    yield return item;
            }

            isComplete = true;
        }
        finally
        {
            Summary = _tally.Complete(new ComparisonSummary
            {
                ComparisonId = id,
                JobName = request.JobName,
                Level = request.Level,
                IsComplete = isComplete,
                StartedAt = startedAt,
                EndedAt = environment.Time.GetUtcNow(),
                Listed = source.Totals.Listed,
                SourceFingerprint = isComplete ? fingerprint.Finish() : null,
                SourceUsage = stores.SourceUsage,
                DestinationUsage = stores.DestinationUsage,
            });
            await RecordAsync(Summary).ConfigureAwait(false);
        }
    }

    private async IAsyncEnumerable<ComparisonItem> WalkAsync(
        string id, StoreChain stores, IAsyncEnumerable<ListedEntry> source, IRangeListing destination, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        CutoverEvidence? cutover = job.CutoverTime is { } moment && moment <= environment.Time.GetUtcNow() ? new CutoverEvidence(moment, job.ClockSkewMargin) : null;
        ComparisonRules rules = new(request.Level, cutover);
        ContentCheck check = new(stores.Source, stores.Destination, request.Level, rules);
        using CancellationTokenSource leaving = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        IAsyncEnumerable<EntryTriple> triples = TripleJoin.JoinAsync(
            source, Manifest().ReadAsync(null, null, leaving.Token), EntriesOf(destination, leaving.Token), leaving.Token);

        // Doubtful keys are looked into side by side; items still come out in key order.
        Queue<Task<ComparisonItem>> underWay = new();
        try
        {
            await foreach (EntryTriple triple in triples.ConfigureAwait(false))
            {
                if (rules.Judge(triple) is not { } verdict)
                    continue;
                bool isDoubtful = verdict.Status is ComparisonStatus.Unproved or ComparisonStatus.Superseded;
                if (isDoubtful && stores.Pace.Pause.IsClosed)
                {
                    listener.OnEvent(new RunEvent(EventLevel.Warning, "The timetable of the job pauses; objects that must be looked into wait for its end."));
                    await stores.Pace.Pause.WaitAsync(leaving.Token).ConfigureAwait(false);
                }

                underWay.Enqueue(isDoubtful
                    ? DecideAsync(id, check, triple, verdict, leaving.Token)
                    : Task.FromResult(Item(id, triple, verdict)));
                while (underWay.Count > job.Concurrency || (underWay.TryPeek(out Task<ComparisonItem>? head) && head.IsCompleted))
                    yield return await underWay.Dequeue().ConfigureAwait(false);
            }

            while (underWay.TryDequeue(out Task<ComparisonItem>? next))
                yield return await next.ConfigureAwait(false);
        }
        finally
        {
            // Who leaves early leaves nothing behind that still uses the stores.
            await leaving.CancelAsync().ConfigureAwait(false);
            await ((Task)Task.WhenAll(underWay)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

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
        Directory.CreateDirectory(folder!.Scratch);
        return new SerialSortedLister(store, filter, job.Filter.Prefix, table);
    }

    private async Task<ComparisonItem> DecideAsync(
        string id, ContentCheck check, EntryTriple triple, (ComparisonStatus Status, string Reason) verdict, CancellationToken cancellationToken)
        => Item(id, triple, await check.DecideAsync(triple, verdict, cancellationToken).ConfigureAwait(false));

    private ComparisonItem Item(string id, EntryTriple triple, (ComparisonStatus Status, string Reason) verdict) => new()
    {
        JobName = request.JobName,
        ComparisonId = id,
        Key = triple.Key,
        Status = verdict.Status,
        Reason = verdict.Reason,
        IsGoneAtSource = verdict.Status == ComparisonStatus.DestinationOnly && triple.Proved is not null,
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
        using JournalReader reader = folder.Read();
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

    private static async IAsyncEnumerable<ObjectEntry> EntriesOf(IRangeListing listing, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (ListedEntry listed in listing.ReadAsync(cancellationToken).ConfigureAwait(false))
            yield return listed.Entry;
    }
}
