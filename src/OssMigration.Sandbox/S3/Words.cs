using System.Globalization;
using System.IO.Compression;
using OssMigration.Sandbox.Checksums;
using OssMigration.Sandbox.Storage;
using OssMigration.Sandbox.Wire;

namespace OssMigration.Sandbox.S3;

/// <summary>Answers to reads in the words and ways of other providers.</summary>
internal static class Words
{
    private const string Amazon = "x-amz-";

    /// <summary>The name of a header in the bucket's words.</summary>
    public static string Of(S3Request request, string name)
    {
        if (!request.Has(BucketHabits.CosWords | BucketHabits.GoogWords) || !name.StartsWith(Amazon, StringComparison.Ordinal))
            return name;
        return (request.Has(BucketHabits.CosWords) ? "x-cos-" : "x-goog-") + name[Amazon.Length..];
    }

    /// <summary>The hashes that the bucket tells.</summary>
    public static void SetHashes(S3Request request, StoredObject stored)
    {
        IHeaderDictionary headers = request.Context.Response.Headers;
        if (request.Has(BucketHabits.TellsCrc64))
            headers["x-cos-hash-crc64ecma"] = stored.Digests.Crc64.ToString(CultureInfo.InvariantCulture);
        if (!request.Has(BucketHabits.TellsHashes))
            return;
        string crc32c = $"crc32c={Crc32C(stored.Content)}";
        headers["x-goog-hash"] = stored.OpaqueETag is null ? $"{crc32c},md5={Convert.ToBase64String(stored.Digests.Md5)}" : crc32c;
    }

    /// <summary>Whether an object is unpacked for this request: it is gzip, and the request does not accept that. A range of it too.</summary>
    public static bool IsUnpacked(S3Request request, StoredObject stored) => request.Has(BucketHabits.Unpacks)
        && stored.Headers.ContentEncoding == "gzip" && request.Header("Accept-Encoding")?.Contains("gzip", StringComparison.OrdinalIgnoreCase) != true;

    /// <summary>Sends the object unpacked, without its length: nobody knows it beforehand.</summary>
    public static async Task SendUnpackedAsync(S3Request request, StoredObject stored)
    {
        HttpResponse response = request.Context.Response;
        response.Headers.ETag = S3Answer.Quoted(request, stored.ETag);
        response.Headers.LastModified = HttpTime.Format(stored.LastModified);
        response.Headers.ContentType = stored.Headers.ContentType ?? "binary/octet-stream";
        response.Headers["x-goog-stored-content-length"] = stored.Size.ToString(CultureInfo.InvariantCulture);
        if (HttpMethods.IsHead(request.Context.Request.Method))
            return;
        using var packed = new MemoryStream(ReadAll(stored.Content));
        await using var unpacked = new GZipStream(packed, CompressionMode.Decompress);
        await unpacked.CopyToAsync(response.Body, request.Aborted);
    }

    private static string Crc32C(IObjectContent content)
    {
        using Checksum checksum = Checksum.Begin("CRC32C")!;
        checksum.Append(ReadAll(content));
        return checksum.Finish();
    }

    private static byte[] ReadAll(IObjectContent content)
    {
        byte[] all = new byte[content.Length];
        using IContentReader reader = content.OpenReader();
        for (int at = 0; at < all.Length;)
            at += reader.Read(at, all.AsSpan(at));
        return all;
    }
}
