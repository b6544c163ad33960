namespace OssMigration.Sandboxes;

/// <summary>What a sandbox is started with.</summary>
/// <param name="S3Buckets">Buckets of the S3 side: <c>NAME</c>, <c>NAME=folder:PATH</c> or <c>NAME=synthetic:...</c>.</param>
/// <param name="OssBuckets">Buckets of the OSS side: <c>NAME</c> or <c>NAME=folder:PATH</c>.</param>
internal sealed record SandboxOptions(IReadOnlyList<string> S3Buckets, IReadOnlyList<string> OssBuckets)
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

        yield return "--parent";
        yield return Environment.ProcessId.ToString(System.Globalization.CultureInfo.InvariantCulture);
    }
}
