using System.Xml.Linq;
using OssMigration.Core.Stores;
using OssMigration.Stores.Http;

namespace OssMigration.Stores.Oss;

public sealed partial class OssStore
{
    // Every region answers with the buckets of all of them.
    private const string AnyRegion = "cn-hangzhou";

    /// <summary>Opens the service itself, which is good for <see cref="ListBucketsAsync"/> only.</summary>
    /// <param name="account">An address without a bucket.</param>
    /// <param name="options">Keys given for this process.</param>
    internal static OssStore OpenAccount(StoreAddress account, StoreOpenOptions options)
    {
        OssCredentialSources sources = OssCredentialSources.ForThisProcess(options.Time);
        return OpenUnchecked(account with { Region = OssEndpoint.FindRegion(account, sources.Environment) ?? AnyRegion }, options, sources, handler: null);
    }

    /// <summary>The names of the account's buckets.</summary>
    internal async Task<IReadOnlyList<string>> ListBucketsAsync(CancellationToken cancellationToken)
    {
        List<string> names = [];
        string? marker = null;
        do
        {
            OssRequest list = Request(HttpMethod.Get, null).With("max-keys", "1000");
            if (marker is not null)
                list.With("marker", marker);
            using HttpAnswer answer = await _client.SendAsync(list, cancellationToken).ConfigureAwait(false);
            XElement root = await ReadXmlAsync(answer, list).ConfigureAwait(false);
            names.AddRange((root.Child("Buckets") ?? root).Elements().Select(bucket => bucket.Text("Name")).OfType<string>());
            marker = root.Text("IsTruncated") == "true" ? root.Text("NextMarker") : null;
        }
        while (marker is { Length: > 0 });
        return names;
    }
}
