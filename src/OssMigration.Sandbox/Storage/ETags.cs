namespace OssMigration.Sandbox.Storage;

/// <summary>ETags of listed objects; where a file changed since it was listed, the object as it is now.</summary>
internal static class ETags
{
    private const int Attempts = 5;

    /// <summary>The object and its ETag; null when the object is gone or keeps changing.</summary>
    public static (StoredObject Object, string ETag)? Read(Bucket bucket, StoredObject listed) =>
        Settle(bucket, listed) is { } settled ? (settled, settled.ETag) : null;

    /// <summary>The object with its ETag at hand, so that asking for it reads nothing; null when it is gone or keeps changing.</summary>
    public static StoredObject? Settle(Bucket bucket, StoredObject listed)
    {
        StoredObject? current = listed;
        for (int attempt = 0; attempt < Attempts && current is { IsDeleteMarker: false }; attempt++)
        {
            try
            {
                if (current.OpaqueETag is null)
                    _ = current.Digests.Md5;
                return current;
            }
            catch (ContentChangedException)
            {
                current = bucket.Find(listed.Key);
            }
        }
        return null;
    }
}
