using OssMigration.Core.Jobs;
using OssMigration.Core.Reporting;
using OssMigration.Core.Stores;

namespace OssMigration.Core.Mirroring;

/// <summary>What a test of a mirroring rule found.</summary>
public enum MirrorTestCause
{
    /// <summary>The object came through OSS with the same bytes.</summary>
    None,

    /// <summary>No rule of the bucket covers the key.</summary>
    NoRule,

    /// <summary>There is no object that is only at the source, so nothing could be fetched. Not a failure of the rule, and no proof either.</summary>
    NothingToFetch,

    /// <summary>The origin refused OSS (403): wrong or missing MirrorAuth, or no right to read.</summary>
    OriginDenied,

    /// <summary>The origin does not have the object (404): wrong origin URL, bucket or prefix.</summary>
    OriginNotFound,

    /// <summary>The origin took longer than the 10 seconds that OSS waits.</summary>
    OriginTimeout,

    /// <summary>The origin's name does not resolve, or nothing answers there.</summary>
    OriginUnreachable,

    /// <summary>OSS answered 424 MirrorFailed for another reason; the message has it.</summary>
    MirrorFailed,

    /// <summary>The bucket has versioning, which excludes mirroring.</summary>
    Versioning,

    /// <summary>The origin is private and the rule has no MirrorAuth.</summary>
    PrivateOriginWithoutKeys,

    /// <summary>Bytes came, but not those of the source.</summary>
    ContentDiffers,

    /// <summary>GET works, but HEAD does not although the rule allows it.</summary>
    HeadNotServed,

    /// <summary>OSS answered otherwise; the message has it.</summary>
    Other,
}

/// <summary>What to test.</summary>
public sealed record MirrorTestRequest
{
    /// <summary>Objects come from here.</summary>
    public required StoreAddress Source { get; init; }

    /// <summary>The bucket with the rule.</summary>
    public required StoreAddress Destination { get; init; }

    /// <summary>The key to fetch, relative to the prefixes; null to look for one that is only at the source.</summary>
    public string? Key { get; init; }

    /// <summary>Only objects whose keys, relative to the prefixes, begin with it are looked for or made; empty for all.</summary>
    public string KeyPrefix { get; init; } = "";

    /// <summary>
    /// True: where there is no such object, a small one is put at the source (which needs the right to write there), fetched, and
    /// removed at both ends.
    /// </summary>
    public bool CreateProbe { get; init; }

    /// <summary>Keys given by hand.</summary>
    public RunCredentials Credentials { get; init; } = RunCredentials.None;
}

/// <summary>The result of a test of a mirroring rule.</summary>
public sealed record MirrorTest
{
    /// <summary>True when the object came through OSS with the source's bytes, by GET and, where the rule allows it, by HEAD.</summary>
    public bool Succeeded => Cause == MirrorTestCause.None;

    /// <summary>Why not; None when it did.</summary>
    public required MirrorTestCause Cause { get; init; }

    /// <summary>The sentence for people: what was fetched, or what failed and how to mend it.</summary>
    public required string Message { get; init; }

    /// <summary>How a test that found nothing to fetch can find something, in the parameters of Test-OssMirrorRule; null otherwise.</summary>
    public string? Advice { get; init; }

    /// <summary>The key that was fetched, relative to the prefixes; null where there was none.</summary>
    public string? Key { get; init; }

    /// <summary>Bytes that came through OSS.</summary>
    public long Bytes { get; init; }

    /// <summary>How long the GET took.</summary>
    public TimeSpan Duration { get; init; }

    /// <summary>When.</summary>
    public DateTimeOffset TestedAt { get; init; }
}

/// <summary>Proves mirroring rules by fetching an object through them.</summary>
public interface IMirrorTester
{
    /// <summary>Runs the test. What fails is the result, not an exception, except where a store cannot be used at all.</summary>
    /// <exception cref="StoreException">Wrong credential, no such bucket.</exception>
    Task<MirrorTest> TestAsync(MirrorTestRequest request, IRunListener listener, CancellationToken cancellationToken);
}
