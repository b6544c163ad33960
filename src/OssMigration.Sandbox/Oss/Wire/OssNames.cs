using System.Text;
using System.Text.RegularExpressions;
using OssMigration.Sandbox.Wire;

namespace OssMigration.Sandbox.Oss.Wire;

/// <summary>Which names the service accepts.</summary>
internal static partial class OssNames
{
    /// <summary>Throws InvalidBucketName unless 3-63 of <c>a-z 0-9 -</c>, beginning and ending with letter or digit.</summary>
    public static void CheckBucket(string bucket)
    {
        if (!BucketPattern().IsMatch(bucket))
            throw OssErrors.InvalidBucketName(bucket);
    }

    /// <summary>Throws InvalidObjectName unless 1-1023 bytes, not beginning with <c>/</c> or <c>\</c>.</summary>
    public static void CheckKey(string key)
    {
        if (key.Length == 0 || key[0] is '/' or '\\' || (key.Length > OssLimits.KeyBytes / 3 && Encoding.UTF8.GetByteCount(key) > OssLimits.KeyBytes))
            throw OssErrors.InvalidObjectName(key);
    }

    /// <summary>Tags of <c>x-oss-tagging</c>: <c>k1=v1&amp;k2=v2</c>, both URL-encoded.</summary>
    public static IReadOnlyList<KeyValuePair<string, string>> ParseTagging(string header)
    {
        List<KeyValuePair<string, string>> tags;
        try
        {
            tags = [.. RequestTarget.Parse("/?" + header).Query.Select(p => KeyValuePair.Create(p.Name, p.Value))];
        }
        catch (FormatException)
        {
            throw OssErrors.InvalidTag("The tagging header is not URL-encoded UTF-8.");
        }

        CheckTags(tags);
        return tags;
    }

    /// <summary>Throws InvalidTag for more than 10 tags, double keys, over-long names and characters outside the allowed set.</summary>
    public static void CheckTags(IReadOnlyList<KeyValuePair<string, string>> tags)
    {
        if (tags.Count > OssLimits.Tags)
            throw OssErrors.InvalidTag("Object tags cannot be greater than 10");
        HashSet<string> seen = new(StringComparer.Ordinal);
        foreach ((string key, string value) in tags)
        {
            if (key.Length == 0 || Encoding.UTF8.GetByteCount(key) > OssLimits.TagKeyBytes || !TagPattern().IsMatch(key))
                throw OssErrors.InvalidTag("The TagKey you have provided is invalid");
            if (Encoding.UTF8.GetByteCount(value) > OssLimits.TagValueBytes || !TagPattern().IsMatch(value))
                throw OssErrors.InvalidTag("The TagValue you have provided is invalid");
            if (!seen.Add(key))
                throw OssErrors.InvalidTag("Cannot provide multiple Tags with the same key");
        }
    }

    [GeneratedRegex(@"\A[a-z0-9][a-z0-9-]{1,61}[a-z0-9]\z")]
    private static partial Regex BucketPattern();

    [GeneratedRegex(@"\A[\p{L}\p{N} +\-=._:/]*\z")]
    private static partial Regex TagPattern();
}
