namespace OssMigration.Sandbox.Storage;

/// <summary>ETags of listed objects; where a file changed since it was listed, the object as it is now.</summary>
internal static class ETags
{
    private const int Attempts = 5;

    /// <summary>The object and its ETag; null when the object is gone or keeps changing.</summary>
    public static (StoredObject Object, string ETag)? Read(Bucket bucket, StoredObject listed)
    {
        StoredObject? current = listed;
        for (int attempt = 0; attempt < Attempts && current is { IsDeleteMarker: false }; attempt++)
        {
            try
            {
                return (current, current.ETag);
            }
            catch (ContentChangedException)
            {
                current = bucket.Find(listed.Key);
            }
        }
        return null;
    }
}
