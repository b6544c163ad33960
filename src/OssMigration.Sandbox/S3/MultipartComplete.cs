using System.Globalization;
using System.Security.Cryptography;
using System.Xml.Linq;
using OssMigration.Sandbox.Checksums;
using OssMigration.Sandbox.Storage;
using OssMigration.Sandbox.Wire;

namespace OssMigration.Sandbox.S3;

/// <content>CompleteMultipartUpload.</content>
internal static partial class Multipart
{
    private const long LeastPart = 5 * 1024 * 1024;

    /// <summary>POST of the part list: parts become one object, dated at the upload's initiation as on AWS.</summary>
    public static async Task CompleteAsync(S3Request request)
    {
        MultipartUpload upload = Find(request);
        (XElement root, _) = await S3Body.ReadXmlAsync(request, "CompleteMultipartUpload");
        List<UploadedPart> parts = Chosen(root, upload);
        long size = parts.Sum(part => part.Content.Length);
        if (request.Header("x-amz-mp-object-size") is { } declared && declared != size.ToString(CultureInfo.InvariantCulture))
            throw S3Exception.InvalidRequest("The provided 'x-amz-mp-object-size' header does not match what was computed.");
        DeclaredChecksum? checksum = Join(upload, parts);
        CheckDeclared(request, checksum);
        var content = new CompositeContent(parts.Select(part => part.Content));
        StoredObject draft = upload.Draft with
        {
            Content = content,
            Digests = new ObjectDigests(content, null, null),
            OpaqueETag = ETagOf(parts),
            Type = ObjectType.Multipart,
            PartCount = parts.Count,
            Checksum = checksum,
            LastModified = upload.Initiated,
        };
        if (!request.Bucket.Uploads.Close(upload))
            throw S3Exception.NoSuchUpload(upload.Id);
        StoredObject stored;
        try
        {
            stored = await Writes.StoreAsync(request, draft);
        }
        catch (S3Exception)
        {
            request.Bucket.Uploads.Reopen(upload);
            throw;
        }
        foreach (UploadedPart part in upload.Parts().Except(parts))
            part.Content.Discard();
        S3Answer.SetVersion(request, stored);
        XmlText xml = S3Answer.Document("CompleteMultipartUploadResult"u8)
            .Element("Location"u8, $"http://{request.Context.Request.Host}/{request.BucketName}/{UriText.Encode(request.Key, keepSlash: true)}")
            .Element("Bucket"u8, request.BucketName!)
            .Element("Key"u8, request.Key)
            .Element("ETag"u8, S3Answer.Quoted(request, stored.ETag));
        if (checksum is not null)
        {
            xml.Element(System.Text.Encoding.ASCII.GetBytes("Checksum" + checksum.Algorithm), checksum.Value);
            xml.Element("ChecksumType"u8, checksum.IsComposite ? "COMPOSITE" : "FULL_OBJECT");
        }
        await S3Answer.XmlAsync(request, xml.Close("CompleteMultipartUploadResult"u8));
    }

    private static List<UploadedPart> Chosen(XElement root, MultipartUpload upload)
    {
        Dictionary<int, UploadedPart> uploaded = upload.Parts().ToDictionary(part => part.Number);
        var chosen = new List<UploadedPart>();
        foreach (XElement element in root.Elements().Where(element => element.Name.LocalName == "Part"))
        {
            string? text = Child(element, "PartNumber");
            if (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) || Child(element, "ETag") is not { } etag)
                throw S3Exception.MalformedXml();
            if (chosen.Count > 0 && chosen[^1].Number >= number)
                throw new S3Exception(400, "InvalidPartOrder", "The list of parts was not in ascending order. Parts must be ordered by part number.") { Details = [("UploadId", upload.Id)] };
            if (!uploaded.TryGetValue(number, out UploadedPart? part) || !string.Equals(part.ETag, etag.Trim('"'), StringComparison.OrdinalIgnoreCase))
            {
                throw new S3Exception(400, "InvalidPart", "One or more of the specified parts could not be found.  The part may not have been uploaded, or the specified entity tag may not match the part's entity tag.")
                {
                    Details = [("UploadId", upload.Id), ("PartNumber", text), ("ETag", etag)],
                };
            }
            if (part.Checksum is { } checksum && Child(element, "Checksum" + checksum.Algorithm) is { } declared && declared != checksum.Value)
                throw new S3Exception(400, "InvalidPart", "One or more of the specified parts could not be found. The part's checksum does not match.") { Details = [("PartNumber", text)] };
            chosen.Add(part);
        }
        if (chosen.Count == 0)
            throw S3Exception.MalformedXml();
        if (chosen.SkipLast(1).FirstOrDefault(part => part.Content.Length < LeastPart) is not { } small)
            return chosen;
        throw new S3Exception(400, "EntityTooSmall", "Your proposed upload is smaller than the minimum allowed size")
        {
            Details =
            [
                ("ProposedSize", small.Content.Length.ToString(CultureInfo.InvariantCulture)),
                ("MinSizeAllowed", LeastPart.ToString(CultureInfo.InvariantCulture)),
                ("PartNumber", small.Number.ToString(CultureInfo.InvariantCulture)),
                ("ETag", small.ETag),
            ],
        };
    }

    private static string? Child(XElement element, string name) =>
        element.Elements().FirstOrDefault(child => child.Name.LocalName == name)?.Value;

    private static string ETagOf(List<UploadedPart> parts) => string.Create(
        CultureInfo.InvariantCulture,
        $"{Convert.ToHexStringLower(MD5.HashData(parts.SelectMany(part => part.Md5).ToArray()))}-{parts.Count}");

    // The object's checksum from its parts': combined over all bytes, or the checksum of the checksums with the count.
    private static DeclaredChecksum? Join(MultipartUpload upload, List<UploadedPart> parts)
    {
        if (upload.ChecksumAlgorithm is not { } algorithm || parts.Any(part => part.Checksum?.Algorithm != algorithm))
            return null;
        if (upload.ChecksumIsFullObject && Checksum.CrcOf(algorithm) is { } crc)
        {
            ulong whole = 0;
            foreach (UploadedPart part in parts)
                whole = crc.Combine(whole, Checksum.CrcValue(part.Checksum!.Value), part.Content.Length);
            return new DeclaredChecksum(algorithm, Checksum.CrcText(crc, whole), IsComposite: false);
        }
        using Checksum ofChecksums = Checksum.Begin(algorithm)!;
        foreach (UploadedPart part in parts)
            ofChecksums.Append(Convert.FromBase64String(part.Checksum!.Value));
        return new DeclaredChecksum(algorithm, string.Create(CultureInfo.InvariantCulture, $"{ofChecksums.Finish()}-{parts.Count}"), IsComposite: true);
    }

    private static void CheckDeclared(S3Request request, DeclaredChecksum? checksum)
    {
        if (checksum is null || request.Header(S3Body.HeaderOf(checksum.Algorithm)) is not { } declared)
            return;
        if (declared != checksum.Value && declared != checksum.Value.Split('-')[0])
            throw new S3Exception(400, "BadDigest", $"The {checksum.Algorithm} you specified did not match the calculated checksum.");
    }
}
