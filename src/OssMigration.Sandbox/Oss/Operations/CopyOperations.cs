using OssMigration.Sandbox.Oss.Wire;
using OssMigration.Sandbox.Storage;
using OssMigration.Sandbox.Wire;

namespace OssMigration.Sandbox.Oss.Operations;

/// <summary>CopyObject and UploadPartCopy.</summary>
internal static class CopyOperations
{
    /// <summary><c>PUT /dst</c> with <c>x-oss-copy-source</c>.</summary>
    public static async Task CopyObjectAsync(OssContext context)
    {
        Bucket bucket = context.Bucket;
        string metadata = Directive(context, "x-oss-metadata-directive");
        string tagging = Directive(context, "x-oss-tagging-directive");
        StoredObject draft = ObjectDraft.Read(context);
        bool forbid = ObjectDraft.ForbidsOverwrite(context, bucket);
        (Bucket sourceBucket, StoredObject source) = CopySource.Find(context);
        if (source.Size > OssLimits.CopyBytes)
            throw OssErrors.EntityTooLarge(source.Size, OssLimits.CopyBytes);
        // A copy onto itself always takes the metadata of the request.
        bool onItself = ReferenceEquals(bucket, sourceBucket) && source.Key == context.Key;
        StoredObject copy = draft with
        {
            Content = source.Content,
            Digests = source.Digests,
            OpaqueETag = source.OpaqueETag,
            Type = source.Type == ObjectType.Appendable ? ObjectType.Normal : source.Type,
            PartCount = source.PartCount,
            Tags = tagging == "REPLACE" ? draft.Tags : source.Tags,
        };
        if (metadata == "COPY" && !onItself)
            copy = copy with { Headers = source.Headers, UserMetadata = source.UserMetadata };
        StoredObject stored = await bucket.PutAsync(copy, Guard(context, forbid, onItself), context.Aborted)
            ?? throw (forbid ? OssErrors.FileAlreadyExists(context.Key) : OssErrors.PreconditionFailed("If-Match"));
        context.SetVersionId(bucket, stored);
        if (sourceBucket.Versioning != VersioningState.Off)
            context.SetHeader("x-oss-copy-source-version-id", source.VersionId ?? "null");
        await AnswerAsync(context, "CopyObjectResult", stored.LastModified, stored.ETag);
    }

    /// <summary><c>PUT /key?partNumber=N&amp;uploadId=ID</c> with <c>x-oss-copy-source</c>.</summary>
    public static async Task UploadPartCopyAsync(OssContext context)
    {
        MultipartUpload upload = MultipartOperations.FindUpload(context);
        int number = MultipartOperations.PartNumber(context);
        (_, StoredObject source) = CopySource.Find(context);
        (long offset, long length) = SourceRange(context, source.Size);
        if (length > OssLimits.PartBytes)
            throw OssErrors.EntityTooLarge(length, OssLimits.PartBytes);
        using IContentSink sink = context.Bucket.CreateSink(length);
        using BodyHasher hasher = new(wantsCrc64: true);
        using (IContentReader reader = source.Content.OpenReader())
        {
            byte[] buffer = new byte[256 * 1024];
            while (length > 0)
            {
                int read = await reader.ReadAsync(offset, buffer.AsMemory(0, (int)Math.Min(buffer.Length, length)), context.Aborted);
                if (read == 0)
                    throw new EndOfStreamException();
                hasher.Append(buffer.AsSpan(0, read));
                await sink.WriteAsync(buffer.AsMemory(0, read), context.Aborted);
                offset += read;
                length -= read;
            }
        }

        UploadedPart part = new(number, sink.Complete(), hasher.FinishMd5(), hasher.Crc64, context.Now);
        MultipartOperations.AddPart(context, upload, part);
        await AnswerAsync(context, "CopyPartResult", part.LastModified, part.ETag);
    }

    // A condition on the source holds for the moment of writing, too, when source and destination are the same object.
    private static Func<StoredObject?, bool>? Guard(OssContext context, bool forbid, bool onItself)
    {
        if (forbid)
            return static current => current is null;
        if (!onItself || context.Header("x-oss-copy-source-if-match") is not { } match)
            return null;
        string etag = match.Trim('"');
        return current => current is not null && current.ETag.Equals(etag, StringComparison.OrdinalIgnoreCase);
    }

    private static string Directive(OssContext context, string name)
    {
        string? value = context.Header(name);
        return value?.ToUpperInvariant() switch
        {
            null or "COPY" => "COPY",
            "REPLACE" => "REPLACE",
            _ => throw OssErrors.InvalidArgument("The directive must be COPY or REPLACE.", name, value),
        };
    }

    private static (long Offset, long Length) SourceRange(OssContext context, long size)
    {
        if (context.Header("x-oss-copy-source-range") is not { } header)
            return (0, size);
        if (!OssRange.TryParse(header, out long? first, out long? last) || first is null)
            throw OssErrors.InvalidArgument("The copy source range must be bytes=first-last.", "x-oss-copy-source-range", header);
        long end = last ?? size - 1;
        return first <= end && end < size ? (first.Value, end - first.Value + 1) : throw OssErrors.InvalidRange(header, size);
    }

    private static Task AnswerAsync(OssContext context, string root, DateTimeOffset modified, string etag)
    {
        context.SetETag(etag);
        byte[] name = System.Text.Encoding.ASCII.GetBytes(root);
        return context.AnswerXmlAsync(new XmlText().Open(name)
            .Element("LastModified"u8, modified)
            .Element("ETag"u8, context.Http.Response.Headers.ETag.ToString())
            .Close(name));
    }
}
