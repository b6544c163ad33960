namespace OssMigration.Sandbox.Storage;

/// <summary>What a run of lifecycle rules did.</summary>
/// <param name="Deleted">Current objects that expired: removed, or hidden by a delete marker in a versioned bucket.</param>
/// <param name="DeletedVersions">Noncurrent versions removed.</param>
/// <param name="DeletedMarkers">Lone delete markers removed.</param>
/// <param name="Transitioned">Objects whose storage class changed.</param>
/// <param name="AbortedUploads">Multipart uploads aborted.</param>
internal sealed record LifecycleResult(
    long Deleted = 0, long DeletedVersions = 0, long DeletedMarkers = 0, long Transitioned = 0, long AbortedUploads = 0)
{
    /// <summary>The sums of both.</summary>
    public LifecycleResult Plus(LifecycleResult other) => new(
        Deleted + other.Deleted,
        DeletedVersions + other.DeletedVersions,
        DeletedMarkers + other.DeletedMarkers,
        Transitioned + other.Transitioned,
        AbortedUploads + other.AbortedUploads);
}

/// <summary>Executes the lifecycle document of a bucket as the store's daily run does, at a given time.</summary>
internal static class LifecycleRunner
{
    private const int BatchSize = 1000;

    /// <summary>Executes all enabled rules once.</summary>
    public static LifecycleResult Run(Bucket bucket, DateTimeOffset now)
    {
        if (!bucket.Documents.TryGetValue("lifecycle", out string? document))
            return new LifecycleResult();
        IReadOnlyList<LifecycleRule> rules = LifecycleRule.Parse(document);
        LifecycleResult result = AbortUploads(bucket, rules, now);
        KeyBound from = KeyBound.Start;
        while (true)
        {
            List<StoredObject> heads = bucket.Read(cursor => Batch(cursor, from));
            foreach (StoredObject head in heads)
                result = result.Plus(RunKey(bucket, rules, head, now));
            if (heads.Count < BatchSize)
                return result;
            from = KeyBound.After(heads[^1].Key);
        }
    }

    private static List<StoredObject> Batch(ObjectCursor cursor, KeyBound from)
    {
        var heads = new List<StoredObject>(BatchSize);
        cursor.Seek(from);
        while (heads.Count < BatchSize && cursor.MoveNext())
            heads.Add(cursor.Current);
        return heads;
    }

    private static LifecycleResult RunKey(Bucket bucket, IReadOnlyList<LifecycleRule> rules, StoredObject head, DateTimeOffset now)
    {
        LifecycleResult result = RunNoncurrent(bucket, rules, head, now);
        if (head.IsDeleteMarker)
        {
            bool isAlone = bucket.Find(head.Key) is { IsDeleteMarker: true, Older: null };
            if (!isAlone || !rules.Any(rule => rule.DropsLoneMarkers && head.Key.StartsWith(rule.Prefix, StringComparison.Ordinal)))
                return result;
            bucket.DeleteVersion(head.Key, head.VersionId ?? "null");
            return result with { DeletedMarkers = result.DeletedMarkers + 1 };
        }
        List<LifecycleRule> matching = [.. rules.Where(rule => rule.Matches(head))];
        // Deletion wins over transition, as in both stores.
        if (matching.Any(rule => rule.Expires(head, now)))
        {
            bucket.Delete(head.Key);
            return result with { Deleted = result.Deleted + 1 };
        }
        string? target = matching.Select(rule => rule.TransitionOf(head, now)).LastOrDefault(name => name is not null);
        if (target is null || !IsColder(target, head.StorageClass))
            return result;
        bucket.TryUpdate(head.Key, head.VersionId ?? "null", current => current with { StorageClass = target, Restore = null });
        return result with { Transitioned = result.Transitioned + 1 };
    }

    // A rule never brings an object back to a warmer class, in neither store.
    private static bool IsColder(string target, string? present) => Coldness(target) > Coldness(present);

    private static int Coldness(string? storageClass) => storageClass switch
    {
        null or "STANDARD" or "Standard" => 0,
        "STANDARD_IA" or "IA" => 1,
        "INTELLIGENT_TIERING" => 2,
        "ONEZONE_IA" => 3,
        "GLACIER_IR" => 4,
        "GLACIER" or "Archive" => 5,
        "ColdArchive" => 6,
        "DEEP_ARCHIVE" or "DeepColdArchive" => 7,
        _ => 0,
    };

    private static LifecycleResult RunNoncurrent(Bucket bucket, IReadOnlyList<LifecycleRule> rules, StoredObject head, DateTimeOffset now)
    {
        long deleted = 0;
        long transitioned = 0;
        int newer = 0;
        for (StoredObject? version = head.Older; version is not null; version = version.Older, newer++)
        {
            List<LifecycleRule> matching = [.. rules.Where(rule => rule.Matches(version))];
            if (matching.Any(rule => rule.ExpiresNoncurrent(version, newer, now)))
            {
                bucket.DeleteVersion(version.Key, version.VersionId ?? "null");
                deleted++;
                continue;
            }
            string? target = matching.Select(rule => rule.NoncurrentTransitionOf(version, now)).LastOrDefault(name => name is not null);
            if (target is null || version.IsDeleteMarker || !IsColder(target, version.StorageClass))
                continue;
            bucket.TryUpdate(version.Key, version.VersionId ?? "null", current => current with { StorageClass = target, Restore = null });
            transitioned++;
        }
        return new LifecycleResult(DeletedVersions: deleted, Transitioned: transitioned);
    }

    private static LifecycleResult AbortUploads(Bucket bucket, IReadOnlyList<LifecycleRule> rules, DateTimeOffset now)
    {
        long aborted = 0;
        foreach (MultipartUpload upload in bucket.Uploads.List())
        {
            if (!rules.Any(rule => rule.Aborts(upload, now)) || !bucket.Uploads.Close(upload))
                continue;
            foreach (UploadedPart part in upload.Parts())
                part.Content.Discard();
            aborted++;
        }
        return new LifecycleResult(AbortedUploads: aborted);
    }
}
