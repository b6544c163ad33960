using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;

namespace OssMigration.Sandbox.Storage;

/// <summary>
/// One bucket of one side: its objects with their versions, its open uploads and its configuration documents. Safe for
/// concurrent use; every operation is atomic.
/// </summary>
internal sealed class Bucket
{
    private readonly Lock _gate = new();
    private readonly ObjectStore _store;
    private readonly TimeProvider _clock;
    private long _versionCounter;

    /// <summary>Creates a bucket over a store.</summary>
    public Bucket(string name, string region, ObjectStore store, TimeProvider clock)
    {
        Name = name;
        Region = region;
        _store = store;
        _clock = clock;
        Created = clock.GetUtcNow();
        Uploads = new MultipartUploads(clock);
    }

    /// <summary>The name.</summary>
    public string Name { get; }

    /// <summary>The region in which it was created.</summary>
    public string Region { get; }

    /// <summary>When it was created, by the side's clock.</summary>
    public DateTimeOffset Created { get; }

    /// <summary>Whether old versions are kept.</summary>
    public VersioningState Versioning { get; private set; }

    /// <summary>How ETags of new objects are made.</summary>
    public ETagStyle ETagStyle { get; init; }

    /// <summary>In what it is served otherwise than at AWS (S3).</summary>
    public BucketHabits Habits { get; set; }

    /// <summary>The canned ACL; null when none was set.</summary>
    public string? Acl { get; set; }

    /// <summary>The default storage class as its creator named it; null means the side's standard class.</summary>
    public string? StorageClass { get; set; }

    /// <summary>How the bytes are kept, as its creator named it; null means the side's standard way.</summary>
    public string? Redundancy { get; set; }

    /// <summary>
    /// Configuration documents as raw XML or JSON by sub-resource name ("lifecycle", "website", "tagging", "policy", "cors", …).
    /// </summary>
    public ConcurrentDictionary<string, string> Documents { get; } = new(StringComparer.Ordinal);

    /// <summary>The multipart uploads that are open.</summary>
    public MultipartUploads Uploads { get; }

    /// <summary>Switches versioning; false when the store cannot hold versions (folder and synthetic buckets).</summary>
    public bool TrySetVersioning(VersioningState state)
    {
        if (!_store.HoldsVersions)
            return false;
        lock (_gate)
            Versioning = state;
        return true;
    }

    /// <summary>Something that takes the bytes of an upload to this bucket.</summary>
    public IContentSink CreateSink(long? expectedLength) => _store.CreateSink(expectedLength);

    /// <summary>The current version of a key, possibly a delete marker; null when the key is not there.</summary>
    public StoredObject? Find(string key)
    {
        lock (_gate)
            return _store.Find(key);
    }

    /// <summary>A given version of a key, possibly a delete marker; "null" names the version without an id.</summary>
    public StoredObject? FindVersion(string key, string versionId)
    {
        lock (_gate)
            return Versions(key).FirstOrDefault(version => version.IsVersion(versionId));
    }

    /// <summary>
    /// Stores an object as the current version of its key. Its version id is set here; a LastModified of default becomes now.
    /// </summary>
    /// <param name="draft">The object; its content comes from <see cref="CreateSink"/> or from any other object.</param>
    /// <param name="guard">Looks at the current version (null when there is none or it is a delete marker) and answers whether to go on.</param>
    /// <param name="cancellationToken">Ends the copying of content.</param>
    /// <returns>The object as stored; null when the guard refused.</returns>
    public async ValueTask<StoredObject?> PutAsync(StoredObject draft, Func<StoredObject?, bool>? guard, CancellationToken cancellationToken)
    {
        IObjectContent content = await _store.AdoptAsync(draft.Content, cancellationToken);
        lock (_gate)
        {
            StoredObject? head = _store.Find(draft.Key);
            if (guard is not null && !guard(head is { IsDeleteMarker: false } ? head : null))
            {
                content.Discard();
                return null;
            }
            DateTimeOffset now = _clock.GetUtcNow();
            StoredObject stored = draft with
            {
                Content = content,
                Digests = draft.Digests.On(content),
                VersionId = Versioning == VersioningState.Enabled ? NewVersionId(now) : null,
                LastModified = draft.LastModified == default ? now : draft.LastModified,
                OpaqueETag = OpaqueETag(draft),
                Older = OlderOf(head, now),
            };
            StoredObject written = _store.Set(stored);
            // The parts of an upload that had to be copied together are not needed any more.
            if (draft.Content is CompositeContent parts && !ReferenceEquals(parts, content))
                parts.Discard();
            return written;
        }
    }

    /// <summary>Deletes the current version: in a versioned bucket by a delete marker, otherwise for good.</summary>
    /// <returns>The delete marker that was written; null when none was.</returns>
    public StoredObject? Delete(string key)
    {
        lock (_gate)
        {
            if (Versioning == VersioningState.Off)
            {
                _store.Remove(key);
                return null;
            }
            DateTimeOffset now = _clock.GetUtcNow();
            return _store.Set(new StoredObject
            {
                Key = key,
                Content = MemoryContent.Empty,
                Digests = new ObjectDigests(MemoryContent.Empty, [], 0),
                IsDeleteMarker = true,
                LastModified = now,
                VersionId = Versioning == VersioningState.Enabled ? NewVersionId(now) : null,
                Older = OlderOf(_store.Find(key), now),
            });
        }
    }

    /// <summary>Removes one version for good.</summary>
    /// <returns>What was removed; null when there was no such version.</returns>
    public StoredObject? DeleteVersion(string key, string versionId)
    {
        lock (_gate)
        {
            List<StoredObject> versions = [.. Versions(key)];
            int at = versions.FindIndex(version => version.IsVersion(versionId));
            if (at < 0)
                return null;
            StoredObject removed = versions[at];
            versions.RemoveAt(at);
            Relink(key, versions);
            return removed;
        }
    }

    /// <summary>Changes what is known about one version; its bytes stay.</summary>
    /// <param name="key">The key.</param>
    /// <param name="versionId">The version; null for the current one.</param>
    /// <param name="change">Gives the changed record.</param>
    /// <returns>The changed record; null when there is no such version.</returns>
    public StoredObject? TryUpdate(string key, string? versionId, Func<StoredObject, StoredObject> change)
    {
        lock (_gate)
        {
            List<StoredObject> versions = [.. Versions(key)];
            int at = versionId is null ? 0 : versions.FindIndex(version => version.IsVersion(versionId));
            if (at < 0 || at >= versions.Count)
                return null;
            versions[at] = change(versions[at]);
            Relink(key, versions);
            return versions[at];
        }
    }

    /// <summary>Runs a reading over the objects under the bucket's lock, so that it sees one state.</summary>
    public T Read<T>(Func<ObjectCursor, T> reading)
    {
        lock (_gate)
            return reading(_store.OpenCursor());
    }

    /// <summary>Whether there is no object, no version and no delete marker.</summary>
    public bool IsEmpty() => Read(cursor => !cursor.MoveNext());

    private IEnumerable<StoredObject> Versions(string key)
    {
        for (StoredObject? version = _store.Find(key); version is not null; version = version.Older)
            yield return version;
    }

    private StoredObject? OlderOf(StoredObject? head, DateTimeOffset now)
    {
        if (head is null || Versioning == VersioningState.Off)
            return null;
        // A version without an id is replaced by the next one without an id, wherever it stands in the chain.
        StoredObject? older = Versioning == VersioningState.Enabled ? head : WithoutNullVersion(head);
        return older is { NoncurrentSince: null } ? older with { NoncurrentSince = now } : older;
    }

    private static StoredObject? WithoutNullVersion(StoredObject? version)
    {
        if (version is null)
            return null;
        if (version.VersionId is null)
            return version.Older;
        StoredObject? older = WithoutNullVersion(version.Older);
        return ReferenceEquals(older, version.Older) ? version : version with { Older = older };
    }

    private void Relink(string key, List<StoredObject> versions)
    {
        if (versions.Count == 0)
        {
            _store.Remove(key);
            return;
        }
        StoredObject? older = null;
        for (int i = versions.Count - 1; i >= 0; i--)
            older = versions[i] with { Older = older, NoncurrentSince = i == 0 ? null : versions[i].NoncurrentSince };
        _store.Replace(older!);
    }

    // Newer versions sort first where ids are compared, and ids of one instant differ by the counter.
    private string NewVersionId(DateTimeOffset now) => string.Create(
        CultureInfo.InvariantCulture,
        $"{long.MaxValue - now.UtcTicks:x16}{long.MaxValue - ++_versionCounter:x16}");

    private string? OpaqueETag(StoredObject draft) => ETagStyle switch
    {
        ETagStyle.Kms => draft.OpaqueETag ?? RandomETag(),
        // As Google Cloud Storage names what was not written in one piece.
        ETagStyle.Token when draft.OpaqueETag is not null => $"CJ{Convert.ToBase64String(RandomNumberGenerator.GetBytes(10))}",
        _ => draft.OpaqueETag,
    };

    private static string RandomETag() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));
}

/// <summary>Whether a bucket keeps old versions.</summary>
internal enum VersioningState
{
    /// <summary>Never switched on.</summary>
    Off,

    /// <summary>Every write makes a version.</summary>
    Enabled,

    /// <summary>Writes replace the null version; older versions stay.</summary>
    Suspended,
}

/// <summary>How ETags of objects written at once are made.</summary>
internal enum ETagStyle
{
    /// <summary>The MD5 of the bytes.</summary>
    Md5,

    /// <summary>32 hex digits that are no MD5, as with SSE-KMS.</summary>
    Kms,

    /// <summary>The MD5 of what was written in one piece; else a token that has nothing of a hash.</summary>
    Token,
}
