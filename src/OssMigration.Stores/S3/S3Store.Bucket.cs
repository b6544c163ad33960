using System.Globalization;
using System.Xml.Linq;
using Amazon.S3.Model;
using OssMigration.Core.Stores;
using OssMigration.Stores.Http;

namespace OssMigration.Stores.S3;

public sealed partial class S3Store
{
    /// <inheritdoc/>
    public async Task<IReadOnlyList<OpenUpload>> ListUploadsAsync(string keyPrefix, CancellationToken cancellationToken)
    {
        List<OpenUpload> open = [];
        string? keyMarker = null, idMarker = null;
        do
        {
            S3Request list = BucketRequest(
                ("uploads", ""),
                // Not url-encoded: Ceph RGW 16 encodes here without saying so. XML escapes what a key needs.
                ("max-uploads", "1000"),
                ("prefix", keyPrefix.Length > 0 ? keyPrefix : null),
                ("key-marker", keyMarker),
                ("upload-id-marker", idMarker));
            XElement page = await LoadAsync(list, cancellationToken).ConfigureAwait(false);
            foreach (XElement upload in page.Elements().Where(element => element.Name.LocalName == "Upload"))
                open.Add(ReadUpload(upload));
            bool more = page.Text("IsTruncated") == "true";
            keyMarker = more ? page.Text("NextKeyMarker") : null;
            idMarker = more ? page.Text("NextUploadIdMarker") : null;
            if (more && string.IsNullOrEmpty(keyMarker))
                throw NotUnderstood(null);
        }
        while (keyMarker is not null);
        return open;
    }

    /// <inheritdoc/>
    public async Task<BucketFacts> InspectBucketAsync(CancellationToken cancellationToken)
    {
        string? region = await AskAsync<string?>(RegionAsync, null, cancellationToken).ConfigureAwait(false);
        BucketVersioning versioning = await AskAsync(VersioningAsync, BucketVersioning.Unknown, cancellationToken).ConfigureAwait(false);
        return new BucketFacts(region, versioning, null);
    }

    private static async Task<T> AskAsync<T>(Func<CancellationToken, Task<T>> ask, T unknown, CancellationToken cancellationToken)
    {
        try
        {
            return await ask(cancellationToken).ConfigureAwait(false);
        }
        catch (StoreException error) when (error.Kind is StoreErrorKind.AccessDenied or StoreErrorKind.NotSupported or StoreErrorKind.InvalidRequest)
        {
            return unknown;
        }
    }

    private async Task<string?> RegionAsync(CancellationToken cancellationToken)
    {
        S3Request head = new(HttpMethod.Head, null, "", "");
        using (HttpAnswer answer = await _client.SendAsync(head, cancellationToken).ConfigureAwait(false))
        {
            if (answer.Header("x-amz-bucket-region") is { Length: > 0 } named)
                return named;
        }

        GetBucketLocationRequest request = new() { BucketName = S3Sdk.Bucket };
        GetBucketLocationResponse location =
            await CallAsync(null, amazon => amazon.GetBucketLocationAsync(request, cancellationToken)).ConfigureAwait(false);
        return location.Location?.Value switch
        {
            null or "" => "us-east-1",
            "EU" => "eu-west-1",
            string region => region,
        };
    }

    private async Task<BucketVersioning> VersioningAsync(CancellationToken cancellationToken)
    {
        GetBucketVersioningRequest request = new() { BucketName = S3Sdk.Bucket };
        GetBucketVersioningResponse answer =
            await CallAsync(null, amazon => amazon.GetBucketVersioningAsync(request, cancellationToken)).ConfigureAwait(false);
        return answer.VersioningConfig?.Status?.Value switch
        {
            "Enabled" => BucketVersioning.Enabled,
            "Suspended" => BucketVersioning.Suspended,
            _ => BucketVersioning.Off,
        };
    }

    private async Task<XElement> LoadAsync(S3Request request, CancellationToken cancellationToken)
    {
        using HttpAnswer answer = await _client.SendAsync(request, cancellationToken).ConfigureAwait(false);
        using PooledBody body = await answer.ReadBodyAsync(MaxListBytes).ConfigureAwait(false);
        return AnswerXml.Load(body, DisplayName, null);
    }

    private OpenUpload ReadUpload(XElement upload)
    {
        string key = upload.Text("Key") ?? throw NotUnderstood(null);
        string id = upload.Text("UploadId") ?? throw NotUnderstood(null);
        DateTimeOffset.TryParse(
            upload.Text("Initiated"), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out DateTimeOffset initiated);
        return new OpenUpload(key, id, initiated);
    }
}
