using System.Text.Json;
using OssMigration.Sandbox.Storage;

namespace OssMigration.Sandbox.S3;

/// <summary>What requests without a signature may do: read public objects, list public buckets, write to public-read-write ones.</summary>
internal static class AnonymousAccess
{
    /// <summary>Whether ACLs or the bucket's policy allow the operation to everybody.</summary>
    public static bool IsAllowed(S3Request request, string operation) => request.Bucket is not null && operation switch
    {
        "GetObject" or "HeadObject" => IsPublic(request.Bucket.Find(request.Key)?.Acl) || PolicyAllows(request, "s3:GetObject"),
        "PutObject" or "DeleteObject" => request.Bucket.Acl == "public-read-write",
        "ListObjects" or "ListObjectsV2" or "ListObjectVersions" or "HeadBucket" => IsPublic(request.Bucket.Acl) || PolicyAllows(request, "s3:ListBucket"),
        _ => false,
    };

    private static bool IsPublic(string? acl) => acl is "public-read" or "public-read-write";

    // Enough of a policy for a public origin: Allow, everybody, the action; resources and conditions are not looked at.
    private static bool PolicyAllows(S3Request request, string action)
    {
        if (!request.Bucket.Documents.TryGetValue("policy", out string? policy))
            return false;
        try
        {
            using JsonDocument document = JsonDocument.Parse(policy);
            return document.RootElement.GetProperty("Statement").EnumerateArray().Any(statement =>
                statement.GetProperty("Effect").ValueEquals("Allow")
                && statement.TryGetProperty("Principal", out JsonElement principal) && IsEverybody(principal)
                && Values(statement.GetProperty("Action")).Any(value => value == "*" || value == "s3:*" || value == action));
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            return false;
        }
    }

    private static bool IsEverybody(JsonElement principal) => principal.ValueKind == JsonValueKind.Object
        ? principal.TryGetProperty("AWS", out JsonElement aws) && Values(aws).Contains("*")
        : Values(principal).Contains("*");

    private static IEnumerable<string?> Values(JsonElement element) => element.ValueKind == JsonValueKind.Array
        ? element.EnumerateArray().Select(item => item.GetString())
        : [element.GetString()];
}
