using System.Text;
using OssMigration.Sandbox.Hosting;
using OssMigration.Sandbox.Storage;

namespace OssMigration.Sandbox.Oss.Lifecycle;

/// <summary>What one run of the lifecycle rules did.</summary>
/// <param name="Deleted">Objects deleted for good in buckets without versions, and null versions replaced.</param>
/// <param name="DeleteMarkersCreated">Current versions hidden by a delete marker.</param>
/// <param name="VersionsDeleted">Noncurrent versions deleted.</param>
/// <param name="DeleteMarkersRemoved">Delete markers with nothing behind them removed.</param>
/// <param name="UploadsAborted">Multipart uploads aborted.</param>
/// <param name="Transitioned">Versions moved to another storage class.</param>
internal sealed record LifecycleRunResult(
    int Deleted, int DeleteMarkersCreated, int VersionsDeleted, int DeleteMarkersRemoved, int UploadsAborted, int Transitioned)
{
    /// <summary>The sum of two runs.</summary>
    public static LifecycleRunResult operator +(LifecycleRunResult a, LifecycleRunResult b) => new(
        a.Deleted + b.Deleted,
        a.DeleteMarkersCreated + b.DeleteMarkersCreated,
        a.VersionsDeleted + b.VersionsDeleted,
        a.DeleteMarkersRemoved + b.DeleteMarkersRemoved,
        a.UploadsAborted + b.UploadsAborted,
        a.Transitioned + b.Transitioned);
}

/// <summary>Executes the lifecycle rules of OSS buckets against the side's clock, once, as the daily run of the service does.</summary>
internal static class LifecycleRunner
{
    /// <summary>The name under which a bucket keeps its rules.</summary>
    public const string DocumentName = "lifecycle";

    /// <summary>Runs the rules of all buckets of a side.</summary>
    public static LifecycleRunResult Run(Side side)
    {
        LifecycleRunResult sum = new(0, 0, 0, 0, 0, 0);
        foreach (Bucket bucket in side.Buckets.List())
            if (bucket.Documents.TryGetValue(DocumentName, out string? xml))
                sum += new BucketRun(bucket, LifecycleDocument.Parse(Encoding.UTF8.GetBytes(xml), allowOverlap: true), side.Clock.GetUtcNow()).Run();
        return sum;
    }

    private sealed class BucketRun(Bucket bucket, LifecycleDocument document, DateTimeOffset now)
    {
        private readonly List<LifecycleRule> _rules = [.. document.Rules.Where(rule => rule.Enabled)];
        private int _deleted;
        private int _markersCreated;
        private int _versionsDeleted;
        private int _markersRemoved;
        private int _aborted;
        private int _transitioned;

        public LifecycleRunResult Run()
        {
            foreach (StoredObject head in bucket.Read(Heads))
                Apply(head);
            foreach (MultipartUpload upload in bucket.Uploads.List())
                Apply(upload);
            return new LifecycleRunResult(_deleted, _markersCreated, _versionsDeleted, _markersRemoved, _aborted, _transitioned);
        }

        private static List<StoredObject> Heads(ObjectCursor cursor)
        {
            List<StoredObject> heads = [];
            cursor.Seek(KeyBound.Start);
            while (cursor.MoveNext())
                heads.Add(cursor.Current);
            return heads;
        }

        private void Apply(StoredObject head)
        {
            List<LifecycleRule> covering = [.. _rules.Where(rule => rule.Scope.Covers(head.Key, head.Size, head.Tags))];
            for (StoredObject? old = head.Older; old is not null; old = old.Older)
                ApplyToNoncurrent(old);
            if (covering.Count == 0)
                return;
            if (head.IsDeleteMarker)
            {
                RemoveLoneMarker(head, covering);
                return;
            }

            if (covering.Any(rule => rule.Expiration?.IsDue(head.LastModified, now) == true))
                Expire(head.Key);
            else
                Transition(head, covering.SelectMany(rule => rule.Transitions).Where(t => t.Age.IsDue(head.LastModified, now)));
        }

        private void Expire(string key)
        {
            if (bucket.Delete(key) is null)
                _deleted++;
            else
                _markersCreated++;
        }

        private void RemoveLoneMarker(StoredObject marker, List<LifecycleRule> covering)
        {
            StoredObject? current = bucket.Find(marker.Key);
            bool alone = current is { IsDeleteMarker: true, Older: null };
            bool due = covering.Any(rule => rule.ExpiredObjectDeleteMarker || rule.Expiration?.IsDue(marker.LastModified, now) == true);
            if (alone && due && bucket.DeleteVersion(marker.Key, marker.VersionId ?? "null") is not null)
                _markersRemoved++;
        }

        private void ApplyToNoncurrent(StoredObject old)
        {
            DateTimeOffset since = old.NoncurrentSince ?? old.LastModified;
            List<LifecycleRule> covering = [.. _rules.Where(rule => rule.Scope.Covers(old.Key, old.Size, old.Tags))];
            if (covering.Any(rule => rule.NoncurrentExpirationDays is { } days && now >= since.AddDays(days)))
            {
                if (bucket.DeleteVersion(old.Key, old.VersionId ?? "null") is not null)
                    _versionsDeleted++;
            }
            else if (!old.IsDeleteMarker)
            {
                Transition(old, covering.SelectMany(rule => rule.NoncurrentTransitions).Where(t => t.Age.IsDue(since, now)));
            }
        }

        private void Transition(StoredObject version, IEnumerable<LifecycleTransition> due)
        {
            LifecycleTransition? coldest = due.MaxBy(t => Coldness(t.StorageClass));
            if (coldest is null || Coldness(coldest.StorageClass) <= Coldness(version.StorageClass))
                return;
            if (bucket.TryUpdate(version.Key, version.VersionId ?? "null", o => o with { StorageClass = coldest.StorageClass, Restore = null }) is not null)
                _transitioned++;
        }

        private void Apply(MultipartUpload upload)
        {
            // Tags do not count for uploads: there is no object yet that could have them.
            bool due = _rules.Any(rule => rule.AbortMultipartUpload?.IsDue(upload.Initiated, now) == true
                && upload.Draft.Key.StartsWith(rule.Scope.Prefix, StringComparison.Ordinal));
            if (!due || !bucket.Uploads.Close(upload))
                return;
            foreach (UploadedPart part in upload.Parts())
                part.Content.Discard();
            _aborted++;
        }

        private static int Coldness(string? storageClass) => storageClass switch
        {
            "IA" => 1,
            "Archive" => 2,
            "ColdArchive" => 3,
            "DeepColdArchive" => 4,
            _ => 0,
        };
    }
}
