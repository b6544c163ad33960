using System.Net;
using System.Text.RegularExpressions;
using OssMigration.Sandbox.Wire;

namespace OssMigration.Sandbox.Oss.Wire;

/// <summary>What a request is about: the bucket and key after the URL style is taken off.</summary>
/// <param name="Bucket">Bucket, or null for the service.</param>
/// <param name="Key">Decoded key, or null for the bucket.</param>
/// <param name="Query">The query, raw and decoded.</param>
internal sealed partial record OssTarget(string? Bucket, string? Key, RequestTarget Query)
{
    /// <summary>Reads the raw request target, so that double slashes, dot segments and <c>%2F</c> survive.</summary>
    /// <param name="rawTarget">The target as received, undecoded.</param>
    /// <param name="host">The Host header.</param>
    /// <param name="boundBucket">Gives the bucket that a custom domain is bound to, or null.</param>
    public static OssTarget Parse(string rawTarget, string host, Func<string, string?> boundBucket)
    {
        RequestTarget target = ParseTarget(rawTarget);
        ReadOnlySpan<char> path = target.RawPath.AsSpan(target.RawPath.StartsWith('/') ? 1 : 0);
        string? bucket = BucketOfHost(HostName(host), boundBucket, out bool pathStyle);
        if (pathStyle && !path.IsEmpty)
        {
            int slash = path.IndexOf('/');
            bucket = Decode(slash < 0 ? path : path[..slash]);
            path = slash < 0 ? [] : path[(slash + 1)..];
        }
        else if (bucket is null && !path.IsEmpty)
        {
            throw OssErrors.PathStyleForbidden();
        }

        return new OssTarget(bucket, path.IsEmpty ? null : Decode(path), target);
    }

    private static string? BucketOfHost(string host, Func<string, string?> boundBucket, out bool pathStyle)
    {
        pathStyle = IsLoopback(host);
        if (pathStyle)
            return null;
        int dot = host.IndexOf('.', StringComparison.Ordinal);
        if (dot > 0 && IsLoopback(host[(dot + 1)..]))
            return host[..dot];
        Match match = ServiceHost().Match(host);
        if (match.Success)
            return match.Groups["bucket"].Success ? match.Groups["bucket"].Value : null;
        return boundBucket(host) ?? throw OssErrors.UnknownHost();
    }

    private static bool IsLoopback(string host) =>
        host.Length == 0 || host.Equals("localhost", StringComparison.OrdinalIgnoreCase) || IPAddress.TryParse(host, out _);

    private static string HostName(string host)
    {
        int colon = host.LastIndexOf(':');
        return colon > 0 && !host.EndsWith(']') ? host[..colon] : host;
    }

    private static RequestTarget ParseTarget(string rawTarget)
    {
        try
        {
            return RequestTarget.Parse(rawTarget);
        }
        catch (FormatException)
        {
            throw OssErrors.InvalidArgument("The query is not URL-encoded UTF-8.");
        }
    }

    private static string Decode(ReadOnlySpan<char> raw)
    {
        try
        {
            return RequestTarget.DecodePath(raw.ToString());
        }
        catch (FormatException)
        {
            throw OssErrors.InvalidObjectName(raw.ToString());
        }
    }

    [GeneratedRegex(@"\A((?<bucket>[^.]+)\.)?(oss-[a-z0-9-]+|[a-z0-9-]+\.oss)\.aliyuncs\.com\z", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture)]
    private static partial Regex ServiceHost();
}
