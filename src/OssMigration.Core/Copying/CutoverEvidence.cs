using OssMigration.Core.Comparing;
using OssMigration.Core.Manifests;
using OssMigration.Core.Stores;

namespace OssMigration.Core.Copying;

/// <summary>
/// Tells a write of the business after cut-over from everything else that may stand under a key: our own copy, an object
/// from before cut-over, and an older version of the source that the mirror fetched. The clean-up of the source may let the
/// first pass and must not let the others, so that what is not proved is none.
/// </summary>
/// <remarks>
/// It is a write of the business when the object carries no stamp of ours, OSS does not call it mirrored, it was written at
/// or after the moment (less the margin), and one of two things is known of the source: its present version is the one this
/// job proved at the destination before (so the destination changed, not the source); or it was written before the
/// destination's object by more than the margin, and is dated when it became visible, which a whole S3 object is (its ETag
/// has the form of an MD5) and neither a multipart object (dated at its initiation) nor a file (dated by whoever likes).
/// A mirrored object would then hold this very version.
/// </remarks>
/// <param name="Moment">The moment of cut-over.</param>
/// <param name="Margin">By how much the clocks may differ.</param>
internal sealed record CutoverEvidence(DateTimeOffset Moment, TimeSpan Margin)
{
    /// <summary>What the listings tell of contents that differ; <see cref="IsBusiness"/> decides.</summary>
    public bool MayBeBusiness(ObjectEntry source, SettledEntry? proved, ObjectEntry standing)
    {
        if (standing.LastModified < Moment - Margin)
            return false;
        return proved is null
            ? Identity.LooksLikeMd5(source.ETag) && source.LastModified + Margin <= standing.LastModified
            : proved.SourceVersion == source.Version && !Identity.SameETag(proved.DestinationETag, standing.ETag);
    }

    /// <summary>Whether the business wrote what stands there, given that its content is not the source's.</summary>
    public bool IsBusiness(ObjectEntry source, SettledEntry? proved, ObjectHead standing)
        => MayBeBusiness(source, proved, standing.Entry) && !standing.IsMirrored && !SourceStamp.IsOn(standing);
}
