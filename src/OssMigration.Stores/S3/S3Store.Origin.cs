using OssMigration.Core.Stores;

namespace OssMigration.Stores.S3;

public sealed partial class S3Store : IHttpOrigin
{
    /// <inheritdoc/>
    public async Task<HttpOrigin> FindOriginAsync(CancellationToken cancellationToken)
    {
        // A request tells the region where the address does not: a server that signs for another one names it.
        if (!_client.IsRegionGiven)
            await InspectBucketAsync(cancellationToken).ConfigureAwait(false);
        return new HttpOrigin(_client.Layout.BuildUri("", ""), _client.Region);
    }
}
