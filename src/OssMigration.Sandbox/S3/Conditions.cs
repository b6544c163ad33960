using OssMigration.Sandbox.Storage;
using OssMigration.Sandbox.Wire;

namespace OssMigration.Sandbox.S3;

/// <summary>Conditional requests, in HTTP's order of precedence.</summary>
internal static class Conditions
{
    /// <summary>Checks the conditions of GET and HEAD.</summary>
    /// <exception cref="S3Exception">412 PreconditionFailed, or 304.</exception>
    public static void CheckRead(S3Request request, StoredObject stored)
    {
        IHeaderDictionary headers = request.Context.Request.Headers;
        if (headers.IfMatch.Count == 0 && headers.IfNoneMatch.Count == 0 && headers.IfModifiedSince.Count == 0 && headers.IfUnmodifiedSince.Count == 0)
            return;
        string? failed = Failed(stored, headers.IfMatch, headers.IfUnmodifiedSince, headers.IfNoneMatch, headers.IfModifiedSince, out bool notModified);
        if (failed is null)
            return;
        if (!notModified)
            throw S3Exception.PreconditionFailed(failed);
        throw new S3Exception(304, "NotModified", "Not Modified")
        {
            Headers = [("ETag", $"\"{stored.ETag}\""), ("Last-Modified", HttpTime.Format(stored.LastModified))],
        };
    }

    /// <summary>Checks x-amz-copy-source-if-*.</summary>
    /// <exception cref="S3Exception">412 PreconditionFailed.</exception>
    public static void CheckCopySource(S3Request request, StoredObject source)
    {
        string? failed = Failed(
            source,
            request.Header("x-amz-copy-source-if-match"),
            request.Header("x-amz-copy-source-if-unmodified-since"),
            request.Header("x-amz-copy-source-if-none-match"),
            request.Header("x-amz-copy-source-if-modified-since"),
            out _);
        if (failed is not null)
            throw S3Exception.PreconditionFailed("x-amz-copy-source-" + failed);
    }

    /// <summary>Checks If-Match and If-None-Match of a write against the current object, which is null when there is none.</summary>
    /// <exception cref="S3Exception">412 PreconditionFailed, or 404 NoSuchKey.</exception>
    public static void CheckWrite(S3Request request, StoredObject? current)
    {
        if (request.Header("If-None-Match") is { } none && current is not null && Matches(none, current))
            throw S3Exception.PreconditionFailed("If-None-Match");
        if (request.Header("If-Match") is not { } match)
            return;
        if (current is null)
            throw S3Exception.NoSuchKey(request.Key);
        if (!Matches(match, current))
            throw S3Exception.PreconditionFailed("If-Match");
    }

    private static string? Failed(
        StoredObject stored, string? match, string? unmodifiedSince, string? noneMatch, string? modifiedSince, out bool notModified)
    {
        notModified = false;
        DateTimeOffset modified = HttpTime.WholeSeconds(stored.LastModified);
        if (match is not null && !Matches(match, stored))
            return "If-Match";
        if (match is null && HttpTime.Parse(unmodifiedSince) is { } unmodified && modified > unmodified)
            return "If-Unmodified-Since";
        notModified = true;
        if (noneMatch is not null)
            return Matches(noneMatch, stored) ? "If-None-Match" : null;
        return HttpTime.Parse(modifiedSince) is { } since && modified <= since ? "If-Modified-Since" : null;
    }

    private static bool Matches(string header, StoredObject stored)
    {
        foreach (string entry in header.Split(',', StringSplitOptions.TrimEntries))
            if (entry == "*" || string.Equals(entry.Trim('"'), stored.ETag, StringComparison.OrdinalIgnoreCase))
                return true;
        return false;
    }
}
