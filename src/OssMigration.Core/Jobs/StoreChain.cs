using OssMigration.Core.Copying;
using OssMigration.Core.Fidelity;
using OssMigration.Core.Listing;
using OssMigration.Core.Lists;
using OssMigration.Core.Reporting;
using OssMigration.Core.Stores;
using OssMigration.Core.Throttling;
using OssMigration.Core.Versions;

namespace OssMigration.Core.Jobs;

/// <summary>
/// Both ends of a job, opened and wrapped: counted and held to the rate at every attempt, kept from overwriting after
/// cut-over, proved, repeated, and seen below their prefixes.
/// </summary>
internal sealed class StoreChain : IAsyncDisposable
{
    private readonly TransferMeter _sourceMeter = new();
    private readonly TransferMeter _destinationMeter = new();
    private readonly IBucketInspector? _destinationBucket;
    private readonly IBucketDocuments? _destinationDocuments;
    private readonly RetryingStore _retryingDestination;
    private MigrationJob _obeyed;

    /// <summary>Opens both ends. Nothing is sent yet.</summary>
    public StoreChain(EngineEnvironment environment, MigrationJob job, RunCredentials credentials, IRunListener listener, CutoverClock cutover)
    {
        _obeyed = job;
        Pace = new Pace(environment.Time);
        Pace.Obey(JobLimits.Of(job));

        // Each direction gets half of the memory: reads that took all of it would leave none for the next while it is written.
        Reads = new ConcurrencyGate(job.Concurrency, () => Pace.Room(job.MemoryBudget / 2), environment.Time, () => Pace.Places);
        Writes = new ConcurrencyGate(job.Concurrency, () => Pace.Room(job.MemoryBudget / 2), environment.Time, () => Pace.Places);
        StoreOpenOptions options = new() { Time = environment.Time, MaxConnections = job.Concurrency + RangeBoardOptions.Of(job.SteadyConcurrency, environment.Time).MostAtATime, ConnectionBuffer = () => Pace.ConnectionBuffer(job.SteadyConcurrency) };
        RetryOptions retry = environment.Retry with { MaxAttempts = job.MaxAttempts, RepeatsWrites = job.Versions == VersionScope.Current };

        IObjectReader source = environment.Stores.OpenSource(job.Source, options with { Credential = credentials.Source });
        IObjectTagReader? tags = source as IObjectTagReader;
        IObjectRestorer? restorer = source as IObjectRestorer;
        SourceClasses = source as IStorageClassNames;
        RetryingStore retryingSource = Retrying(new MeteredStore(source, _sourceMeter, Pace, Reads), _sourceMeter);
        PrefixStore objects = new(retryingSource, job.Source.Prefix);
        ObjectList = Listed(environment, job, objects);
        Source = ObjectList ?? (IObjectReader)objects;
        if (tags is not null)
            SourceTags = tags is IObjectTraitReader traits ? new TraitReader(traits, retryingSource, _sourceMeter, job.Source.Prefix) : new TagReader(tags, retryingSource, _sourceMeter, job.Source.Prefix);
        if (restorer is not null && job.RestoreDays is { } days)
        {
            SourceRestore = (key, cancellationToken) => retryingSource.CallAsync(
                token =>
                {
                    _sourceMeter.CountRequest();
                    return restorer.RestoreAsync(job.Source.Prefix + key, days, job.RestoreTier, token);
                },
                cancellationToken);
        }

        IObjectStore destination = environment.Stores.OpenDestination(job.Destination, options with { Credential = credentials.Destination });
        _destinationBucket = destination as IBucketInspector;
        _destinationDocuments = destination as IBucketDocuments;
        _retryingDestination = Retrying(
            new ProvingStore(new CutoverStore(new MeteredStore(destination, _destinationMeter, Pace, Writes), () => cutover.HasCome, environment.Time)),
            _destinationMeter);
        PrefixStore below = new(_retryingDestination, job.Destination.Prefix);
        Keys = job.InvalidKeyAction == InvalidKeyAction.Encode ? new KeyEncoding(below.Limits) : null;
        Destination = Keys is null ? below : new EncodedKeyStore(below, Keys);
        DestinationObjects = Destination;
        if (job.Versions == VersionScope.All)
        {
            SourceVersions = Versions(source, retryingSource, _sourceMeter, job.Source.Prefix, "VersionsNotAtSource");
            DestinationVersions = Versions(destination, _retryingDestination, _destinationMeter, job.Destination.Prefix, "VersionsNotAtDestination");
            Source = new HistoryStore(Source, SourceVersions);
            Destination = new HistoryStore(below, DestinationVersions);
        }

        if (destination is IMetadataWriter metadata)
            DestinationMetadata = new MetadataWriter(metadata, _retryingDestination, _destinationMeter, key => job.Destination.Prefix + (Keys?.Encode(key) ?? key));

        RetryingStore Retrying(IObjectReader inner, TransferMeter meter) => new(inner, retry, environment.Time, environment.Chance, (error, delay) =>
        {
            meter.CountRetry();
            listener.OnEvent(new RunEvent(EventLevel.Verbose, $"Again in {delay.TotalMilliseconds:F0} ms: {error.Describe()}"));
        });
    }

    private VersionAccess Versions(IObjectReader store, RetryingStore retrying, TransferMeter meter, string prefix, string errorId) => store is IVersionReader reader
        ? new VersionAccess(reader, retrying, prefix, meter, Pace)
        : throw new RefusedException(errorId, $"{store.DisplayName} cannot tell or read old versions, so no history can be copied.", "A job without -Versions All copies what is current.");

    private static ObjectListStore? Listed(EngineEnvironment environment, MigrationJob job, IObjectReader source)
    {
        if (job.ObjectList is not { } list)
            return null;
        EntryTable table = EntryTable.OpenKept(new JobFolder(environment.Home, job.Name).ObjectList(list.Digest))
            ?? throw new JobStateException(JobStateError.Damaged, job.Name, $"The object list of job '{job.Name}' ({list.Origin}) is not in the job's folder any more. Make the job anew.");
        return new ObjectListStore(source, table);
    }

    /// <summary>The source below its prefix.</summary>
    public IObjectReader Source { get; }

    /// <summary>The destination below its prefix.</summary>
    public IObjectStore Destination { get; }

    /// <summary>The source as the list of the job tells it; null for a job that lists its source.</summary>
    public ObjectListStore? ObjectList { get; }

    /// <summary>The current objects of the destination below its prefix: what <see cref="Destination"/> is too, but for a job of histories.</summary>
    public IObjectStore DestinationObjects { get; }

    /// <summary>The versions of the source; null but for a job of histories.</summary>
    public VersionAccess? SourceVersions { get; }

    /// <summary>The versions of the destination; null but for a job of histories.</summary>
    public VersionAccess? DestinationVersions { get; }

    /// <summary>How keys are encoded that the destination does not hold; null where the job does not want that.</summary>
    public KeyEncoding? Keys { get; }

    /// <summary>Changes headers at the destination below its prefix; null where the store cannot.</summary>
    public IMetadataWriter? DestinationMetadata { get; }

    /// <summary>Asks for tags and ACLs of the source below its prefix; null where the store has none.</summary>
    public IObjectTagReader? SourceTags { get; }

    /// <summary>What the source means by its storage classes; null where it does not tell.</summary>
    public IStorageClassNames? SourceClasses { get; }

    /// <summary>Restores an archived object of the source below its prefix; null where the job does not want that, or the store cannot.</summary>
    public Func<string, CancellationToken, Task<RestoreAnswer>>? SourceRestore { get; }

    /// <summary>What both ends together may take.</summary>
    public Pace Pace { get; }

    /// <summary>Reads of content at a time.</summary>
    public ConcurrencyGate Reads { get; }

    /// <summary>Writes of content at a time.</summary>
    public ConcurrencyGate Writes { get; }

    /// <summary>What the source was asked for.</summary>
    public StoreUsage SourceUsage => _sourceMeter.Usage;

    /// <summary>What the destination was asked for.</summary>
    public StoreUsage DestinationUsage => _destinationMeter.Usage;

    /// <summary>Counts what another machine asked both ends for on this run's behalf.</summary>
    public void Count(StoreUsage source, StoreUsage destination)
    {
        _sourceMeter.Add(source);
        _destinationMeter.Add(destination);
    }

    /// <summary>Facts of the destination's bucket; null where the store has no such thing.</summary>
    public async Task<BucketFacts?> InspectDestinationAsync(CancellationToken cancellationToken)
        => _destinationBucket is null ? null : await _retryingDestination.CallAsync(_destinationBucket.InspectBucketAsync, cancellationToken).ConfigureAwait(false);

    /// <summary>A document of the destination's bucket; null where none is set, or the store has no such thing.</summary>
    public async Task<BucketDocument?> ReadDestinationDocumentAsync(BucketDocumentKind kind, CancellationToken cancellationToken)
        => _destinationDocuments is null ? null : await _retryingDestination.CallAsync(token => _destinationDocuments.ReadDocumentAsync(kind, token), cancellationToken).ConfigureAwait(false);

    /// <summary>Calls until it succeeds or is not worth it any more, as the destination's requests are.</summary>
    public Task<TResult> RepeatAsync<TResult>(Func<CancellationToken, Task<TResult>> call, CancellationToken cancellationToken) => _retryingDestination.CallAsync(call, cancellationToken);

    /// <summary>Takes up the limits of the job as it is now. Called by one clock only.</summary>
    public void Obey(MigrationJob job)
    {
        if (!JobLimits.AreSame(job, _obeyed))
            Pace.Obey(JobLimits.Of(job));
        _obeyed = job;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        Pace.Dispose();
        await Source.DisposeAsync().ConfigureAwait(false);
        await Destination.DisposeAsync().ConfigureAwait(false);
    }

    private class TagReader(IObjectTagReader inner, RetryingStore retrying, TransferMeter meter, string prefix) : IObjectTagReader
    {
        public Task<IReadOnlyList<KeyValuePair<string, string>>> ReadTagsAsync(string key, CancellationToken cancellationToken)
            => AskAsync(token => inner.ReadTagsAsync(prefix + key, token), cancellationToken);

        protected Task<T> AskAsync<T>(Func<CancellationToken, Task<T>> ask, CancellationToken cancellationToken) => retrying.CallAsync(
            token =>
            {
                meter.CountRequest();
                return ask(token);
            },
            cancellationToken);
    }

    private sealed class TraitReader(IObjectTraitReader inner, RetryingStore retrying, TransferMeter meter, string prefix)
        : TagReader(inner, retrying, meter, prefix), IObjectTraitReader
    {
        private readonly string _prefix = prefix;

        public Task<AccessList> ReadAccessAsync(string key, CancellationToken cancellationToken)
            => AskAsync(token => inner.ReadAccessAsync(_prefix + key, token), cancellationToken);
    }

    // A capability is not seen through decorators; these are counted, repeated and below the prefix like all else.
    private sealed class MetadataWriter(IMetadataWriter inner, RetryingStore retrying, TransferMeter meter, Func<string, string> fullKey) : IMetadataWriter
    {
        public Task<PutResult> ReplaceMetadataAsync(string key, string ifETag, ObjectMetadata metadata, CancellationToken cancellationToken)
            => retrying.CallAsync(
                token =>
                {
                    meter.CountRequest();
                    return inner.ReplaceMetadataAsync(fullKey(key), ifETag, metadata, token);
                },
                cancellationToken);
    }
}
