using System.Text;
using System.Xml.Linq;
using OssMigration.Core.Stores;
using OssMigration.Stores.Http;

namespace OssMigration.Stores.Oss;

public sealed partial class OssStore : IBucketCreator
{
    private const string PrivateAcl = "private";

    /// <inheritdoc/>
    public async Task<BucketCreation?> FindBucketAsync(CancellationToken cancellationToken)
    {
        try
        {
            OssRequest get = Request(HttpMethod.Get, null).With("bucketInfo");
            using HttpAnswer answer = await _client.SendAsync(get, cancellationToken).ConfigureAwait(false);
            XElement root = await ReadXmlAsync(answer, get).ConfigureAwait(false);
            XElement info = root.Child("Bucket") ?? root;
            return new BucketCreation(info.Text("StorageClass"), info.Text("DataRedundancyType"), info.Child("AccessControlList")?.Text("Grant"));
        }
        catch (StoreException error) when (error.Kind == StoreErrorKind.NoSuchBucket)
        {
            return null;
        }
        catch (StoreException error) when (error.Kind == StoreErrorKind.AccessDenied)
        {
            throw Taken(error, "OSS does not let these keys look at a bucket of this name: it is somebody else's, or the keys lack oss:GetBucketInfo. Choose another name, or grant that right.");
        }
    }

    /// <inheritdoc/>
    public async Task CreateBucketAsync(BucketCreation creation, CancellationToken cancellationToken)
    {
        using MemoryStream? body = Configuration(creation);
        OssRequest put = Request(HttpMethod.Put, null, body ?? Stream.Null);
        if (body is not null)
            put.WithHeader("content-type", "application/xml");

        // Private is what OSS makes by itself. Sent to a bucket that came to be meanwhile, the header would change its ACL.
        if (creation.Acl is { } acl && acl != PrivateAcl)
            put.WithHeader("x-oss-acl", acl);
        try
        {
            using HttpAnswer answer = await _client.SendAsync(put, cancellationToken).ConfigureAwait(false);
        }
        catch (StoreException error) when (error.Kind == StoreErrorKind.AlreadyExists)
        {
            throw Taken(error, "The name is taken: names of buckets are shared by all users of OSS, and this one is somebody else's or a bucket of yours with other properties. Choose another name.");
        }
    }

    private static MemoryStream? Configuration(BucketCreation creation)
    {
        if (creation is { StorageClass: null, Redundancy: null })
            return null;
        XElement root = new("CreateBucketConfiguration");
        if (creation.StorageClass is { } storageClass)
            root.Add(new XElement("StorageClass", storageClass));
        if (creation.Redundancy is { } redundancy)
            root.Add(new XElement("DataRedundancyType", redundancy));
        return new MemoryStream(Encoding.UTF8.GetBytes(root.ToString(SaveOptions.DisableFormatting)));
    }

    private StoreException Taken(StoreException error, string message) => new(StoreErrorKind.AlreadyExists, DisplayName, message, error)
    {
        Code = error.Code,
        HttpStatus = error.HttpStatus,
        RequestId = error.RequestId,
    };
}
