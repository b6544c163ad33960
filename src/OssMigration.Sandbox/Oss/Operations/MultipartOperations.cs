using System.Globalization;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Xml.Linq;
using OssMigration.Sandbox.Checksums;
using OssMigration.Sandbox.Oss.Wire;
using OssMigration.Sandbox.Storage;
using OssMigration.Sandbox.Wire;

namespace OssMigration.Sandbox.Oss.Operations;

/// <summary>Initiate, UploadPart, Complete and Abort of a multipart upload.</summary>
internal static class MultipartOperations
{
    // Whether Initiate said forbid-overwrite; the upload itself is shared with the other side's protocol.
    private static readonly ConditionalWeakTable<MultipartUpload, object> Forbidding = [];
    private static readonly ConditionalWeakTable<MultipartUpload, SemaphoreSlim> Completing = [];
    private static readonly object Mark = new();

    /// <summary><c>POST /key?uploads</c>.</summary>
    public static Task InitiateAsync(OssContext context)
    {
        Bucket bucket = context.Bucket;
        StoredObject draft = ObjectDraft.Read(context);
        bool forbid = ObjectDraft.ForbidsOverwrite(context, bucket);
        if (forbid && bucket.Find(context.Key) is { IsDeleteMarker: false })
            throw OssErrors.FileAlreadyExists(context.Key);
        bool encodes = context.EncodesNames;
        MultipartUpload upload = bucket.Uploads.Open(draft);
        if (forbid)
            Forbidding.Add(upload, Mark);
        XmlText xml = new XmlText().Open("InitiateMultipartUploadResult"u8);
        if (encodes)
            xml.Element("EncodingType"u8, "url");
        return context.AnswerXmlAsync(xml
            .Element("Bucket"u8, bucket.Name)
            .Element("Key"u8, encodes ? UriText.Encode(context.Key, keepSlash: false) : context.Key)
            .Element("UploadId"u8, upload.Id)
            .Close("InitiateMultipartUploadResult"u8));
    }

    /// <summary><c>PUT /key?partNumber=N&amp;uploadId=ID</c>.</summary>
    public static async Task UploadPartAsync(OssContext context)
    {
        MultipartUpload upload = FindUpload(context);
        int number = PartNumber(context);
        if (await BodyReceiver.ReceiveAsync(context, context.Bucket, OssLimits.PartBytes) is not { } body)
            return;
        UploadedPart part = new(number, body.Content, body.Md5, body.Crc64, context.Now);
        AddPart(context, upload, part);
        context.SetETag(part.ETag);
        context.SetHeader("Content-MD5", Convert.ToBase64String(part.Md5));
        context.SetCrc64(part.Crc64);
        context.Answer(200);
    }

    /// <summary><c>POST /key?uploadId=ID</c>, with a list of parts or <c>x-oss-complete-all: yes</c>.</summary>
    public static async Task CompleteAsync(OssContext context)
    {
        Bucket bucket = context.Bucket;
        MultipartUpload upload = FindUpload(context);
        bool encodes = context.EncodesNames;
        bool forbid = ObjectDraft.ForbidsOverwrite(context, bucket)
            || (Forbidding.TryGetValue(upload, out _) && bucket.Versioning == VersioningState.Off);
        string? acl = ObjectDraft.ReadAcl(context);
        List<UploadedPart> parts = await ChoosePartsAsync(context, upload);
        SemaphoreSlim gate = Completing.GetValue(upload, static _ => new SemaphoreSlim(1));
        await gate.WaitAsync(context.Aborted);
        StoredObject stored;
        try
        {
            FindUpload(context);
            StoredObject whole = Join(upload.Draft with { Acl = acl ?? upload.Draft.Acl }, parts);
            stored = await bucket.PutAsync(whole, forbid ? static current => current is null : null, CancellationToken.None)
                ?? throw OssErrors.FileAlreadyExists(context.Key);
            bucket.Uploads.Close(upload);
        }
        finally
        {
            gate.Release();
        }

        foreach (UploadedPart unused in upload.Parts().Except(parts))
            unused.Content.Discard();
        await AnswerCompleteAsync(context, bucket, stored, encodes);
    }

    /// <summary><c>DELETE /key?uploadId=ID</c>.</summary>
    public static Task AbortAsync(OssContext context)
    {
        MultipartUpload upload = FindUpload(context);
        if (!context.Bucket.Uploads.Close(upload))
            throw OssErrors.NoSuchUpload(upload.Id);
        foreach (UploadedPart part in upload.Parts())
            part.Content.Discard();
        context.Answer(204);
        return Task.CompletedTask;
    }

    /// <summary>The open upload a request names.</summary>
    public static MultipartUpload FindUpload(OssContext context)
    {
        string id = context.Query.Value("uploadId") ?? string.Empty;
        return context.Bucket.Uploads.Find(context.Key, id) ?? throw OssErrors.NoSuchUpload(id);
    }

    /// <summary>The part number, 1 to 10000.</summary>
    public static int PartNumber(OssContext context)
    {
        string text = context.Query.Value("partNumber") ?? throw OssErrors.MissingArgument("partNumber");
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number is >= 1 and <= OssLimits.Parts
            ? number
            : throw OssErrors.InvalidArgument("Part number must be an integer between 1 and 10000, inclusive.", "partNumber", text);
    }

    /// <summary>Adds a part unless the upload was finished while the part came in.</summary>
    public static void AddPart(OssContext context, MultipartUpload upload, UploadedPart part)
    {
        if (context.Bucket.Uploads.Find(context.Key, upload.Id) is null)
        {
            part.Content.Discard();
            throw OssErrors.NoSuchUpload(upload.Id);
        }

        upload.Add(part);
    }

    private static async Task<List<UploadedPart>> ChoosePartsAsync(OssContext context, MultipartUpload upload)
    {
        ReadOnlyMemory<byte> body = await BodyReceiver.ReceiveXmlAsync(context);
        string? all = context.Header("x-oss-complete-all");
        if (all is not (null or "yes"))
            throw OssErrors.InvalidArgument("x-oss-complete-all must be yes.", "x-oss-complete-all", all);
        if (all is not null && !body.IsEmpty)
            throw OssErrors.InvalidArgument("x-oss-complete-all does not allow a body.", "x-oss-complete-all", all);
        List<UploadedPart> parts = all is null ? Listed(body, upload) : [.. upload.Parts()];
        if (parts.Count == 0)
            throw OssErrors.MalformedXml();
        foreach (UploadedPart part in parts.SkipLast(1))
            if (part.Content.Length < OssLimits.SmallestPartBytes)
                throw OssErrors.EntityTooSmall(part.Number, part.Content.Length, OssLimits.SmallestPartBytes);
        return parts;
    }

    private static List<UploadedPart> Listed(ReadOnlyMemory<byte> body, MultipartUpload upload)
    {
        Dictionary<int, UploadedPart> uploaded = upload.Parts().ToDictionary(part => part.Number);
        List<UploadedPart> parts = [];
        int before = 0;
        foreach (XElement element in XmlBody.Parse(body, "CompleteMultipartUpload").Children("Part"))
        {
            if (!int.TryParse(element.Word("PartNumber"), NumberStyles.None, CultureInfo.InvariantCulture, out int number))
                throw OssErrors.MalformedXml();
            if (number <= before)
                throw OssErrors.InvalidPartOrder();
            string etag = element.Word("ETag")?.Trim('"') ?? throw OssErrors.MalformedXml();
            if (!uploaded.TryGetValue(number, out UploadedPart? part) || !part.ETag.Equals(etag, StringComparison.OrdinalIgnoreCase))
                throw OssErrors.InvalidPart(number);
            parts.Add(part);
            before = number;
        }

        return parts;
    }

    private static StoredObject Join(StoredObject draft, List<UploadedPart> parts)
    {
        CompositeContent content = new(parts.Select(part => part.Content));
        ulong crc = 0;
        foreach (UploadedPart part in parts)
            crc = Crc64Xz.Combine(crc, part.Crc64, part.Content.Length);
        return draft with
        {
            Content = content,
            Digests = new ObjectDigests(content, null, crc),
            OpaqueETag = OpaqueETag(parts),
            Type = ObjectType.Multipart,
            PartCount = parts.Count,
            LastModified = default,
        };
    }

    // Deliberately neither the MD5 of the object nor the ETag S3 would give: clients must not rely on either.
    private static string OpaqueETag(List<UploadedPart> parts)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (UploadedPart part in parts)
            hash.AppendData(part.Md5);
        return string.Create(CultureInfo.InvariantCulture, $"{Convert.ToHexStringLower(hash.GetHashAndReset().AsSpan(0, 16))}-{parts.Count}");
    }

    private static Task AnswerCompleteAsync(OssContext context, Bucket bucket, StoredObject stored, bool encodes)
    {
        context.SetETag(stored.ETag);
        context.SetCrc64(stored.Digests.Crc64);
        context.SetVersionId(bucket, stored);
        XmlText xml = new XmlText().Open("CompleteMultipartUploadResult"u8);
        if (encodes)
            xml.Element("EncodingType"u8, "url");
        return context.AnswerXmlAsync(xml
            .Element("Location"u8, $"http://{context.Headers.Host}/{UriText.Encode(context.Key, keepSlash: true)}")
            .Element("Bucket"u8, bucket.Name)
            .Element("Key"u8, encodes ? UriText.Encode(stored.Key, keepSlash: false) : stored.Key)
            .Element("ETag"u8, context.Http.Response.Headers.ETag.ToString())
            .Close("CompleteMultipartUploadResult"u8));
    }
}
