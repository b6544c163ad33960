using System.Xml.Linq;
using OssMigration.Core.Stores;
using OssMigration.Stores.Http;

namespace OssMigration.Stores.S3;

public sealed partial class S3Store
{
    /// <summary>Opens the service itself, which is good for <see cref="ListBucketsAsync"/> only.</summary>
    /// <param name="account">An address without a bucket.</param>
    /// <param name="options">Keys given for this process.</param>
    internal static S3Store OpenAccount(StoreAddress account, StoreOpenOptions options) => OpenUnchecked(account, options, handler: null);

    /// <summary>The names of the account's buckets.</summary>
    internal async Task<IReadOnlyList<string>> ListBucketsAsync(CancellationToken cancellationToken)
    {
        using HttpAnswer answer = await _client.SendAsync(S3Request.ForBucket(), cancellationToken).ConfigureAwait(false);
        using PooledBody body = await answer.ReadBodyAsync(MaxListBytes).ConfigureAwait(false);
        XElement root = AnswerXml.Load(body, DisplayName, null);
        return [.. (root.Child("Buckets") ?? root).Elements().Select(bucket => bucket.Text("Name")).OfType<string>()];
    }
}
