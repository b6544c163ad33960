using OssMigration.Core.Fidelity;
using OssMigration.Core.Stores;
using Xunit;

namespace OssMigration.TestKit;

/// <summary>
/// A store that fails by plan. Faults wait in a queue; each fires at the operations it fits, in the order planned, and
/// several may fire at one call. A test ends with <see cref="VerifyAllFaultsFired"/>. Thread-safe.
/// </summary>
public sealed partial class FaultyStore(IObjectStore inner) : IObjectStore, IBucketInspector, IBucketDocuments, IVersionReader, IMetadataWriter, IObjectTraitReader, IObjectRestorer
{
    private readonly object _gate = new();
    private readonly List<PlannedFault> _plan = [];

    /// <inheritdoc/>
    public string DisplayName => inner.DisplayName;

    /// <inheritdoc/>
    public StoreLimits Limits => inner.Limits;

    /// <summary>Plans a fault.</summary>
    /// <param name="operation">Where it fires.</param>
    /// <param name="fault">What happens.</param>
    /// <param name="key">Only for this key; null for any. Pages have no key.</param>
    /// <param name="skip">Lets this many fitting calls pass first.</param>
    /// <param name="times">Fires this often.</param>
    /// <returns>This store, for further plans.</returns>
    public FaultyStore Plan(StoreOperation operation, Fault fault, string? key = null, int skip = 0, int times = 1)
    {
        lock (_gate)
            _plan.Add(new PlannedFault(operation, fault, key, skip, times));
        return this;
    }

    /// <summary>Fails the test when a planned fault has not fired as often as planned.</summary>
    public void VerifyAllFaultsFired()
    {
        lock (_gate)
        {
            List<PlannedFault> left = _plan.FindAll(planned => !planned.IsSpent);
            if (left.Count > 0)
                Assert.Fail("These planned faults did not fire: " + string.Join("; ", left));
        }
    }

    /// <summary>Takes back what has not fired: for tests whose faults are chance's. They count what happened instead.</summary>
    public void Withdraw()
    {
        lock (_gate)
            _plan.RemoveAll(planned => !planned.IsSpent);
    }

    /// <inheritdoc/>
    public Task<ObjectHead?> HeadAsync(string key, CancellationToken cancellationToken) =>
        RunAsync(StoreOperation.Head, key, _ => inner.HeadAsync(key, cancellationToken), cancellationToken);

    /// <inheritdoc/>
    public Task<TResult> ReadAsync<TResult>(
        ReadRequest request,
        Func<ObjectContent, CancellationToken, ValueTask<TResult>> consume,
        CancellationToken cancellationToken) =>
        RunAsync(
            StoreOperation.Read,
            request.Key,
            faults => inner.ReadAsync(request, (content, token) => consume(Spoil(content, faults), token), cancellationToken),
            cancellationToken);

    /// <inheritdoc/>
    public Task<PutResult> PutAsync(PutRequest request, CancellationToken cancellationToken) =>
        RunAsync(
            StoreOperation.Put,
            request.Key,
            async faults => await inner.PutAsync(request with { Body = await SpoilAsync(request.Body, faults, cancellationToken) }, cancellationToken),
            cancellationToken);

    /// <inheritdoc/>
    public Task DeleteAsync(string key, CancellationToken cancellationToken) =>
        RunAsync(StoreOperation.Delete, key, _ => Nothing(inner.DeleteAsync(key, cancellationToken)), cancellationToken);

    /// <inheritdoc/>
    public Task<string> InitiateAsync(InitiateRequest request, CancellationToken cancellationToken) =>
        RunAsync(StoreOperation.Initiate, request.Key, _ => inner.InitiateAsync(request, cancellationToken), cancellationToken);

    /// <inheritdoc/>
    public Task<UploadedPart> UploadPartAsync(UploadPartRequest request, CancellationToken cancellationToken) =>
        RunAsync(
            StoreOperation.UploadPart,
            request.Key,
            async faults => await inner.UploadPartAsync(request with { Body = await SpoilAsync(request.Body, faults, cancellationToken) }, cancellationToken),
            cancellationToken);

    /// <inheritdoc/>
    public Task<PutResult> CompleteAsync(CompleteRequest request, CancellationToken cancellationToken) =>
        RunAsync(StoreOperation.Complete, request.Key, _ => inner.CompleteAsync(request, cancellationToken), cancellationToken);

    /// <inheritdoc/>
    public Task AbortAsync(string key, string uploadId, CancellationToken cancellationToken) =>
        RunAsync(StoreOperation.Abort, key, _ => Nothing(inner.AbortAsync(key, uploadId, cancellationToken)), cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<OpenUpload>> ListUploadsAsync(string keyPrefix, CancellationToken cancellationToken) =>
        RunAsync(StoreOperation.ListUploads, null, _ => inner.ListUploadsAsync(keyPrefix, cancellationToken), cancellationToken);

    /// <inheritdoc/>
    public Task<PutResult> ReplaceMetadataAsync(string key, string ifETag, ObjectMetadata metadata, CancellationToken cancellationToken) =>
        RunAsync(StoreOperation.ReplaceMetadata, key, _ => ((IMetadataWriter)inner).ReplaceMetadataAsync(key, ifETag, metadata, cancellationToken), cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<KeyValuePair<string, string>>> ReadTagsAsync(string key, CancellationToken cancellationToken) =>
        RunAsync(StoreOperation.ReadTags, key, _ => ((IObjectTraitReader)inner).ReadTagsAsync(key, cancellationToken), cancellationToken);

    /// <inheritdoc/>
    public Task<AccessList> ReadAccessAsync(string key, CancellationToken cancellationToken) =>
        RunAsync(StoreOperation.ReadAccess, key, _ => ((IObjectTraitReader)inner).ReadAccessAsync(key, cancellationToken), cancellationToken);

    /// <inheritdoc/>
    public Task<RestoreAnswer> RestoreAsync(string key, int days, RestoreTier tier, CancellationToken cancellationToken) =>
        RunAsync(StoreOperation.Restore, key, _ => ((IObjectRestorer)inner).RestoreAsync(key, days, tier, cancellationToken), cancellationToken);

    /// <inheritdoc/>
    public Task<BucketFacts> InspectBucketAsync(CancellationToken cancellationToken) =>
        RunAsync(StoreOperation.Inspect, null, _ => ((IBucketInspector)inner).InspectBucketAsync(cancellationToken), cancellationToken);

    /// <inheritdoc/>
    public Task<BucketDocument?> ReadDocumentAsync(BucketDocumentKind kind, CancellationToken cancellationToken) =>
        RunAsync(StoreOperation.ReadDocument, null, _ => ((IBucketDocuments)inner).ReadDocumentAsync(kind, cancellationToken), cancellationToken);

    /// <inheritdoc/>
    public Task WriteDocumentAsync(BucketDocumentKind kind, BucketDocument document, CancellationToken cancellationToken) =>
        RunAsync(StoreOperation.WriteDocument, null, _ => Nothing(((IBucketDocuments)inner).WriteDocumentAsync(kind, document, cancellationToken)), cancellationToken);

    /// <inheritdoc/>
    public Task DeleteDocumentAsync(BucketDocumentKind kind, CancellationToken cancellationToken) =>
        RunAsync(StoreOperation.DeleteDocument, null, _ => Nothing(((IBucketDocuments)inner).DeleteDocumentAsync(kind, cancellationToken)), cancellationToken);

    /// <inheritdoc/>
    public Task<VersionPage> ListVersionPageAsync(string keyPrefix, VersionMarker? after, CancellationToken cancellationToken) =>
        RunAsync(StoreOperation.ListVersions, null, _ => ((IVersionLister)inner).ListVersionPageAsync(keyPrefix, after, cancellationToken), cancellationToken);

    /// <inheritdoc/>
    public Task<ObjectHead?> HeadVersionAsync(string key, string versionId, CancellationToken cancellationToken) =>
        RunAsync(StoreOperation.Head, key, _ => ((IVersionReader)inner).HeadVersionAsync(key, versionId, cancellationToken), cancellationToken);

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => inner.DisposeAsync();

    private static async Task<bool> Nothing(Task task)
    {
        await task;
        return true;
    }

    private static async ValueTask<Stream> SpoilAsync(Stream body, List<Fault> faults, CancellationToken cancellationToken)
    {
        if (!faults.OfType<Fault.FlipFault>().Any())
            return body;
        body.Position = 0;
        MemoryStream copy = new();
        await body.CopyToAsync(copy, cancellationToken);
        foreach (Fault.FlipFault flip in faults.OfType<Fault.FlipFault>())
            copy.GetBuffer()[flip.At] ^= 0x20;
        copy.Position = 0;
        return copy;
    }

    private ObjectContent Spoil(ObjectContent content, List<Fault> faults)
    {
        long? flipAt = faults.OfType<Fault.FlipFault>().FirstOrDefault()?.At;
        long? cutAt = faults.OfType<Fault.CutFault>().FirstOrDefault()?.AfterBytes;
        if (flipAt is null && cutAt is null)
            return content;
        FaultyBody body = new(content.Body, flipAt, cutAt, () => Error(StoreErrorKind.Network, content.Head.Entry.Key, null));
        return content with { Body = body };
    }

    private async Task<T> RunAsync<T>(
        StoreOperation operation,
        string? key,
        Func<List<Fault>, Task<T>> run,
        CancellationToken cancellationToken)
    {
        List<Fault> faults = Take(operation, key, fault => fault is not Fault.PageFault);
        await BeginAsync(faults, key, cancellationToken);
        T result = await run(faults);
        await EndAsync(faults, key, cancellationToken);
        return result;
    }

    private List<Fault> Take(StoreOperation operation, string? key, Func<Fault, bool> fits)
    {
        lock (_gate)
        {
            List<Fault> turn = [];
            foreach (PlannedFault planned in _plan)
            {
                bool alone = turn.OfType<Fault.ThrowFault>().Any();
                if (!alone && planned.Matches(operation, key) && fits(planned.Fault) && planned.TakeTurn())
                    turn.Add(planned.Fault);
            }

            return turn;
        }
    }

    private async ValueTask BeginAsync(List<Fault> faults, string? key, CancellationToken cancellationToken)
    {
        foreach (Fault fault in faults)
        {
            if (fault is Fault.CallbackFault { IsAfter: false } callback)
                await callback.Callback(cancellationToken);
            if (fault is Fault.ThrowFault { Done: false } planned)
                throw Error(planned.Kind, key, planned.RetryAfter);
        }
    }

    private async ValueTask EndAsync(List<Fault> faults, string? key, CancellationToken cancellationToken)
    {
        foreach (Fault fault in faults)
        {
            if (fault is Fault.CallbackFault { IsAfter: true } callback)
                await callback.Callback(cancellationToken);
            if (fault is Fault.ThrowFault { Done: true } planned)
                throw Error(planned.Kind, key, planned.RetryAfter);
        }
    }

    private StoreException Error(StoreErrorKind kind, string? key, TimeSpan? retryAfter) =>
        new(kind, DisplayName, $"A planned fault: {kind}.") { Key = key, RequestId = "planned-fault", RetryAfter = retryAfter };
}
