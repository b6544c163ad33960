using System.Xml.Linq;
using OssMigration.Core.Jobs;
using OssMigration.Core.Reporting;
using OssMigration.Core.Stores;

namespace OssMigration.Core.Lifecycle;

/// <summary>
/// Finds mirroring rules of the destination that still fetch what the job migrated. While they stand, an object that the business
/// deletes in OSS comes back from the source by the next read, until the source is empty; and later whoever owns the origin's name
/// decides what readers get.
/// </summary>
internal static class MirrorRuleGate
{
    /// <summary>Origins that the destination still fetches keys of the job from.</summary>
    public static IReadOnlyList<string> OriginsOf(BucketDocument? website, string destinationPrefix)
    {
        if (website is null)
            return [];
        return [.. website.Root.Descendants().Where(element => element.Name.LocalName == "RoutingRule")
            .Where(rule => Value(rule, "RedirectType") == "Mirror" && Overlaps(Value(rule, "KeyPrefixEquals") ?? "", destinationPrefix))
            .Select(rule => Host(Value(rule, "MirrorURL")))
            .Distinct(StringComparer.Ordinal)];
    }

    /// <summary>Refuses where there is one.</summary>
    public static async Task CheckAsync(OpenedBucket destination, string destinationPrefix, IRunListener listener, CancellationToken cancellationToken)
    {
        if (destination.Find<IBucketDocuments>() is not { } documents)
            return;
        BucketDocument? website;
        try
        {
            website = await destination.CallAsync(token => documents.ReadDocumentAsync(BucketDocumentKind.Website, token), cancellationToken).ConfigureAwait(false);
        }
        catch (StoreException error) when (error.Kind is StoreErrorKind.NotSupported)
        {
            return;
        }
        catch (StoreException error) when (error.Kind is StoreErrorKind.AccessDenied)
        {
            listener.OnEvent(new RunEvent(
                EventLevel.Warning, $"Whether a mirroring rule of {destination.DisplayName} still stands cannot be seen: the right to read the website configuration is missing. Make sure that none does."));
            return;
        }

        IReadOnlyList<string> origins = OriginsOf(website, destinationPrefix);
        if (origins.Count > 0)
        {
            throw new RefusedException(
                "LifecycleMirrorRuleStands",
                $"A mirroring rule of {destination.DisplayName} still fetches from {string.Join(", ", origins)}: what the business deletes in OSS would come back until the source is empty.",
                "Remove-OssMirrorRule takes it away; -AcceptMirrorRule leaves it.");
        }
    }

    private static bool Overlaps(string left, string right) => left.StartsWith(right, StringComparison.Ordinal) || right.StartsWith(left, StringComparison.Ordinal);

    private static string? Value(XElement rule, string name) => rule.Descendants().FirstOrDefault(element => element.Name.LocalName == name)?.Value.Trim();

    // Only the host: a URL may carry what nobody should read.
    private static string Host(string? url) => Uri.TryCreate(url, UriKind.Absolute, out Uri? uri) ? uri.Host : "its origin";
}
