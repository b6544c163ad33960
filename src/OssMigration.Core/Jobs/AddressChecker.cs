using OssMigration.Core.Preparation;
using OssMigration.Core.Stores;

namespace OssMigration.Core.Jobs;

/// <summary>Finds out by harmless requests what an address allows.</summary>
internal sealed class AddressChecker(EngineEnvironment environment, ICredentialProvider? credential)
{
    /// <summary>Checks an address in a role.</summary>
    public async Task<AddressCheck> CheckAsync(StoreAddress address, AddressRole role, CancellationToken cancellationToken)
    {
        StoreOpenOptions options = new() { Time = environment.Time, Credential = credential };
        await using IObjectReader store = role == AddressRole.Destination
            ? environment.Stores.OpenDestination(address, options)
            : environment.Stores.OpenSource(address, options);
        Findings findings = new(address);
        if (store is IBucketInspector bucket)
            await InspectAsync(bucket, role, findings, cancellationToken).ConfigureAwait(false);
        if (findings.MayGoOn && role == AddressRole.Destination && store is IBucketDocuments documents)
            await AdviseAsync(documents, address.Prefix, findings, cancellationToken).ConfigureAwait(false);
        if (findings.MayGoOn)
            await ReadAsync(store, address.Prefix, findings, cancellationToken).ConfigureAwait(false);
        if (findings.MayGoOn && role == AddressRole.Destination)
            await WriteAsync((IObjectStore)store, address.Prefix, findings, cancellationToken).ConfigureAwait(false);
        return findings.ToCheck();
    }

    private static async Task InspectAsync(IBucketInspector bucket, AddressRole role, Findings findings, CancellationToken cancellationToken)
    {
        await findings.TryAsync("read the facts of the bucket", async () =>
        {
            BucketFacts facts = await bucket.InspectBucketAsync(cancellationToken).ConfigureAwait(false);
            findings.Region = facts.Region;
            findings.Versioning = facts.Versioning;
            findings.StorageClass = facts.StorageClass;
            if (role == AddressRole.Destination && DestinationAdvice.OnStorageClass(facts.StorageClass) is { } advice)
                findings.Warnings.Add(advice);
            if (role == AddressRole.Destination && facts.Versioning is BucketVersioning.Enabled or BucketVersioning.Suspended)
            {
                findings.Warnings.Add(
                    $"Versioning of the destination is {facts.Versioning}: mirroring rules and runs after cut-over are not possible with it.");
            }
        }).ConfigureAwait(false);
    }

    private async Task AdviseAsync(IBucketDocuments documents, string prefix, Findings findings, CancellationToken cancellationToken)
    {
        if (await DocumentAsync(BucketDocumentKind.Lifecycle, "the lifecycle rules").ConfigureAwait(false) is { IsRead: true } lifecycle)
            findings.Warnings.AddRange(DestinationAdvice.OnLifecycle(lifecycle.Document, prefix, environment.Time.GetUtcNow()));
        if (await DocumentAsync(BucketDocumentKind.Website, "the mirroring rules").ConfigureAwait(false) is { IsRead: true } website)
            findings.Warnings.AddRange(DestinationAdvice.OnWebsite(website.Document, prefix));

        // A key that may not look can migrate all the same.
        async Task<(bool IsRead, BucketDocument? Document)> DocumentAsync(BucketDocumentKind kind, string what)
        {
            try
            {
                return (true, await documents.ReadDocumentAsync(kind, cancellationToken).ConfigureAwait(false));
            }
            catch (StoreException error) when (error.Kind is StoreErrorKind.AccessDenied or StoreErrorKind.NotSupported)
            {
                if (error.Kind == StoreErrorKind.AccessDenied)
                    findings.Warnings.Add($"The key may not read {what} of the bucket, so what they would do to the objects is not known.");
                return default;
            }
            catch (StoreException error)
            {
                findings.Warnings.Add($"Could not read {what} of the bucket: {error.Describe()}");
                return default;
            }
        }
    }

    private static async Task ReadAsync(IObjectReader store, string prefix, Findings findings, CancellationToken cancellationToken)
    {
        ListPage? page = null;
        findings.CanList = await findings.TryAsync(
            "list the bucket",
            async () => page = await store.ListPageAsync(new ListPageRequest(prefix, null, null, 1), cancellationToken).ConfigureAwait(false)).ConfigureAwait(false);
        if (page is { Entries: [ObjectEntry first, ..] })
        {
            findings.CanRead = await findings.TryAsync(
                "read objects",
                async () => await store.HeadAsync(first.Key, cancellationToken).ConfigureAwait(false)).ConfigureAwait(false);
        }
        else if (page is not null)
        {
            findings.Warnings.Add("Nothing is there under the prefix, so whether objects may be read could not be tried.");
        }
    }

    private async Task WriteAsync(IObjectStore store, string prefix, Findings findings, CancellationToken cancellationToken)
    {
        string key = FormattableString.Invariant($"{prefix}ossmigration-check-{(long)(environment.Chance() * 1e15):x}");
        findings.CanWrite = await findings.TryAsync("write objects and abort uploads", async () =>
        {
            string upload = await store.InitiateAsync(new InitiateRequest(key, ObjectMetadata.Empty), cancellationToken).ConfigureAwait(false);
            await store.AbortAsync(key, upload, CancellationToken.None).ConfigureAwait(false);
        }).ConfigureAwait(false);
    }

    private sealed class Findings(StoreAddress address)
    {
        private readonly List<string> _problems = [];
        private bool _isReachable;
        private bool? _bucketExists;

        public List<string> Warnings { get; } = [];

        public string? Region { get; set; }

        public BucketVersioning Versioning { get; set; } = BucketVersioning.Unknown;

        public string? StorageClass { get; set; }

        public bool? CanList { get; set; }

        public bool? CanRead { get; set; }

        public bool? CanWrite { get; set; }

        /// <summary>False after an error that every further request would meet too.</summary>
        public bool MayGoOn { get; private set; } = true;

        public async Task<bool> TryAsync(string what, Func<Task> attempt)
        {
            try
            {
                await attempt().ConfigureAwait(false);
                _isReachable = true;
                _bucketExists = true;
                return true;
            }
            catch (StoreException exception)
            {
                _isReachable |= exception.HttpStatus is not null;
                if (exception.Kind == StoreErrorKind.NoSuchBucket)
                    _bucketExists = false;
                if (exception.Kind == StoreErrorKind.WrongRegion)
                    Region = exception.Region;
                MayGoOn &= !exception.StopsJob && exception.Kind != StoreErrorKind.Network;
                _problems.Add($"Could not {what}: {exception.Describe()}");
                return false;
            }
        }

        public AddressCheck ToCheck() => new()
        {
            Address = address,
            IsReachable = _isReachable,
            BucketExists = _bucketExists,
            CanList = CanList,
            CanRead = CanRead,
            CanWrite = CanWrite,
            Region = Region,
            Versioning = Versioning,
            StorageClass = StorageClass,
            Problems = _problems,
            Warnings = Warnings,
        };
    }
}
