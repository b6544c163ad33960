using System.Xml.Linq;
using OssMigration.Core.Jobs;
using OssMigration.Core.Reporting;
using OssMigration.Core.Stores;

namespace OssMigration.Core.Mirroring;

/// <summary>The website configuration of a bucket, read and replaced (see <see cref="DocumentEditor"/>), and held against what was written.</summary>
internal sealed class WebsiteEdit(EngineEnvironment environment, OpenedBucket bucket)
{
    /// <summary>The configuration that stands; null for none.</summary>
    /// <exception cref="RefusedException">MirrorNotSupported.</exception>
    public async Task<XElement?> ReadAsync(CancellationToken cancellationToken)
    {
        try
        {
            return (await Editor().ReadAsync(cancellationToken).ConfigureAwait(false))?.Root;
        }
        catch (StoreException error) when (error.Kind == StoreErrorKind.NotSupported)
        {
            throw NotSupported();
        }
    }

    /// <summary>Replaces what a plan was made from by what it wants.</summary>
    /// <exception cref="RefusedException">MirrorDocumentChanged: nothing was written. MirrorDocumentNotAsWritten: it was.</exception>
    public async Task ReplaceAsync(XElement? standing, XElement? wanted, CancellationToken cancellationToken)
    {
        BucketDocument? now = await Editor().ReplaceAsync(Document(standing), Document(wanted), "MirrorDocumentChanged", cancellationToken).ConfigureAwait(false);
        IReadOnlyList<string> differences = Differences(wanted, now?.Root);
        if (differences.Count == 0)
            return;
        throw new RefusedException(
            "MirrorDocumentNotAsWritten",
            $"The website configuration of {bucket.DisplayName} was written, and reads otherwise just afterwards ({string.Join("; ", differences)}): somebody changed it in the same moment, or OSS did not take it as it was.",
            "Look at the rules that stand now (Get-OssMirrorRule) and set what is missing.");
    }

    private static BucketDocument? Document(XElement? root) => root is null ? null : new BucketDocument(root, new Dictionary<string, string>());

    private static IReadOnlyList<string> Differences(XElement? wanted, XElement? now) => (wanted, now) switch
    {
        (null, null) => [],
        (null, _) => ["it is there again"],
        (_, null) => ["it is not there"],
        _ => WrittenDocument.Differences(wanted, now),
    };

    private DocumentEditor Editor() => new(
        environment, bucket, bucket.Find<IBucketDocuments>() ?? throw NotSupported(), BucketDocumentKind.Website,
        isWritten: static (wanted, now) => Differences(wanted?.Root, now?.Root).Count == 0);

    private RefusedException NotSupported() => new("MirrorNotSupported", $"{bucket.DisplayName} has no mirroring rules: only a bucket of OSS has.", "Name the OSS end of the migration.");
}
