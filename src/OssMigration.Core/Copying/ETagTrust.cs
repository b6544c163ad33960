namespace OssMigration.Core.Copying;

/// <summary>
/// Learns whether the ETags of a source that have the form of an MD5 are the MD5 of the content. Encrypted stores (SSE-KMS)
/// give others of the same form, so one that does not fit proves nothing by itself: the content is read a second time. A
/// store whose ETags never fitted is not asked for second reads any more. Thread-safe.
/// </summary>
/// <param name="isUnencrypted">Whether the content comes over plain http, where the same wrong bytes may come twice: out of a cache on the way.</param>
internal sealed class ETagTrust(bool isUnencrypted)
{
    private const int EnoughEvidence = 16;

    private int _fitting;
    private int _unfitting;

    /// <summary>Whether contents are still held against such ETags.</summary>
    public bool IsWorthChecking => Volatile.Read(ref _fitting) > 0 || Volatile.Read(ref _unfitting) < EnoughEvidence;

    /// <summary>
    /// Whether content that came twice without having the MD5 of its ETag is taken for what the source holds. Over plain http only
    /// while no ETag of this source was an MD5.
    /// </summary>
    public bool TakesUnfitting => !isUnencrypted || Volatile.Read(ref _fitting) == 0;

    /// <summary>An ETag was the MD5 of its content.</summary>
    public void CountFitting() => Interlocked.Increment(ref _fitting);

    /// <summary>The same content came twice and its MD5 was not the ETag.</summary>
    public void CountUnfitting() => Interlocked.Increment(ref _unfitting);
}
