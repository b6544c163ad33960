using System.Globalization;
using System.Xml.Linq;
using OssMigration.Sandbox.Storage;
using OssMigration.Sandbox.Wire;

namespace OssMigration.Sandbox.S3;

/// <summary>Archived objects: who may read them, and RestoreObject.</summary>
internal static class Archive
{
    /// <summary>The storage classes S3 knows.</summary>
    public static bool IsStorageClass(string name) => name is "STANDARD" or "REDUCED_REDUNDANCY" or "STANDARD_IA" or "ONEZONE_IA"
        or "INTELLIGENT_TIERING" or "GLACIER" or "DEEP_ARCHIVE" or "GLACIER_IR";

    /// <summary>Refuses to read an archived object that is not restored.</summary>
    /// <exception cref="S3Exception">403 InvalidObjectState.</exception>
    public static void CheckReadable(Bucket bucket, StoredObject stored, DateTimeOffset now)
    {
        if (IsArchived(bucket, stored) && stored.Restore?.IsReadable(now) != true)
            throw S3Exception.InvalidObjectState(stored.StorageClass!, "The operation is not valid for the object's storage class");
    }

    /// <summary>The x-amz-restore header; null when there is none.</summary>
    public static string? RestoreHeader(Bucket bucket, StoredObject stored, DateTimeOffset now)
    {
        if (!IsArchived(bucket, stored) || stored.Restore is not { } restore || now >= restore.ExpiresAt)
            return null;
        if (now < restore.ReadyAt)
            return "ongoing-request=\"true\"";
        return restore.ExpiresAt is { } expires
            ? $"ongoing-request=\"false\", expiry-date=\"{HttpTime.Format(expires)}\""
            : "ongoing-request=\"false\"";
    }

    /// <summary>POST ?restore: ready after the tier's time by the side's clock (1 minute, 3 or 5 hours; 12 and 48 from deep archive).</summary>
    public static async Task RestoreAsync(S3Request request)
    {
        StoredObject stored = request.FindObject();
        (XElement root, _) = await S3Body.ReadXmlAsync(request, "RestoreRequest");
        if (!IsArchived(request.Bucket, stored))
            throw S3Exception.InvalidObjectState(stored.StorageClass ?? "STANDARD", "Restore is not allowed for the object's current storage class");
        if (request.Has(BucketHabits.CasRestore) && root.Descendants().All(element => element.Name.LocalName != "CASJobParameters"))
            throw S3Exception.MalformedXml();
        string? days = Find(root, "Days");
        if (!int.TryParse(days, NumberStyles.None, CultureInfo.InvariantCulture, out int keep) || keep < 1)
            throw S3Exception.MalformedXml();
        DateTimeOffset now = request.Now;
        bool isReady = stored.Restore?.IsReadable(now) == true;
        if (!isReady && stored.Restore is { } ongoing && now < ongoing.ReadyAt)
            throw new S3Exception(409, "RestoreAlreadyInProgress", "Object restore is already in progress");
        DateTimeOffset ready = isReady ? stored.Restore!.ReadyAt : now + Duration(stored, Find(root, "Tier"));
        DateTimeOffset expires = (isReady ? now : ready).AddDays(keep);
        request.Bucket.TryUpdate(request.Key, request.VersionId, current => current with { Restore = new RestoreState(ready, expires) });
        await S3Answer.EmptyAsync(request, isReady ? 200 : 202);
    }

    private static bool IsArchived(Bucket bucket, StoredObject stored) => stored.StorageClass is "GLACIER" or "DEEP_ARCHIVE"
        || (stored.StorageClass is "ARCHIVE" or "MAZ_ARCHIVE" && (bucket.Habits & BucketHabits.CasRestore) != 0);

    private static string? Find(XElement root, string name) => root.Descendants().FirstOrDefault(element => element.Name.LocalName == name)?.Value;

    private static TimeSpan Duration(StoredObject stored, string? tier) => (stored.StorageClass, tier) switch
    {
        ("DEEP_ARCHIVE", "Expedited") => throw S3Exception.InvalidArgument("Expedited retrievals are not available for this storage class", "Tier", "Expedited"),
        ("DEEP_ARCHIVE", "Bulk") => TimeSpan.FromHours(48),
        ("DEEP_ARCHIVE", _) => TimeSpan.FromHours(12),
        (_, "Expedited") => TimeSpan.FromMinutes(1),
        (_, "Bulk") => TimeSpan.FromHours(5),
        _ => TimeSpan.FromHours(3),
    };
}
