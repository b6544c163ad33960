using OssMigration.Core.Journal;
using OssMigration.Core.Manifests;

namespace OssMigration.Core.Jobs;

/// <summary>The manifest of a job as its journal names it.</summary>
internal static class JobManifest
{
    /// <summary>The given segments as one stream; an unsealed one up to its committed length.</summary>
    public static MergedManifest Open(JobFolder folder, IReadOnlyList<SegmentRow> segments, bool givesForgotten = false) => new(
        [.. segments.Select(segment => new ManifestSegmentReader(
            Path.Combine(folder.Manifests, segment.Name), segment.IsSealed ? null : segment.CommittedLength))])
    {
        GivesForgotten = givesForgotten,
    };
}
