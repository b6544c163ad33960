namespace OssMigration.Core.Copying;

/// <summary>
/// Learns whether the ETags of a source that have the form of an MD5 are the MD5 of the content. Encrypted stores (SSE-KMS)
/// give others of the same form, so one that does not fit proves nothing by itself: the content is read a second time. A
/// store whose ETags never fitted is not asked for second reads any more. Thread-safe.
/// </summary>
internal sealed class ETagTrust
{
    private const int EnoughEvidence = 16;

    private int _fitting;
    private int _unfitting;

    /// <summary>Whether contents are still held against such ETags.</summary>
    public bool IsWorthChecking => Volatile.Read(ref _fitting) > 0 || Volatile.Read(ref _unfitting) < EnoughEvidence;

    /// <summary>An ETag was the MD5 of its content.</summary>
    public void CountFitting() => Interlocked.Increment(ref _fitting);

    /// <summary>The same content came twice and its MD5 was not the ETag.</summary>
    public void CountUnfitting() => Interlocked.Increment(ref _unfitting);
}
