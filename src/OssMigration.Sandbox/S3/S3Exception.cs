namespace OssMigration.Sandbox.S3;

/// <summary>An error answer of S3. It is thrown anywhere while a request is served and becomes the answer.</summary>
/// <param name="status">The HTTP status.</param>
/// <param name="code">The error code.</param>
/// <param name="message">The message.</param>
internal sealed class S3Exception(int status, string code, string message) : Exception(message)
{
    /// <summary>The HTTP status.</summary>
    public int Status => status;

    /// <summary>The error code.</summary>
    public string Code => code;

    /// <summary>Further elements of the answer.</summary>
    public IReadOnlyList<(string Name, string Value)> Details { get; init; } = [];

    /// <summary>Further headers of the answer.</summary>
    public IReadOnlyList<(string Name, string Value)> Headers { get; init; } = [];

    /// <summary>404 NoSuchKey.</summary>
    public static S3Exception NoSuchKey(string key) =>
        new(404, "NoSuchKey", "The specified key does not exist.") { Details = [("Key", key)] };

    /// <summary>404 NoSuchBucket.</summary>
    public static S3Exception NoSuchBucket(string bucket) =>
        new(404, "NoSuchBucket", "The specified bucket does not exist") { Details = [("BucketName", bucket)] };

    /// <summary>404 NoSuchUpload.</summary>
    public static S3Exception NoSuchUpload(string uploadId) =>
        new(404, "NoSuchUpload", "The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed.")
        {
            Details = [("UploadId", uploadId)],
        };

    /// <summary>403 AccessDenied.</summary>
    public static S3Exception AccessDenied(string message = "Access Denied") => new(403, "AccessDenied", message);

    /// <summary>400 InvalidArgument.</summary>
    public static S3Exception InvalidArgument(string message, string name, string value) =>
        new(400, "InvalidArgument", message) { Details = [("ArgumentName", name), ("ArgumentValue", value)] };

    /// <summary>400 InvalidRequest.</summary>
    public static S3Exception InvalidRequest(string message) => new(400, "InvalidRequest", message);

    /// <summary>400 MalformedXML.</summary>
    public static S3Exception MalformedXml() =>
        new(400, "MalformedXML", "The XML you provided was not well-formed or did not validate against our published schema");

    /// <summary>412 PreconditionFailed, with the header that failed.</summary>
    public static S3Exception PreconditionFailed(string condition) =>
        new(412, "PreconditionFailed", "At least one of the pre-conditions you specified did not hold") { Details = [("Condition", condition)] };

    /// <summary>501 NotImplemented.</summary>
    public static S3Exception NotImplemented(string what) =>
        new(501, "NotImplemented", $"A header or query you provided implies functionality that is not implemented: {what}");

    /// <summary>403 InvalidObjectState.</summary>
    public static S3Exception InvalidObjectState(string storageClass, string message) =>
        new(403, "InvalidObjectState", message) { Details = [("StorageClass", storageClass)] };
}
