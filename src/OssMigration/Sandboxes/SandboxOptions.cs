using System.Globalization;

namespace OssMigration.Sandboxes;

/// <summary>What a sandbox is started with.</summary>
/// <param name="S3Buckets">Buckets of the S3 side: <c>NAME</c>, <c>NAME=folder:PATH</c> or <c>NAME=synthetic:...</c>.</param>
/// <param name="OssBuckets">Buckets of the OSS side: <c>NAME</c> or <c>NAME=folder:PATH</c>.</param>
/// <param name="Link">The line through which both sides can be reached too; null for none.</param>
internal sealed record SandboxOptions(IReadOnlyList<string> S3Buckets, IReadOnlyList<string> OssBuckets, SandboxLink? Link = null)
{
    /// <summary>The arguments of the sandbox program, which ends with this process. Nothing in them is secret.</summary>
    public IEnumerable<string> Arguments()
    {
        foreach (string bucket in S3Buckets)
        {
            yield return "--s3-bucket";
            yield return bucket;
        }

        foreach (string bucket in OssBuckets)
        {
            yield return "--oss-bucket";
            yield return bucket;
        }

        if (Link is not null)
        {
            yield return "--link";
            yield return string.Create(CultureInfo.InvariantCulture, $"{Link.BytesPerSecond}B/s,{Link.RoundTrip.TotalMilliseconds:0.###}ms");
        }

        yield return "--parent";
        yield return Environment.ProcessId.ToString(CultureInfo.InvariantCulture);
    }
}

/// <summary>A line to the world that all connections to both sides share.</summary>
/// <param name="BytesPerSecond">Its rate in each direction.</param>
/// <param name="RoundTrip">How long a question and its answer travel.</param>
internal sealed record SandboxLink(long BytesPerSecond, TimeSpan RoundTrip);
