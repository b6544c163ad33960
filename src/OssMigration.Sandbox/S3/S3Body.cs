using System.Globalization;
using System.Text;
using System.Xml;
using System.Xml.Linq;
using OssMigration.Sandbox.Checksums;
using OssMigration.Sandbox.Storage;
using OssMigration.Sandbox.Wire;

namespace OssMigration.Sandbox.S3;

/// <summary>Reads request bodies: framing, payload hash, Content-MD5 and declared checksums are verified as S3 does.</summary>
internal static class S3Body
{
    private const long LargestObject = 5L * 1024 * 1024 * 1024;
    private const int LargestDocument = 4 * 1024 * 1024;

    /// <summary>Receives the body of PutObject or UploadPart.</summary>
    /// <returns>The body; null when a fault closed the connection.</returns>
    /// <exception cref="S3Exception">A length, hash, checksum or signature is missing or wrong.</exception>
    public static async Task<ReceivedBody?> ReceiveAsync(S3Request request)
    {
        HttpRequest http = request.Context.Request;
        string payload = request.Signature.PayloadHash;
        bool isChunked = payload.StartsWith("STREAMING-", StringComparison.Ordinal);
        long length = Length(request, isChunked);
        Declaration? declared = Declaration.Of(request);
        using var hasher = new BodyHasher(
            wantsCrc64: false, wantsSha256: !isChunked && payload != "UNSIGNED-PAYLOAD", declared is null ? null : Checksum.Begin(declared.Algorithm));
        using AwsChunkedBody? chunked = isChunked ? new AwsChunkedBody(http, request.Signature) : null;
        IObjectContent? content = await Upload.ReceiveAsync(
            request.Call, (BodySource?)chunked ?? new PlainBody(http), length, request.Bucket, hasher, request.Aborted);
        if (content is null)
            return null;
        try
        {
            if (hasher.Length != length)
                throw new S3Exception(400, "IncompleteBody", "You did not provide the number of bytes specified by the Content-Length HTTP header");
            byte[] md5 = hasher.FinishMd5();
            CheckMd5(request, md5);
            if (!isChunked && payload != "UNSIGNED-PAYLOAD")
                CheckSha256(payload, hasher.FinishSha256());
            DeclaredChecksum? checksum = declared?.Verify(hasher, chunked?.Trailers);
            return new ReceivedBody(content, md5, checksum);
        }
        catch
        {
            content.Discard();
            throw;
        }
    }

    /// <summary>Reads a small body whole.</summary>
    /// <exception cref="S3Exception">It is too large, or a hash is wrong.</exception>
    public static async Task<byte[]> ReadAllAsync(S3Request request)
    {
        string payload = request.Signature.PayloadHash;
        bool isChunked = payload.StartsWith("STREAMING-", StringComparison.Ordinal);
        using AwsChunkedBody? chunked = isChunked ? new AwsChunkedBody(request.Context.Request, request.Signature) : null;
        BodySource source = (BodySource?)chunked ?? new PlainBody(request.Context.Request);
        Declaration? declared = Declaration.Of(request);
        using var hasher = new BodyHasher(wantsCrc64: false, wantsSha256: true, declared is null ? null : Checksum.Begin(declared.Algorithm));
        var bytes = new MemoryStream();
        byte[] buffer = new byte[16 * 1024];
        int read;
        while ((read = await source.ReadAsync(buffer, request.Aborted)) > 0)
        {
            if (bytes.Length + read > LargestDocument)
                throw S3Exception.MalformedXml();
            hasher.Append(buffer.AsSpan(0, read));
            bytes.Write(buffer, 0, read);
        }
        CheckMd5(request, hasher.FinishMd5());
        if (!isChunked && payload != "UNSIGNED-PAYLOAD")
            CheckSha256(payload, hasher.FinishSha256());
        declared?.Verify(hasher, chunked?.Trailers);
        return bytes.ToArray();
    }

    /// <summary>Reads a small XML body.</summary>
    /// <exception cref="S3Exception">It is no XML with this root, or a hash is wrong.</exception>
    public static async Task<(XElement Root, string Text)> ReadXmlAsync(S3Request request, string root)
    {
        string text = Encoding.UTF8.GetString(await ReadAllAsync(request));
        try
        {
            XElement element = XElement.Parse(text, LoadOptions.PreserveWhitespace);
            return element.Name.LocalName == root ? (element, text) : throw S3Exception.MalformedXml();
        }
        catch (XmlException)
        {
            throw S3Exception.MalformedXml();
        }
    }

    /// <summary>Whether the request carries Content-MD5 or an additional checksum of its body.</summary>
    public static bool HasIntegrity(S3Request request) => request.Header("Content-MD5") is not null || Declaration.Of(request) is not null;

    private static long Length(S3Request request, bool isChunked)
    {
        string? text = isChunked
            ? request.Header("x-amz-decoded-content-length")
            : request.Context.Request.ContentLength?.ToString(CultureInfo.InvariantCulture);
        if (text is null && !isChunked && request.Header("Transfer-Encoding") is not null)
            throw S3Exception.NotImplemented("Transfer-Encoding");
        if (!long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long length))
            throw new S3Exception(411, "MissingContentLength", "You must provide the Content-Length HTTP header.");
        if (length > LargestObject)
        {
            throw new S3Exception(400, "EntityTooLarge", "Your proposed upload exceeds the maximum allowed size")
            {
                Details = [("ProposedSize", length.ToString(CultureInfo.InvariantCulture)), ("MaxSizeAllowed", LargestObject.ToString(CultureInfo.InvariantCulture))],
            };
        }
        return length;
    }

    private static void CheckMd5(S3Request request, byte[] md5)
    {
        if (request.Header("Content-MD5") is not { } declared)
            return;
        Span<byte> bytes = stackalloc byte[16];
        if (!Convert.TryFromBase64String(declared, bytes, out int written) || written != 16)
            throw new S3Exception(400, "InvalidDigest", "The Content-MD5 you specified was invalid.");
        if (!bytes.SequenceEqual(md5))
        {
            throw new S3Exception(400, "BadDigest", "The Content-MD5 you specified did not match what we received.")
            {
                Details = [("ExpectedDigest", declared), ("CalculatedDigest", Convert.ToBase64String(md5))],
            };
        }
    }

    private static void CheckSha256(string declared, byte[] sha256)
    {
        string computed = Convert.ToHexStringLower(sha256);
        if (!string.Equals(declared, computed, StringComparison.OrdinalIgnoreCase))
        {
            throw new S3Exception(400, "XAmzContentSHA256Mismatch", "The provided 'x-amz-content-sha256' header does not match what was computed.")
            {
                Details = [("ClientComputedContentSHA256", declared), ("S3ComputedContentSHA256", computed)],
            };
        }
    }

    /// <summary>A checksum that the request announces, in a header or a trailing header.</summary>
    private sealed record Declaration(string Algorithm, string? Value)
    {
        public static Declaration? Of(S3Request request)
        {
            string? trailer = request.Header("x-amz-trailer");
            Declaration? found = null;
            foreach (string algorithm in Checksum.Algorithms)
            {
                string name = HeaderOf(algorithm);
                string? value = request.Header(name);
                bool isTrailing = trailer?.Contains(name, StringComparison.OrdinalIgnoreCase) == true
                    && trailer.Split(',', StringSplitOptions.TrimEntries).Contains(name, StringComparer.OrdinalIgnoreCase);
                if (value is null && !isTrailing)
                    continue;
                if (found is not null)
                    throw S3Exception.InvalidRequest("Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.");
                found = new Declaration(algorithm, value);
            }
            return found;
        }

        public DeclaredChecksum Verify(BodyHasher hasher, IReadOnlyDictionary<string, string>? trailers)
        {
            string computed = hasher.FinishChecksum();
            string? declared = Value ?? trailers?.GetValueOrDefault(HeaderOf(Algorithm));
            if (declared is null)
                throw new S3Exception(400, "MalformedTrailerError", "The request contained trailing data that was not well-formed or did not conform to our published schema.");
            return string.Equals(declared, computed, StringComparison.Ordinal)
                ? new DeclaredChecksum(Algorithm, computed, IsComposite: false)
                : throw new S3Exception(400, "BadDigest", $"The {Algorithm} you specified did not match the calculated checksum.");
        }
    }

    /// <summary>The header of an algorithm: x-amz-checksum-crc32 and so on.</summary>
    public static string HeaderOf(string algorithm) => algorithm switch
    {
        "CRC32" => "x-amz-checksum-crc32",
        "CRC32C" => "x-amz-checksum-crc32c",
        "CRC64NVME" => "x-amz-checksum-crc64nvme",
        "SHA1" => "x-amz-checksum-sha1",
        _ => "x-amz-checksum-sha256",
    };
}

/// <summary>A received body with what was verified of it.</summary>
internal sealed record ReceivedBody(IObjectContent Content, byte[] Md5, DeclaredChecksum? Checksum);
