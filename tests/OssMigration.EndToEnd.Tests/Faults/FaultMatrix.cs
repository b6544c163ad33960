using OssMigration.TestKit;

namespace OssMigration.EndToEnd.Tests.Faults;

/// <summary>A cell of the matrix: what has to come of a fault at an operation, or why there is nothing to try.</summary>
/// <param name="Operation">The column.</param>
/// <param name="Fault">The row.</param>
/// <param name="Empty">Why there is nothing to try; null where there is.</param>
/// <param name="Passing">What has to come of it where it passes.</param>
/// <param name="Lasting">What has to come of it where it lasts. Without it, the same command has to be complete then.</param>
internal sealed record MatrixCell(MatrixOperation Operation, MatrixFault Fault, string? Empty, string Passing, string Lasting);

/// <summary>The matrix of faults and operations, as it is declared. The queue's part is QueueFaultMatrix, beside the tests with a broker.</summary>
internal static class FaultMatrix
{
    // A row each, a column for each of MatrixOperation.All. Letters are the reasons of Empty; + - = ! are explained in Cell.
    private const string Declared = """
        500                     + + + + + + + + - + + + + + + + n n
        500, Retry-After        + + + + + + + + - + + + + + + + n n
        502, no body            + + + + + + + + - + + + + + + + n n
        503                     + + + + + + + + - + + + + + + + n n
        503, Retry-After        + + + + + + + + - + + + + + + + n n
        503, qos-delay-time     v + v v + + + + - v + + + v v + n n
        504, no body            + + + + + + + + - + + + + + + + n n
        throttling code         + + + + + + + + - + + + + + + + n n
        reset before            + + + + + + + + - + + + + + + + n n
        reset in request        + + + + + + + + - + + + + + + + n n
        reset in answer         + + + + + + + + = + + + = + = + n n
        answer lost             + + + + + + + + = + + + = + = + n n
        silence                 + + + + + + + + - + + + + + + + n n
        silence in answer       + + + + + + + + = + + + = + = + n n
        trickle                 = = = = a = a = a a a = a = a a n n
        truncated answer        + + + + + + + + = + + + = + = + n n
        corrupted request       b b b b + b + ! b b b b + b + + n n
        corrupted answer        + + + l a + a + a a a + a + a a n n
        doubled request         b b b b + b + ! b b b b + b + + n n
        doubled answer          + + + + a + a + a a a + a + a a n n
        wrong CRC-64            k k k k + k + ! k k = k k k k = n n
        wrong ETag              = = + + = e ! = e + = e e e e = n n
        short page              = = p p p p p p p p p p p p p p n n
        empty page              + + p p p p p p p p p p p p p p n n
        repeated page           + + p p p p p p p p p p p p p p n n
        unordered page          = = p p p p p p p p p p p p p p n n
        page lacks a key        ! = p p p p p p p p p p p p p p n n
        clock off by an hour    = = = = = = = = = = = = = = = = n n
        clock drifts 20 min/s   = = = = = = = = = = = = = = = = n n
        token expired           t + t t + + + + + t + + + t t + n n
        token rotated           t = t t = = = = = t = = = t t = n n
        301 to another host     ! ! ! ! ! ! ! ! ! ! ! ! ! ! ! ! n n
        307 to another host     ! ! ! ! ! ! ! ! ! ! ! ! ! ! ! ! n n
        disk full               d d d d d d d d d d d d d d d d ! r
        disk fills              d d d d d d d d d d d d d d d d ! r
        disk read-only          d d d d d d d d d d d d d d d d ! !
        disk slow               d d d d d d d d d d d d d d d d = s
        """;

    private static readonly Dictionary<char, string> Reasons = new()
    {
        ['n'] = "no request goes over the network",
        ['d'] = "nothing is written to the disk",
        ['a'] = "the answer has no body",
        ['b'] = "the request has no body",
        ['p'] = "the answer is no page of a listing",
        ['k'] = "the answer has no CRC-64",
        ['e'] = "the answer has no ETag",
        ['v'] = "S3 has no such header",
        ['t'] = "the sandbox gives no temporary keys for S3; S3StoreAnswersTests does it by hand-made answers",
        ['l'] = "this source declares no checksum of a large object: only TLS protects its ranges on the line",
        ['r'] = "the journal, on the same disk and written with each segment, is the first to find no room",
        ['s'] = "nothing but a file system of our own makes one folder slow; the journal waits for the same disk",
    };

    // Where the error is of another kind than the row's, because another layer finds it.
    private static readonly Dictionary<(string Fault, string Operation), string> OtherKinds = new()
    {
        [("corrupted request", "complete")] = "InvalidRequest",
        [("doubled request", "complete")] = "InvalidRequest",
        [("corrupted request", "write website")] = "DigestMismatch",
        [("doubled request", "write website")] = "DigestMismatch",
        [("corrupted request", "write lifecycle")] = "DigestMismatch",
        [("doubled request", "write lifecycle")] = "DigestMismatch",
        [("corrupted answer", "get")] = "Integrity",
        [("doubled answer", "get")] = "ChangingAtSource",
        [("wrong ETag", "get")] = "ChangingAtSource",
        [("wrong ETag", "get range")] = "ChangingAtSource",
        [("wrong ETag", "head source")] = "ChangingAtSource",
        [("wrong ETag", "part")] = "InvalidRequest",
        [("page lacks a key", "list source")] = "The counts do not agree",
        [("disk fills", "journal")] = "StoreLocalDisk",
    };

    /// <summary>The rows.</summary>
    public static IReadOnlyList<MatrixFault> Faults { get; } =
    [
        new("500", "ServerError") { OnLine = LineFault.Answer(500, "InternalError") },
        new("500, Retry-After", "ServerError") { OnLine = LineFault.Answer(500, "InternalError", "Retry-After: 2") },
        new("502, no body", "ServerError") { OnLine = LineFault.Answer(502, null) },
        new("503", "Throttled") { OnLine = LineFault.Answer(503, "ServiceUnavailable") },
        new("503, Retry-After", "Throttled") { OnLine = LineFault.Answer(503, "SlowDown", "Retry-After: 2") },
        new("503, qos-delay-time", "Throttled") { OnLineToOss = LineFault.Answer(503, "DownloadTrafficRateLimitExceeded", "x-oss-qos-delay-time: 1500") },
        new("504, no body", "ServerError") { OnLine = LineFault.Answer(504, null) },
        new("throttling code", "Throttled") { OnLine = LineFault.Answer(429, "TooManyRequests"), OnLineToOss = LineFault.Answer(429, "QpsLimitExceeded") },
        new("reset before", "Network") { OnLine = LineFault.ResetBefore },
        new("reset in request", "Network") { OnLine = LineFault.ResetInRequest },
        new("reset in answer", "Network") { OnLine = LineFault.ResetInAnswer },
        new("answer lost", "Network") { OnLine = LineFault.ResetAfter },
        new("silence", "Network") { OnLine = LineFault.Silence, Times = 1 },
        new("silence in answer", "Network") { OnLine = LineFault.SilenceInAnswer, Times = 1 },
        new("trickle", "") { OnLine = LineFault.Trickle, Times = 1 },
        new("truncated answer", "Network") { OnLine = LineFault.Truncate },
        new("corrupted request", "Integrity") { OnLine = LineFault.CorruptRequest },
        new("corrupted answer", "ServerError") { OnLine = LineFault.CorruptAnswer },
        new("doubled request", "Integrity") { OnLine = LineFault.DoubleRequest },
        new("doubled answer", "ServerError") { OnLine = LineFault.DoubleAnswer },
        new("wrong CRC-64", "Integrity") { InSandbox = "wrongCrc", Times = 1 },
        new("wrong ETag", "Integrity") { InSandbox = "wrongETag", Times = 1 },
        new("short page", "") { InSandbox = "shortPage", Times = 1, Value = "3" },
        new("empty page", "Listing") { InSandbox = "emptyPage", Times = 1 },
        new("repeated page", "Listing") { InSandbox = "repeatPage", Times = 1 },
        new("unordered page", "") { InSandbox = "unorderedPage", Times = 1 },
        new("page lacks a key", "Listing") { InSandbox = "dropKey", Times = 1 },
        new("clock off by an hour", "") { ClockOffset = TimeSpan.FromHours(1) },
        new("clock drifts 20 min/s", "") { ClockDrift = TimeSpan.FromMinutes(20) },
        new("token expired", "Credential") { OnLineToOss = LineFault.Answer(403, "SecurityTokenExpired"), RotatesToken = true, Times = 1 },
        new("token rotated", "") { RotatesToken = true },
        new("301 to another host", "WrongRegion") { OnLine = LineFault.Answer(301, "PermanentRedirect", $"Location: {Decoy.Address}") },
        new("307 to another host", "WrongRegion") { OnLine = LineFault.Answer(307, "TemporaryRedirect", $"Location: {Decoy.Address}") },
        new("disk full", "LocalDisk") { OnDisk = DiskFault.Full },
        new("disk fills", "LocalDisk") { OnDisk = DiskFault.Fills },
        new("disk read-only", "LocalDisk") { OnDisk = DiskFault.ReadOnly },
        new("disk slow", "") { OnDisk = DiskFault.Slow },
    ];

    /// <summary>All cells, row by row.</summary>
    /// <exception cref="InvalidOperationException">A row or a column is missing in what is declared.</exception>
    public static IReadOnlyList<MatrixCell> Cells()
    {
        string[] lines = Declared.Split('\n');
        if (!lines.Select(line => line[..24].Trim()).SequenceEqual(Faults.Select(fault => fault.Name)))
            throw new InvalidOperationException("The declared rows are not the faults.");
        return [.. lines.Zip(Faults).SelectMany(row => Row(row.First[24..].Split(' '), row.Second))];
    }

    private static IEnumerable<MatrixCell> Row(string[] signs, MatrixFault fault) => signs.Length == MatrixOperation.All.Count
        ? signs.Zip(MatrixOperation.All).Select(column => Cell(column.First[0], column.Second, fault))
        : throw new InvalidOperationException($"The row '{fault.Name}' has {signs.Length} columns.");

    private static MatrixCell Cell(char sign, MatrixOperation operation, MatrixFault fault)
    {
        string kind = OtherKinds.GetValueOrDefault((fault.Name, operation.Name), fault.Reason);
        string failing = $"{(fault.StopsRun ? "stopped" : operation.Failing)}: {kind}";
        return sign switch
        {
            // What passes is got over by trying again; what lasts ends in a failure that says what it was.
            '+' => new MatrixCell(operation, fault, null, CellScenario.Complete, failing),

            // Everything arrives, and what could not be cleared away is left to the next run.
            '-' => new MatrixCell(operation, fault, null, CellScenario.Complete, "1 open uploads"),

            // It does no harm, for as long as it lasts.
            '=' => new MatrixCell(operation, fault, null, CellScenario.Complete, CellScenario.Complete),

            // Trying again would be wrong or useless: the first one fails.
            '!' => new MatrixCell(operation, fault, null, failing, failing),
            _ => new MatrixCell(operation, fault, Reasons[sign], "", ""),
        };
    }
}
