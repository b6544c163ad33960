using System.Xml.Linq;
using OssMigration.Core.Jobs;
using OssMigration.Core.Reporting;
using OssMigration.Core.Stores;

namespace OssMigration.Core.Mirroring;

/// <summary>
/// Replaces the website configuration of a bucket: read again and compared, written, read and compared. OSS has no condition for
/// the write, so a change that somebody else makes between the second read and the write (milliseconds) is lost; one that comes
/// between the write and the last read is found and reported.
/// </summary>
internal sealed class WebsiteEdit(OpenedBucket bucket, TimeProvider time)
{
    private const int MostWrites = 3;
    private const int MostReadsAfter = 5;

    /// <summary>The configuration that stands; null for none.</summary>
    /// <exception cref="RefusedException">MirrorNotSupported.</exception>
    public async Task<XElement?> ReadAsync(CancellationToken cancellationToken)
    {
        IBucketDocuments documents = Documents();
        try
        {
            BucketDocument? document = await bucket.CallAsync(token => documents.ReadDocumentAsync(BucketDocumentKind.Website, token), cancellationToken).ConfigureAwait(false);
            return document?.Root;
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
        for (int attempt = 1; ; attempt++)
        {
            XElement? now = await ReadAsync(cancellationToken).ConfigureAwait(false);
            if (attempt > 1 && Differences(wanted, now).Count == 0)
                return;
            if (!XmlMeaning.IsSame(standing, now))
            {
                throw new RefusedException(
                    "MirrorDocumentChanged",
                    $"Somebody changed the website configuration of {bucket.DisplayName} meanwhile. Nothing was written.",
                    "Look at the rules that stand now and try again.");
            }

            try
            {
                await WriteAsync(wanted, cancellationToken).ConfigureAwait(false);
                break;
            }
            catch (StoreException error) when (error.IsRetryable && attempt < MostWrites)
            {
                // Not repeated blindly: it may have arrived, and somebody may have written since.
                await Task.Delay(TimeSpan.FromMilliseconds(500 * attempt), time, cancellationToken).ConfigureAwait(false);
            }
        }

        await VerifyAsync(standing, wanted, cancellationToken).ConfigureAwait(false);
    }

    private async Task WriteAsync(XElement? wanted, CancellationToken cancellationToken)
    {
        IBucketDocuments documents = Documents();
        if (wanted is null)
            await documents.DeleteDocumentAsync(BucketDocumentKind.Website, cancellationToken).ConfigureAwait(false);
        else
            await documents.WriteDocumentAsync(BucketDocumentKind.Website, new BucketDocument(new XElement(wanted), new Dictionary<string, string>()), cancellationToken).ConfigureAwait(false);
    }

    private async Task VerifyAsync(XElement? standing, XElement? wanted, CancellationToken cancellationToken)
    {
        IReadOnlyList<string> differences = [];
        for (int read = 1; read <= MostReadsAfter; read++)
        {
            XElement? now = await ReadAsync(cancellationToken).ConfigureAwait(false);
            differences = Differences(wanted, now);
            if (differences.Count == 0)
                return;
            // The old configuration may be answered for a moment by a server that has not heard of the new one.
            if (!XmlMeaning.IsSame(standing, now))
                break;
            if (read < MostReadsAfter)
                await Task.Delay(TimeSpan.FromMilliseconds(250 << read), time, cancellationToken).ConfigureAwait(false);
        }

        throw new RefusedException(
            "MirrorDocumentNotAsWritten",
            $"The website configuration of {bucket.DisplayName} was written, and reads otherwise just afterwards ({string.Join("; ", differences)}): somebody changed it in the same moment, or OSS did not take it as it was.",
            "Look at the rules that stand now (Get-OssMirrorRule) and set what is missing.");
    }

    private static IReadOnlyList<string> Differences(XElement? wanted, XElement? now) => (wanted, now) switch
    {
        (null, null) => [],
        (null, _) => ["it is there again"],
        (_, null) => ["it is not there"],
        _ => XmlMeaning.Differences(wanted, now),
    };

    private IBucketDocuments Documents() => bucket.Find<IBucketDocuments>() ?? throw NotSupported();

    private RefusedException NotSupported() => new("MirrorNotSupported", $"{bucket.DisplayName} has no mirroring rules: only a bucket of OSS has.", "Name the OSS end of the migration.");
}
