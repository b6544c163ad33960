using System.Globalization;
using OssMigration.Sandbox.Checksums;
using OssMigration.Sandbox.Oss.Wire;
using OssMigration.Sandbox.Storage;

namespace OssMigration.Sandbox.Oss.Operations;

/// <summary>PutObject and AppendObject.</summary>
internal static class WriteOperations
{
    /// <summary><c>PUT /key</c>.</summary>
    public static async Task PutObjectAsync(OssContext context)
    {
        Bucket bucket = context.Bucket;
        StoredObject draft = ObjectDraft.Read(context);
        bool forbid = ObjectDraft.ForbidsOverwrite(context, bucket);
        if (forbid && bucket.Find(context.Key) is { IsDeleteMarker: false })
            throw OssErrors.FileAlreadyExists(context.Key);
        if (await BodyReceiver.ReceiveAsync(context, bucket, OssLimits.SinglePutBytes) is not { } body)
            return;
        StoredObject stored = await bucket.PutAsync(
                draft with { Content = body.Content, Digests = body.Digests }, forbid ? static current => current is null : null, context.Aborted)
            ?? throw OssErrors.FileAlreadyExists(context.Key);
        context.SetETag(stored.ETag);
        context.SetHeader("Content-MD5", Convert.ToBase64String(body.Md5));
        context.SetCrc64(body.Crc64);
        context.SetVersionId(bucket, stored);
        context.Answer(200);
    }

    /// <summary><c>POST /key?append&amp;position=N</c>.</summary>
    public static async Task AppendObjectAsync(OssContext context)
    {
        Bucket bucket = context.Bucket;
        string position = context.Query.Value("position") ?? throw OssErrors.MissingArgument("position");
        if (!long.TryParse(position, NumberStyles.None, CultureInfo.InvariantCulture, out long offset))
            throw OssErrors.InvalidArgument("The position must be a number.", "position", position);
        if (bucket.Versioning != VersioningState.Off)
            throw OssErrors.OperationNotSupported("AppendObject is not supported in a versioned bucket.");
        StoredObject draft = ObjectDraft.Read(context);
        CheckPosition(bucket.Find(context.Key), offset);
        if (await BodyReceiver.ReceiveAsync(context, bucket, OssLimits.SinglePutBytes) is not { } body)
            return;
        StoredObject? current = bucket.Find(context.Key);
        CheckPosition(current, offset);
        StoredObject appended = Append(current, draft, body);
        StoredObject stored = await bucket.PutAsync(appended, now => (now?.Size ?? 0) == offset, context.Aborted)
            ?? throw OssErrors.PositionNotEqualToLength(bucket.Find(context.Key)?.Size ?? 0);
        context.SetETag(stored.ETag);
        context.SetCrc64(stored.Digests.Crc64);
        context.SetHeader("x-oss-next-append-position", stored.Size.ToString(CultureInfo.InvariantCulture));
        context.Answer(200);
    }

    private static void CheckPosition(StoredObject? current, long offset)
    {
        if (current is not null && current.Type != ObjectType.Appendable)
            throw OssErrors.ObjectNotAppendable();
        if ((current?.Size ?? 0) != offset)
            throw OssErrors.PositionNotEqualToLength(current?.Size ?? 0);
    }

    private static StoredObject Append(StoredObject? current, StoredObject draft, ReceivedBody body)
    {
        StoredObject basis = current ?? draft;
        CompositeContent content = new([basis.Content, body.Content]);
        ulong crc = Crc64Xz.Combine(basis.Digests.Crc64, body.Crc64, body.Content.Length);
        // The size makes the ETag differ where a CRC alone would repeat: appending nothing keeps both.
        string etag = string.Create(CultureInfo.InvariantCulture, $"{crc:x16}{content.Length:x16}");
        return basis with { Content = content, Digests = new ObjectDigests(content, null, crc), Type = ObjectType.Appendable, OpaqueETag = etag, LastModified = default };
    }
}
