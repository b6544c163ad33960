namespace OssMigration.Stores.S3.Providers;

/// <summary>
/// A server of whom only the API is known. What differs is found out by what it answers, and remembered as long as the store is open:
/// whether ListObjectsV2 is understood (refused, or answered by the first ListObjects), whether a listing starts after a key (the first key
/// tells), by which of the two it does, and whether names come encoded. Whether ETags are the MD5 of contents is learnt from the first of
/// them that are copied.
/// </summary>
internal static class AnyS3
{
    /// <summary>The facts.</summary>
    public static S3Provider Facts { get; } = new() { Name = "Generic", Title = "Any server that speaks S3: what differs is found out" };
}
