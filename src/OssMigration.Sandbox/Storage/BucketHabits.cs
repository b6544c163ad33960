namespace OssMigration.Sandbox.Storage;

/// <summary>In what a bucket of the S3 side is served otherwise than at AWS, as other providers and older servers do.</summary>
[Flags]
internal enum BucketHabits
{
    /// <summary>As at AWS.</summary>
    None = 0,

    /// <summary>list-type is taken for nothing: the first ListObjects answers.</summary>
    ListsV1Only = 1 << 0,

    /// <summary>ListObjectsV2 is refused with 501.</summary>
    RefusesListV2 = 1 << 1,

    /// <summary>The first ListObjects is refused with 501.</summary>
    RefusesListV1 = 1 << 2,

    /// <summary>A page of the first ListObjects always names the next marker.</summary>
    NamesMarkers = 1 << 3,

    /// <summary>start-after is taken for nothing.</summary>
    IgnoresStartAfter = 1 << 4,

    /// <summary>encoding-type is taken for nothing.</summary>
    IgnoresEncoding = 1 << 5,

    /// <summary>encoding-type is refused with 400.</summary>
    RefusesEncoding = 1 << 6,

    /// <summary>A continuation token is the last key itself.</summary>
    TokensAreKeys = 1 << 7,

    /// <summary>A bucket in the host is not known.</summary>
    PathOnly = 1 << 8,

    /// <summary>A bucket in the path is refused.</summary>
    VirtualHostOnly = 1 << 9,

    /// <summary>Headers of objects begin with x-cos-.</summary>
    CosWords = 1 << 10,

    /// <summary>Headers of objects begin with x-goog-.</summary>
    GoogWords = 1 << 11,

    /// <summary>Reads have x-cos-hash-crc64ecma.</summary>
    TellsCrc64 = 1 << 12,

    /// <summary>Reads have x-goog-hash.</summary>
    TellsHashes = 1 << 13,

    /// <summary>Objects with Content-Encoding: gzip are unpacked for whoever does not accept that.</summary>
    Unpacks = 1 << 14,

    /// <summary>Accept-Encoding is rewritten on the way, so that a signature over it does not hold.</summary>
    RewritesAcceptEncoding = 1 << 15,

    /// <summary>A signature for any region holds.</summary>
    TakesAnyRegion = 1 << 16,

    /// <summary>ARCHIVE is an archive, and a restore names its tier in CASJobParameters.</summary>
    CasRestore = 1 << 17,

    /// <summary>Lifecycle rules are of Action and Condition.</summary>
    LifecycleByConditions = 1 << 18,
}
