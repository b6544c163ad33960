using OssMigration.TestKit;

namespace OssMigration.EndToEnd.Tests.Faults;

/// <summary>What is under way when a fault comes.</summary>
internal enum MatrixScenario
{
    /// <summary>A first run over small objects and one in parts.</summary>
    Run,

    /// <summary>A run that finds everything at the destination and has no memory of having brought it.</summary>
    Found,

    /// <summary>A run that has begun one upload twice, because the answer to the first Initiate was lost.</summary>
    BegunTwice,

    /// <summary>A mirroring rule is set beside a foreign one.</summary>
    Website,

    /// <summary>The source's deletion is ordered, beside a foreign rule.</summary>
    Lifecycle,

    /// <summary>A run whose state is kept at a store.</summary>
    Snapshot,

    /// <summary>A first run, and what it writes to the disk.</summary>
    Disk,
}

/// <summary>An operation of the matrix: a column.</summary>
/// <param name="Name">As the table prints it.</param>
/// <param name="Side">Who is asked.</param>
/// <param name="Request">Its name in the sandbox.</param>
/// <param name="IsMeant">Which requests it is.</param>
/// <param name="Scenario">What is under way.</param>
/// <param name="Failing">How it shows when it fails for good: the run is stopped by it, or an object has failed.</param>
internal sealed record MatrixOperation(
    string Name, SandboxSide Side, string Request, Func<LineRequest, bool> IsMeant, MatrixScenario Scenario = MatrixScenario.Run, string Failing = "failed")
{
    private const string Stopped = "stopped";

    /// <summary>All of them, in the order of the matrix.</summary>
    public static IReadOnlyList<MatrixOperation> All { get; } =
    [
        new("list source", SandboxSide.S3, "ListObjectsV2", asked => asked.Has("list-type"), Failing: Stopped),
        new("list destination", SandboxSide.Oss, "ListObjectsV2", asked => asked.Has("list-type"), MatrixScenario.Found, Stopped),
        new("get", SandboxSide.S3, "GetObject", asked => asked is { Method: "GET", IsOfObject: true } && !IsLarge(asked)),
        new("get range", SandboxSide.S3, "GetObject", asked => asked is { Method: "GET", IsOfObject: true } && IsLarge(asked)),
        new("put", SandboxSide.Oss, "PutObject", asked => asked is { Method: "PUT", IsOfObject: true, Query: "" }),
        new("initiate", SandboxSide.Oss, "InitiateMultipartUpload", asked => asked.Method == "POST" && asked.Has("uploads")),
        new("part", SandboxSide.Oss, "UploadPart", asked => asked.Has("partNumber")),
        new("complete", SandboxSide.Oss, "CompleteMultipartUpload", asked => asked.Method == "POST" && asked.Has("uploadId")),
        new("abort", SandboxSide.Oss, "AbortMultipartUpload", asked => asked.Method == "DELETE" && asked.Has("uploadId"), MatrixScenario.BegunTwice),
        new("head source", SandboxSide.S3, "HeadObject", asked => asked is { Method: "HEAD", IsOfObject: true }),
        new("head destination", SandboxSide.Oss, "HeadObject", asked => asked is { Method: "HEAD", IsOfObject: true }, MatrixScenario.Found),
        new("read website", SandboxSide.Oss, "GetBucketWebsite", asked => asked.Method == "GET" && asked.Has("website"), MatrixScenario.Website, Stopped),
        new("write website", SandboxSide.Oss, "PutBucketWebsite", asked => asked.Method == "PUT" && asked.Has("website"), MatrixScenario.Website, Stopped),
        new("read lifecycle", SandboxSide.S3, "GetBucketLifecycleConfiguration", asked => asked.Method == "GET" && asked.Has("lifecycle"), MatrixScenario.Lifecycle, Stopped),
        new("write lifecycle", SandboxSide.S3, "PutBucketLifecycleConfiguration", asked => asked.Method == "PUT" && asked.Has("lifecycle"), MatrixScenario.Lifecycle, Stopped),
        new("snapshot", SandboxSide.Oss, "PutObject", asked => asked.Method == "PUT" && asked.Path.Contains($"/{CellBench.StatePrefix}", StringComparison.Ordinal), MatrixScenario.Snapshot, Stopped),
        new("journal", SandboxSide.Oss, "", _ => false, MatrixScenario.Disk, Stopped),
        new("manifest", SandboxSide.Oss, "", _ => false, MatrixScenario.Disk, Stopped),
    ];

    private static bool IsLarge(LineRequest asked) => asked.Path.EndsWith(CellBench.LargeKey, StringComparison.Ordinal);
}
