using System.Globalization;

namespace OssMigration.Sandbox.Oss.Wire;

/// <summary>
/// Every error the OSS side answers by itself, with status, code, wording and EC number where a published one is known
/// (EC pages of the OSS help; where none was found the element and the header are left out).
/// </summary>
internal static class OssErrors
{
    public static OssErrorException NoSuchBucket(string bucket) =>
        new OssErrorException(404, "NoSuchBucket", "The specified bucket does not exist.").With("BucketName", bucket).WithEc("0015-00000101");

    public static OssErrorException NoSuchKey(string key) =>
        new OssErrorException(404, "NoSuchKey", "The specified key does not exist.").With("Key", key).WithEc("0026-00000001");

    public static OssErrorException NoSuchVersion(string key, string versionId) =>
        new OssErrorException(404, "NoSuchVersion", "The specified version does not exist.").With("Key", key).With("VersionId", versionId);

    public static OssErrorException NoSuchUpload(string uploadId) =>
        new OssErrorException(404, "NoSuchUpload", "The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed.")
            .With("UploadId", uploadId);

    public static OssErrorException NoSuchWebsite(string bucket) =>
        new OssErrorException(404, "NoSuchWebsiteConfiguration", "The specified bucket does not have a website configuration.").With("BucketName", bucket);

    public static OssErrorException NoSuchLifecycle(string bucket) =>
        new OssErrorException(404, "NoSuchLifecycle", "No Row found in Lifecycle Table.").With("BucketName", bucket);

    public static OssErrorException InvalidArgument(string message, string? name = null, string? value = null)
    {
        OssErrorException error = new(400, "InvalidArgument", message);
        return name is null ? error : error.With("ArgumentName", name).With("ArgumentValue", value);
    }

    public static OssErrorException InvalidRequest(string message) => new(400, "InvalidRequest", message);

    public static OssErrorException InvalidBucketName(string bucket) =>
        new OssErrorException(400, "InvalidBucketName", "The specified bucket is not valid.").With("BucketName", bucket);

    public static OssErrorException InvalidObjectName(string key) =>
        new OssErrorException(400, "InvalidObjectName", "The specified object is not valid.").With("ObjectName", key);

    public static OssErrorException InvalidDigest(string provided) =>
        new OssErrorException(400, "InvalidDigest", "The Content-MD5 you specified was invalid.").With("Content-MD5", provided);

    public static OssErrorException InvalidCrc64(string provided, ulong computed) =>
        new OssErrorException(400, "InvalidCRC64", "The CRC64 you specified does not match what was received.")
            .With("ClientCRC64", provided).With("ServerCRC64", computed.ToString(CultureInfo.InvariantCulture));

    public static OssErrorException MissingContentLength() =>
        new(411, "MissingContentLength", "You must provide the Content-Length HTTP header.");

    public static OssErrorException MissingArgument(string name) =>
        new OssErrorException(400, "MissingArgument", "Missing Some Required Arguments.").With("ArgumentName", name);

    public static OssErrorException EntityTooLarge(long proposed, long maximum) =>
        new OssErrorException(400, "EntityTooLarge", "Your proposed upload exceeds the maximum allowed object size.")
            .With("MaxSizeAllowed", Number(maximum)).With("ProposedSize", Number(proposed));

    public static OssErrorException EntityTooSmall(int partNumber, long size, long minimum) =>
        new OssErrorException(400, "EntityTooSmall", "Your proposed upload is smaller than the minimum allowed object size.")
            .With("PartNumber", Number(partNumber)).With("ProposedSize", Number(size)).With("MinSizeAllowed", Number(minimum));

    public static OssErrorException MalformedXml() =>
        new(400, "MalformedXML", "The XML you provided was not well-formed or did not validate against our published schema.");

    public static OssErrorException InvalidPart(int partNumber) =>
        new OssErrorException(400, "InvalidPart", "One or more of the specified parts could not be found or the specified entity tag might not have matched the part's entity tag.")
            .With("PartNumber", Number(partNumber));

    public static OssErrorException InvalidPartOrder() =>
        new(400, "InvalidPartOrder", "The list of parts was not in ascending order. Parts list must specified in order by part number.");

    public static OssErrorException InvalidTag(string message) => new(400, "InvalidTag", message);

    public static OssErrorException NotImplemented(string header) =>
        new OssErrorException(400, "NotImplemented", "A header you provided implies functionality that is not implemented.").With("Header", header);

    public static OssErrorException OperationNotSupported(string message) => new(400, "OperationNotSupported", message);

    public static OssErrorException AccessDenied(string message) =>
        new OssErrorException(403, "AccessDenied", message).WithEc("0003-00000001");

    public static OssErrorException InvalidObjectState(string key) =>
        new OssErrorException(403, "InvalidObjectState", "The operation is not valid for the object's state").With("ObjectName", key);

    public static OssErrorException DeleteMarker(string key, string versionId) =>
        NoSuchKey(key).WithHeader("x-oss-delete-marker", "true").WithHeader("x-oss-version-id", versionId);

    public static OssErrorException MethodNotAllowed(string method, string resource) =>
        new OssErrorException(405, "MethodNotAllowed", "The specified method is not allowed against this resource.")
            .With("Method", method).With("ResourceType", resource).WithEc("0017-00000001");

    public static OssErrorException FileAlreadyExists(string key) =>
        new OssErrorException(409, "FileAlreadyExists", "The object you specified already exists and can not be overwritten.").With("Key", key);

    public static OssErrorException BucketAlreadyExists(string bucket) =>
        new OssErrorException(409, "BucketAlreadyExists", "The requested bucket name is not available. The bucket namespace is shared by all users of the system. Please select a different name and try again.")
            .With("BucketName", bucket);

    public static OssErrorException BucketNotEmpty(string bucket) =>
        new OssErrorException(409, "BucketNotEmpty", "The bucket has objects. Please delete them first.").With("BucketName", bucket);

    public static OssErrorException RestoreInProgress() =>
        new(409, "RestoreAlreadyInProgress", "The restore operation is in progress.");

    public static OssErrorException PositionNotEqualToLength(long length) =>
        new OssErrorException(409, "PositionNotEqualToLength", "Position is not equal to file length")
            .WithHeader("x-oss-next-append-position", Number(length));

    public static OssErrorException ObjectNotAppendable() => new(409, "ObjectNotAppendable", "The object is not appendable");

    public static OssErrorException PreconditionFailed(string condition) =>
        new OssErrorException(412, "PreconditionFailed", "At least one of the pre-conditions you specified did not hold.").With("Condition", condition);

    public static OssErrorException NotModified() => new(304, "NotModified", "The object was not modified.");

    public static OssErrorException InvalidRange(string range, long size) =>
        new OssErrorException(416, "InvalidRange", "The requested range cannot be satisfied.")
            .With("ActualObjectSize", Number(size)).With("RangeRequested", range).WithHeader("Content-Range", "bytes */" + Number(size));

    public static OssErrorException MirrorFailed(string message, string errorCode = "0041-00000101") =>
        new OssErrorException(424, "MirrorFailed", message).WithEc(errorCode);

    public static OssErrorException TooManyBuckets() =>
        new(400, "TooManyBuckets", "You have attempted to create more buckets than allowed.");

    public static OssErrorException PathStyleForbidden() =>
        new(403, "SecondLevelDomainForbidden", "The bucket you are attempting to access must be addressed using OSS third level domain.");

    public static OssErrorException UnknownHost() =>
        new(403, "NonStandardHostForbidden", "The host is neither an OSS domain nor bound to a bucket.");

    private static string Number(long value) => value.ToString(CultureInfo.InvariantCulture);
}
