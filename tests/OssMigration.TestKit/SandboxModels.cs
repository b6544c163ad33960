namespace OssMigration.TestKit;

/// <summary>A bucket to be made in the sandbox.</summary>
public sealed record SandboxBucket
{
    /// <summary>Its name; a new one unless given.</summary>
    public string Name { get; init; } = SandboxProcess.NewBucketName();

    /// <summary>A folder to serve in place, or null.</summary>
    public string? Folder { get; init; }

    /// <summary>A formula such as <c>flat,count=1000,size=10</c>, or null.</summary>
    public string? Synthetic { get; init; }

    /// <summary>Enabled, Suspended or null.</summary>
    public string? Versioning { get; init; }

    /// <summary>md5, kms or token; null for md5.</summary>
    public string? EtagStyle { get; init; }

    /// <summary>In what a bucket of the S3 side is served otherwise than at AWS, by the sandbox's names; null for nothing.</summary>
    public IReadOnlyList<string>? Habits { get; init; }

    /// <summary>A bucket as Amazon S3 serves it.</summary>
    public static SandboxBucket AsAmazonS3 => new();

    /// <summary>A bucket as a Ceph gateway serves it that has no domain for its buckets.</summary>
    public static SandboxBucket AsCeph => new() { Habits = ["pathOnly", "tokensAreKeys"] };

    /// <summary>A bucket as Google Cloud Storage serves it.</summary>
    public static SandboxBucket AsGoogleStorage => new()
    {
        EtagStyle = "token",
        Habits = ["googWords", "tellsHashes", "unpacks", "rewritesAcceptEncoding", "takesAnyRegion", "lifecycleByConditions"],
    };

    /// <summary>A bucket as Tencent COS serves it, in path or host.</summary>
    public static SandboxBucket AsTencentCos => new() { Habits = ["listsV1Only", "namesMarkers", "cosWords", "tellsCrc64", "casRestore", "takesAnyRegion"] };

    /// <summary>A bucket of a server that is older than ListObjectsV2 and than encoded names.</summary>
    public static SandboxBucket AsOldServer => new() { Habits = ["listsV1Only", "ignoresEncoding"] };

    /// <summary>A bucket of a server that lists from the start only, with ETags that are no MD5.</summary>
    public static SandboxBucket AsOddServer => new() { EtagStyle = "kms", Habits = ["ignoresStartAfter", "refusesListV1", "refusesEncoding"] };
}

/// <summary>A fault planned in the sandbox; the kinds are those of its admin API.</summary>
public sealed record SandboxFault
{
    /// <summary>s3 or oss.</summary>
    public required string Side { get; init; }

    /// <summary>The kind, for example status, resetInBody or dropKey.</summary>
    public required string Kind { get; init; }

    /// <summary>The operation (GetObject, ListObjectsV2, ...) or *.</summary>
    public string Operation { get; init; } = "*";

    /// <summary>Only for this key; null for any.</summary>
    public string? Key { get; init; }

    /// <summary>Only for keys that start with it; null for any.</summary>
    public string? KeyPrefix { get; init; }

    /// <summary>Fitting requests to let pass first.</summary>
    public int Skip { get; init; }

    /// <summary>How often it fires.</summary>
    public int Times { get; init; } = 1;

    /// <summary>Status of kind status.</summary>
    public int? Status { get; init; }

    /// <summary>Error code of kind status.</summary>
    public string? Code { get; init; }

    /// <summary>Further headers of kind status.</summary>
    public IReadOnlyDictionary<string, string>? Headers { get; init; }

    /// <summary>Bytes before a reset or cut.</summary>
    public long? AfterBytes { get; init; }

    /// <summary>Number of keys, or milliseconds, by kind.</summary>
    public string? Value { get; init; }

    /// <summary>How often it has fired.</summary>
    public int Fired { get; init; }

    internal bool IsSameAs(SandboxFault other) =>
        (Side, Kind, Operation, Key, KeyPrefix, Skip) == (other.Side, other.Kind, other.Operation, other.Key, other.KeyPrefix, other.Skip);
}

/// <summary>What the sandbox was asked for.</summary>
/// <param name="S3">The S3 side.</param>
/// <param name="Oss">The OSS side.</param>
public sealed record SandboxStatistics(SandboxSideStatistics S3, SandboxSideStatistics Oss);

/// <summary>What one side was asked for.</summary>
/// <param name="Requests">Requests by operation.</param>
/// <param name="BytesIn">Bytes of object bodies received.</param>
/// <param name="BytesOut">Bytes of object bodies sent.</param>
public sealed record SandboxSideStatistics(IReadOnlyDictionary<string, long> Requests, long BytesIn, long BytesOut)
{
    /// <summary>Requests of one operation.</summary>
    public long this[string operation] => Requests.GetValueOrDefault(operation);
}
