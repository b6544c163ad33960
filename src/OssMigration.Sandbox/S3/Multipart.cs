using OssMigration.Sandbox.Checksums;
using OssMigration.Sandbox.Storage;
using OssMigration.Sandbox.Wire;

namespace OssMigration.Sandbox.S3;

/// <summary>Multipart uploads, but for Complete.</summary>
internal static partial class Multipart
{
    private const int MostParts = 10000;

    /// <summary>POST ?uploads.</summary>
    public static async Task CreateAsync(S3Request request)
    {
        StoredObject draft = ObjectDrafts.FromHeaders(request);
        string? algorithm = request.Header("x-amz-checksum-algorithm")?.ToUpperInvariant();
        if (algorithm is not null && !Checksum.Algorithms.Contains(algorithm))
            throw S3Exception.InvalidRequest("Checksum algorithm provided is unsupported. Please try again with any of the valid types: [CRC32, CRC32C, CRC64NVME, SHA1, SHA256]");
        string type = request.Header("x-amz-checksum-type") ?? (algorithm == "CRC64NVME" ? "FULL_OBJECT" : "COMPOSITE");
        bool isFullObject = type == "FULL_OBJECT";
        if ((isFullObject && algorithm is "SHA1" or "SHA256") || (!isFullObject && algorithm == "CRC64NVME"))
            throw S3Exception.InvalidRequest($"The {type} checksum type cannot be used with the {algorithm} checksum algorithm.");
        MultipartUpload upload = request.Bucket.Uploads.Open(draft, algorithm, isFullObject);
        if (algorithm is not null)
        {
            request.Context.Response.Headers["x-amz-checksum-algorithm"] = algorithm;
            request.Context.Response.Headers["x-amz-checksum-type"] = type;
        }
        await S3Answer.XmlAsync(request, S3Answer.Document("InitiateMultipartUploadResult"u8)
            .Element("Bucket"u8, request.BucketName!)
            .Element("Key"u8, request.Key)
            .Element("UploadId"u8, upload.Id)
            .Close("InitiateMultipartUploadResult"u8));
    }

    /// <summary>PUT of a part.</summary>
    public static async Task UploadPartAsync(S3Request request)
    {
        int number = PartNumber(request);
        MultipartUpload upload = Find(request);
        ReceivedBody? body = await S3Body.ReceiveAsync(request);
        if (body is null)
            return;
        var part = new UploadedPart(number, body.Content, body.Md5, 0, request.Now) { Checksum = body.Checksum ?? ChecksumOf(upload, body.Content) };
        Add(request, upload, part);
        request.Context.Response.Headers.ETag = S3Answer.Quoted(request, part.ETag);
        S3Answer.SetChecksum(request, body.Checksum, withType: false);
        await S3Answer.EmptyAsync(request, 200);
    }

    /// <summary>PUT of a part with x-amz-copy-source.</summary>
    public static async Task UploadPartCopyAsync(S3Request request)
    {
        int number = PartNumber(request);
        MultipartUpload upload = Find(request);
        StoredObject source = CopySource.Of(request).Find(request);
        ByteRange range = new(0, source.Size);
        if (request.Header("x-amz-copy-source-range") is { } header
            && ByteRange.Parse(header, source.Size, out range) != RangeKind.Satisfiable)
            throw S3Exception.InvalidArgument("The x-amz-copy-source-range value must be of the form bytes=first-last where first and last are the zero-based offsets of the first and last bytes to copy", "x-amz-copy-source-range", header);
        using IContentSink sink = request.Bucket.CreateSink(range.Length);
        using var hasher = new BodyHasher(wantsCrc64: false);
        using IContentReader reader = source.Content.OpenReader();
        byte[] buffer = new byte[64 * 1024];
        for (long offset = range.Offset; offset <= range.Last;)
        {
            int read = await reader.ReadAsync(offset, buffer.AsMemory(0, (int)Math.Min(buffer.Length, range.Last - offset + 1)), request.Aborted);
            if (read == 0)
                throw new EndOfStreamException();
            hasher.Append(buffer.AsSpan(0, read));
            await sink.WriteAsync(buffer.AsMemory(0, read), request.Aborted);
            offset += read;
        }
        IObjectContent content = sink.Complete();
        var part = new UploadedPart(number, content, hasher.FinishMd5(), 0, request.Now) { Checksum = ChecksumOf(upload, content) };
        Add(request, upload, part);
        await S3Answer.XmlAsync(request, S3Answer.Document("CopyPartResult"u8)
            .Element("LastModified"u8, part.LastModified)
            .Element("ETag"u8, S3Answer.Quoted(request, part.ETag))
            .Close("CopyPartResult"u8));
    }

    /// <summary>DELETE of an upload.</summary>
    public static Task AbortAsync(S3Request request)
    {
        MultipartUpload upload = Find(request);
        if (!request.Bucket.Uploads.Close(upload))
            throw S3Exception.NoSuchUpload(upload.Id);
        foreach (UploadedPart part in upload.Parts())
            part.Content.Discard();
        return S3Answer.EmptyAsync(request, 204);
    }

    /// <summary>GET of an upload's parts.</summary>
    public static Task ListPartsAsync(S3Request request)
    {
        MultipartUpload upload = Find(request);
        int marker = request.Number("part-number-marker", 0);
        int most = Math.Min(request.Number("max-parts", 1000), 1000);
        List<UploadedPart> parts = [.. upload.Parts().Where(part => part.Number > marker).Take(most + 1)];
        bool isTruncated = parts.Count > most;
        if (isTruncated)
            parts.RemoveAt(most);
        XmlText xml = S3Answer.Document("ListPartsResult"u8);
        xml.Element("Bucket"u8, request.BucketName!).Element("Key"u8, request.Key).Element("UploadId"u8, upload.Id);
        xml.Element("PartNumberMarker"u8, marker);
        if (parts.Count > 0)
            xml.Element("NextPartNumberMarker"u8, parts[^1].Number);
        xml.Element("MaxParts"u8, most).Element("IsTruncated"u8, isTruncated).OptionalElement("ChecksumAlgorithm"u8, upload.ChecksumAlgorithm);
        foreach (UploadedPart part in parts)
        {
            xml.Open("Part"u8).Element("PartNumber"u8, part.Number).Element("LastModified"u8, part.LastModified);
            xml.Element("ETag"u8, $"\"{part.ETag}\"").Element("Size"u8, part.Content.Length);
            if (part.Checksum is { } checksum)
                xml.Element(System.Text.Encoding.ASCII.GetBytes("Checksum" + checksum.Algorithm), checksum.Value);
            xml.Close("Part"u8);
        }
        Listings.WriteOwner(xml);
        xml.Element("StorageClass"u8, upload.Draft.StorageClass ?? "STANDARD");
        return S3Answer.XmlAsync(request, xml.Close("ListPartsResult"u8));
    }

    private static MultipartUpload Find(S3Request request)
    {
        string id = request.Target.Value("uploadId")!;
        return request.Bucket.Uploads.Find(request.Key, id) ?? throw S3Exception.NoSuchUpload(id);
    }

    private static int PartNumber(S3Request request)
    {
        int number = request.Number("partNumber", 0);
        return number is >= 1 and <= MostParts
            ? number
            : throw S3Exception.InvalidArgument("Part number must be an integer between 1 and 10000, inclusive", "partNumber", request.Target.Value("partNumber")!);
    }

    // An upload that ended while the part came in must not keep it.
    private static void Add(S3Request request, MultipartUpload upload, UploadedPart part)
    {
        if (request.Bucket.Uploads.Find(upload.Draft.Key, upload.Id) is null)
        {
            part.Content.Discard();
            throw S3Exception.NoSuchUpload(upload.Id);
        }
        upload.Add(part);
    }

    private static DeclaredChecksum? ChecksumOf(MultipartUpload upload, IObjectContent content)
    {
        if (upload.ChecksumAlgorithm is not { } algorithm)
            return null;
        using Checksum checksum = Checksum.Begin(algorithm)!;
        using IContentReader reader = content.OpenReader();
        byte[] buffer = new byte[64 * 1024];
        int read;
        for (long offset = 0; (read = reader.Read(offset, buffer)) > 0; offset += read)
            checksum.Append(buffer.AsSpan(0, read));
        return new DeclaredChecksum(algorithm, checksum.Finish(), IsComposite: false);
    }
}
