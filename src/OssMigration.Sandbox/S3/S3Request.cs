using System.Net;
using OssMigration.Sandbox.Hosting;
using OssMigration.Sandbox.Storage;
using OssMigration.Sandbox.Wire;

namespace OssMigration.Sandbox.S3;

/// <summary>A request of the S3 side, parsed: bucket and key from path style or from the Host header, byte-exact.</summary>
internal sealed class S3Request
{
    private const int LongestKey = 1024;

    private S3Request(HttpContext context, Side side, RequestTarget target, string? bucketName, string? key)
    {
        Context = context;
        Side = side;
        Target = target;
        BucketName = bucketName;
        Key = key!;
    }

    /// <summary>The HTTP request.</summary>
    public HttpContext Context { get; }

    /// <summary>The side.</summary>
    public Side Side { get; }

    /// <summary>Path and query as sent.</summary>
    public RequestTarget Target { get; }

    /// <summary>The bucket's name; null for the service.</summary>
    public string? BucketName { get; }

    /// <summary>The key; null when the request is about the bucket. Only object operations use it.</summary>
    public string Key { get; }

    /// <summary>Whether the request is about an object.</summary>
    public bool HasKey => Key is not null;

    /// <summary>Whether the bucket stands in the host.</summary>
    public bool IsVirtualHosted { get; private init; }

    /// <summary>Whether the bucket has a habit; false where it is not found yet.</summary>
    public bool Has(BucketHabits habit) => Bucket is not null && (Bucket.Habits & habit) != 0;

    /// <summary>The counted call with its fault; set before anything is answered.</summary>
    public SideCall Call { get; set; } = null!;

    /// <summary>Who signed and how; set before any operation runs.</summary>
    public SignatureResult Signature { get; set; } = SignatureResult.Anonymous;

    /// <summary>The bucket, found before any bucket or object operation runs.</summary>
    public Bucket Bucket { get; set; } = null!;

    /// <summary>Ends with the connection.</summary>
    public CancellationToken Aborted => Context.RequestAborted;

    /// <summary>The side's time.</summary>
    public DateTimeOffset Now => Side.Clock.GetUtcNow();

    /// <summary>The version asked for; null for the current one.</summary>
    public string? VersionId => Target.Value("versionId");

    /// <summary>Reads the target and the Host header.</summary>
    /// <exception cref="S3Exception">The target is no UTF-8, or the key is too long.</exception>
    public static S3Request Parse(HttpContext context, Side side)
    {
        try
        {
            RequestTarget target = RequestTarget.Of(context);
            string? bucket = BucketOfHost(context.Request.Host.Host, side);
            bool isVirtualHosted = bucket is not null;
            string rawKey = target.RawPath[1..];
            if (bucket is null)
            {
                int slash = rawKey.IndexOf('/', StringComparison.Ordinal);
                bucket = slash < 0 ? rawKey : rawKey[..slash];
                rawKey = slash < 0 ? "" : rawKey[(slash + 1)..];
            }
            string? key = rawKey.Length == 0 ? null : RequestTarget.DecodePath(rawKey);
            if (key is not null && System.Text.Encoding.UTF8.GetByteCount(key) > LongestKey)
                throw new S3Exception(400, "KeyTooLongError", "Your key is too long");
            return new S3Request(context, side, target, bucket.Length == 0 ? null : RequestTarget.DecodePath(bucket), key) { IsVirtualHosted = isVirtualHosted };
        }
        catch (FormatException)
        {
            throw new S3Exception(400, "InvalidURI", "Couldn't parse the specified URI.");
        }
    }

    /// <summary>A request header; null when it is missing.</summary>
    public string? Header(string name) => Context.Request.Headers.TryGetValue(name, out var value) ? value.ToString() : null;

    /// <summary>A whole-number query parameter.</summary>
    /// <exception cref="S3Exception">It is no number from 0 on.</exception>
    public int Number(string name, int missing)
    {
        string? text = Target.Value(name);
        if (string.IsNullOrEmpty(text))
            return missing;
        return int.TryParse(text, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out int number)
            ? number
            : throw S3Exception.InvalidArgument($"Provided {name} not an integer or within integer range", name, text);
    }

    /// <summary>The object asked for, the version or the current one, readable or not.</summary>
    /// <exception cref="S3Exception">It is missing or a delete marker.</exception>
    public StoredObject FindObject()
    {
        string? versionId = VersionId;
        StoredObject? found = versionId is null ? Bucket.Find(Key) : Bucket.FindVersion(Key, versionId);
        if (found is null)
        {
            throw versionId is null
                ? S3Exception.NoSuchKey(Key)
                : new S3Exception(404, "NoSuchVersion", "The specified version does not exist.") { Details = [("Key", Key), ("VersionId", versionId)] };
        }
        if (!found.IsDeleteMarker)
            return found;
        (string, string)[] headers = [("x-amz-delete-marker", "true"), ("x-amz-version-id", found.VersionId ?? "null")];
        throw versionId is null
            ? new S3Exception(404, "NoSuchKey", "The specified key does not exist.") { Details = [("Key", Key)], Headers = headers }
            : new S3Exception(405, "MethodNotAllowed", "The specified method is not allowed against this resource.") { Headers = [.. headers, ("Allow", "DELETE")] };
    }

    // bucket.localhost, bucket.s3.…, bucket.s3-…, those of other providers, or a bucket whose name is the whole host name; anything else is path style.
    private static string? BucketOfHost(string host, Side side)
    {
        if (host.Length == 0 || IPAddress.TryParse(host, out _) || host.Equals("localhost", StringComparison.OrdinalIgnoreCase))
            return null;
        if (host.EndsWith(".localhost", StringComparison.OrdinalIgnoreCase))
            return host[..^".localhost".Length];
        foreach (string mark in (ReadOnlySpan<string>)[".s3.", ".s3-", ".cos.", ".storage."])
        {
            int at = host.IndexOf(mark, StringComparison.OrdinalIgnoreCase);
            if (at > 0)
                return host[..at];
        }
        return side.Buckets.TryGet(host, out _) ? host : null;
    }
}
