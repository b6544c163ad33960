using System.Xml.Linq;
using OssMigration.Core.Stores;
using OssMigration.Stores.Http;

namespace OssMigration.Stores.Oss;

public sealed partial class OssStore
{
    /// <inheritdoc/>
    public async Task<BucketFacts> InspectBucketAsync(CancellationToken cancellationToken)
    {
        XElement? answer = await TryReadAsync("bucketInfo", cancellationToken).ConfigureAwait(false);
        if (answer is not null)
        {
            XElement info = answer.Child("Bucket") ?? answer;
            return new BucketFacts(Region(info.Text("Location")), Versioning(info.Text("Versioning")), info.Text("StorageClass"));
        }

        // Each of these is a right of its own, so one may be had without the other.
        XElement? location = await TryReadAsync("location", cancellationToken).ConfigureAwait(false);
        XElement? versioning = await TryReadAsync("versioning", cancellationToken).ConfigureAwait(false);
        return new BucketFacts(
            Region(location?.Value),
            versioning is null ? BucketVersioning.Unknown : Versioning(versioning.Text("Status")),
            StorageClass: null);
    }

    private static string? Region(string? location) =>
        string.IsNullOrWhiteSpace(location) ? null : OssEndpoint.NormalizeRegion(location);

    private static BucketVersioning Versioning(string? status) => status?.Trim() switch
    {
        null or "" => BucketVersioning.Off,
        "Enabled" => BucketVersioning.Enabled,
        "Suspended" => BucketVersioning.Suspended,
        _ => BucketVersioning.Unknown,
    };

    private async Task<XElement?> TryReadAsync(string subResource, CancellationToken cancellationToken)
    {
        try
        {
            OssRequest get = Request(HttpMethod.Get, null).With(subResource);
            using HttpAnswer answer = await _client.SendAsync(get, cancellationToken).ConfigureAwait(false);
            return await ReadXmlAsync(answer, get).ConfigureAwait(false);
        }
        catch (StoreException error) when (error.Kind is StoreErrorKind.AccessDenied or StoreErrorKind.NotSupported)
        {
            return null;
        }
    }
}
