using Amazon.S3.Model;
using OssMigration.Core.Fidelity;
using OssMigration.Core.Stores;
using InitiateRequest = OssMigration.Core.Stores.InitiateRequest;
using UploadPartRequest = OssMigration.Core.Stores.UploadPartRequest;

namespace OssMigration.Stores.S3;

public sealed partial class S3Store
{
    // What S3 itself notes for an object that came without a type. The SDK would guess one from the key.
    private const string DefaultContentType = "binary/octet-stream";

    /// <inheritdoc/>
    public async Task<PutResult> PutAsync(PutRequest request, CancellationToken cancellationToken)
    {
        RefuseUnwritable(request.Key, request.Body.Length);
        PutObjectRequest put = new()
        {
            BucketName = S3Sdk.Bucket,
            Key = S3Sdk.Key(request.Key),
            InputStream = request.Body,
            AutoCloseStream = false,
            UseChunkEncoding = false,
            IfNoneMatch = request.ForbidOverwrite ? "*" : null,
            MD5Digest = request.Md5 is { } md5 ? Convert.ToBase64String(Convert.FromHexString(md5)) : null,
        };
        Fill(put.Headers, put.Metadata, request.Metadata);
        if (request.Metadata.Settings is { } settings)
            (put.TagSet, put.CannedACL, put.StorageClass, put.ServerSideEncryptionMethod) = (Tags(settings), settings.Acl, settings.StorageClass, settings.Encryption);
        PutObjectResponse answer = await CallAsync(request.Key, amazon => amazon.PutObjectAsync(put, cancellationToken)).ConfigureAwait(false);
        return Result(answer.ETag, request.Key);
    }

    /// <inheritdoc/>
    public async Task DeleteAsync(string key, CancellationToken cancellationToken)
    {
        RefuseUnwritable(key, 0);
        DeleteObjectRequest delete = new() { BucketName = S3Sdk.Bucket, Key = S3Sdk.Key(key) };
        try
        {
            await CallAsync(key, amazon => amazon.DeleteObjectAsync(delete, cancellationToken)).ConfigureAwait(false);
        }
        catch (StoreException error) when (error.Kind == StoreErrorKind.NotFound)
        {
            // Some servers mind.
        }
    }

    /// <inheritdoc/>
    /// <remarks>S3 knows no forbid-overwrite here; it is obeyed by Complete.</remarks>
    public async Task<string> InitiateAsync(InitiateRequest request, CancellationToken cancellationToken)
    {
        RefuseUnwritable(request.Key, 0);
        InitiateMultipartUploadRequest initiate = new() { BucketName = S3Sdk.Bucket, Key = S3Sdk.Key(request.Key) };
        Fill(initiate.Headers, initiate.Metadata, request.Metadata);
        InitiateMultipartUploadResponse answer =
            await CallAsync(request.Key, amazon => amazon.InitiateMultipartUploadAsync(initiate, cancellationToken)).ConfigureAwait(false);
        return answer.UploadId is { Length: > 0 } id ? id : throw NotUnderstood(request.Key);
    }

    /// <inheritdoc/>
    public async Task<UploadedPart> UploadPartAsync(UploadPartRequest request, CancellationToken cancellationToken)
    {
        RefuseUnwritable(request.Key, 0);
        long size = request.Body.Length;
        Amazon.S3.Model.UploadPartRequest part = new()
        {
            BucketName = S3Sdk.Bucket,
            Key = S3Sdk.Key(request.Key),
            UploadId = request.UploadId,
            PartNumber = request.Number,
            InputStream = request.Body,
            PartSize = size,
            UseChunkEncoding = false,
        };
        request.Body.Position = 0;
        UploadPartResponse answer = await CallAsync(request.Key, amazon => amazon.UploadPartAsync(part, cancellationToken)).ConfigureAwait(false);
        return new UploadedPart(request.Number, Result(answer.ETag, request.Key).ETag, null, size);
    }

    /// <inheritdoc/>
    public async Task<PutResult> CompleteAsync(CompleteRequest request, CancellationToken cancellationToken)
    {
        RefuseUnwritable(request.Key, 0);
        CompleteMultipartUploadRequest complete = new()
        {
            BucketName = S3Sdk.Bucket,
            Key = S3Sdk.Key(request.Key),
            UploadId = request.UploadId,
            PartETags = [.. request.Parts.Select(part => new PartETag(part.Number, $"\"{part.ETag}\""))],
            IfNoneMatch = request.ForbidOverwrite ? "*" : null,
        };
        CompleteMultipartUploadResponse answer =
            await CallAsync(request.Key, amazon => amazon.CompleteMultipartUploadAsync(complete, cancellationToken)).ConfigureAwait(false);
        if (answer.ETag?.Trim('"') is { Length: > 0 })
            return Result(answer.ETag, request.Key);
        // Ceph RGW 16 leaves it out.
        ObjectHead? head = await HeadAsync(request.Key, cancellationToken).ConfigureAwait(false);
        return Result(head?.Entry.ETag, request.Key);
    }

    /// <inheritdoc/>
    public async Task AbortAsync(string key, string uploadId, CancellationToken cancellationToken)
    {
        RefuseUnwritable(key, 0);
        AbortMultipartUploadRequest abort = new() { BucketName = S3Sdk.Bucket, Key = S3Sdk.Key(key), UploadId = uploadId };
        try
        {
            await CallAsync(key, amazon => amazon.AbortMultipartUploadAsync(abort, cancellationToken)).ConfigureAwait(false);
        }
        catch (StoreException error) when (error.Kind is StoreErrorKind.NoSuchUpload or StoreErrorKind.NotFound)
        {
            // Gone already.
        }
    }

    private static void Fill(HeadersCollection headers, MetadataCollection user, ObjectMetadata metadata)
    {
        headers.ContentType = metadata.ContentType ?? DefaultContentType;
        Set("Cache-Control", metadata.CacheControl);
        Set("Content-Disposition", metadata.ContentDisposition);
        Set("Content-Encoding", metadata.ContentEncoding);
        Set("Content-Language", metadata.ContentLanguage);
        Set("Expires", metadata.Expires);
        foreach ((string name, string value) in metadata.User)
            user["x-amz-meta-" + name] = value;

        void Set(string name, string? value)
        {
            if (value is not null)
                headers[name] = value;
        }
    }

    private static List<Tag>? Tags(ObjectSettings settings) => settings.Tags is null ? null : [.. settings.Tags.Select(tag => new Tag { Key = tag.Key, Value = tag.Value })];

    private Task<T> CallAsync<T>(string? key, Func<Amazon.S3.AmazonS3Client, Task<T>> call) => _sdk.Value.CallAsync(DisplayName, key, call);

    private void RefuseUnwritable(string key, long size)
    {
        RefuseKey(key, size);
        if (!IsUnicode(key))
            throw NoUnicode(key, null);
    }

    private static bool IsUnicode(string key)
    {
        for (int i = 0; i < key.Length; i++)
        {
            if (!char.IsSurrogate(key[i]))
                continue;
            if (i + 1 == key.Length || !char.IsSurrogatePair(key[i], key[i + 1]))
                return false;
            i++;
        }

        return true;
    }

    private PutResult Result(string? etag, string key) =>
        etag?.Trim('"') is { Length: > 0 } text ? new PutResult(text, null) : throw NotUnderstood(key);

    private StoreException NotUnderstood(string? key) => Http.AnswerXml.NotUnderstood(DisplayName, key, null);
}
