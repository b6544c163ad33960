using OssMigration.Core.Jobs;
using OssMigration.Core.Reporting;
using OssMigration.Core.Stores;

namespace OssMigration.Core.Lifecycle;

/// <summary>The source of a job, opened for its lifecycle rules.</summary>
internal sealed class LifecycleSource : IAsyncDisposable
{
    private readonly StoreAddress _address;

    private LifecycleSource(EngineEnvironment environment, OpenedBucket bucket, IBucketDocuments documents, StoreAddress address)
    {
        Bucket = bucket;
        Editor = new DocumentEditor(environment, bucket, documents, BucketDocumentKind.Lifecycle);
        _address = address;
    }

    /// <summary>The bucket.</summary>
    public OpenedBucket Bucket { get; }

    /// <summary>Reads and writes the lifecycle configuration.</summary>
    public DocumentEditor Editor { get; }

    /// <summary>Lists old versions; null where the store has none.</summary>
    public IVersionLister? Versions => Bucket.Find<IVersionLister>();

    /// <summary>Opens the source.</summary>
    /// <exception cref="RefusedException">It has no lifecycle rules.</exception>
    public static async Task<LifecycleSource> OpenAsync(EngineEnvironment environment, MigrationJob job, RunCredentials credentials, IRunListener listener)
    {
        OpenedBucket bucket = OpenedBucket.ForReading(environment, job.Source, credentials.Source, listener);
        IBucketDocuments? documents = bucket.Find<IBucketDocuments>();
        string? reason = documents?.WhyNoDocument(BucketDocumentKind.Lifecycle);
        if (documents is not null && reason is null)
            return new LifecycleSource(environment, bucket, documents, job.Source);
        string name = bucket.DisplayName;
        await bucket.DisposeAsync().ConfigureAwait(false);
        throw new RefusedException(
            "LifecycleNotSupported", reason is null ? $"{name} has no lifecycle rules." : $"No lifecycle rule can be set at {name}: {reason}",
            $"Delete by hand what is proved: Compare-MigrationData -Job {job.Name} -IncludeSame | Where-Object Status -eq Same gives the objects, Key is relative to {job.Source}.");
    }

    /// <summary>What the job lists: current objects, or histories.</summary>
    /// <exception cref="RefusedException">VersionsNotAtSource: the job copies histories, and the store cannot tell them.</exception>
    public IObjectReader Listed(MigrationJob job) => job.Versions == VersionScope.Current
        ? Bucket.Objects
        : Bucket.Histories ?? throw new RefusedException("VersionsNotAtSource", $"{Bucket.DisplayName} cannot tell or read old versions.");

    /// <summary>The tree of a document.</summary>
    public LifecycleDocument Document(BucketDocument? standing) => new(standing, _address.Scheme);

    /// <summary>Whether the bucket keeps old versions.</summary>
    /// <exception cref="RefusedException">It does not tell.</exception>
    public async Task<BucketVersioning> VersioningAsync(CancellationToken cancellationToken)
    {
        BucketFacts? facts = Bucket.Find<IBucketInspector>() is { } inspector
            ? await Bucket.CallAsync(inspector.InspectBucketAsync, cancellationToken).ConfigureAwait(false)
            : null;
        if (facts is null or { Versioning: BucketVersioning.Unknown })
        {
            throw new RefusedException(
                "LifecycleVersioningUnknown", $"{Bucket.DisplayName} does not tell whether it keeps old versions, so that nobody knows what a rule deletes.",
                _address.Scheme == "oss" ? "Give the key the right oss:GetBucketVersioning." : "Give the key the right s3:GetBucketVersioning.");
        }

        return facts.Versioning;
    }

    /// <summary>Whether no current object is left whose full key begins with the prefix.</summary>
    public async Task<bool> IsEmptyAsync(string prefix, CancellationToken cancellationToken)
    {
        // A rule that somebody widened covers more than the address shows.
        string relative = prefix.StartsWith(_address.Prefix, StringComparison.Ordinal) ? prefix[_address.Prefix.Length..] : "";
        string? token = null;
        do
        {
            ListPage page = await Bucket.Objects.ListPageAsync(new ListPageRequest(relative, null, token, 1), cancellationToken).ConfigureAwait(false);
            if (page.Entries.Count > 0)
                return false;
            if (page.ContinuationToken is not null && page.ContinuationToken == token)
                throw new StoreException(StoreErrorKind.Listing, Bucket.DisplayName, "The listing cannot be trusted: a page gives the token that it was asked for with.");
            token = page.ContinuationToken;
        }
        while (token is not null);
        return true;
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => Bucket.DisposeAsync();
}
