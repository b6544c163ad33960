using OssMigration.Sandbox.Oss.Website;
using OssMigration.Sandbox.Oss.Wire;
using OssMigration.Sandbox.Storage;
using OssMigration.Sandbox.Wire;

namespace OssMigration.Sandbox.Oss.Operations;

/// <summary>What happens to a GET or HEAD of a key that is not there: 404, or what a routing rule of the bucket says.</summary>
internal static class MissingObject
{
    /// <summary>Answers a GET.</summary>
    public static async Task AnswerAsync(OssContext context, Bucket bucket)
    {
        switch (FindRule(context, bucket))
        {
            case MirrorRule rule:
                await new MirrorFetch(context, bucket, rule).AnswerAsync();
                break;
            case RedirectRule rule:
                Redirect(context, rule);
                break;
            default:
                throw OssErrors.NoSuchKey(context.Key);
        }
    }

    /// <summary>Fetches for a HEAD where the rule allows it.</summary>
    /// <returns>The object; null when the answer has been given.</returns>
    public static async Task<StoredObject?> FetchForHeadAsync(OssContext context, Bucket bucket) =>
        FindRule(context, bucket) is MirrorRule { Behaviour.AllowHead: true } rule
            ? await new MirrorFetch(context, bucket, rule).FetchAsync()
            : throw OssErrors.NoSuchKey(context.Key);

    private static RoutingRule? FindRule(OssContext context, Bucket bucket) =>
        WebsiteDocuments.Of(bucket)?.Find(context.Key, context.Header);

    private static void Redirect(OssContext context, RedirectRule rule)
    {
        string host = rule.HostName ?? context.Http.Request.Host.ToString();
        string query = rule.PassQueryString ? context.Http.Request.QueryString.ToString() : string.Empty;
        context.SetHeader("Location", $"{rule.Protocol ?? "http"}://{host}/{UriText.Encode(rule.TargetKey(context.Key), keepSlash: true)}{query}");
        context.Answer(rule.Status);
    }
}
