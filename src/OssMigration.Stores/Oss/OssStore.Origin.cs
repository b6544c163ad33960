using OssMigration.Core.Stores;

namespace OssMigration.Stores.Oss;

public sealed partial class OssStore : IHttpOrigin
{
    /// <inheritdoc/>
    public Task<HttpOrigin> FindOriginAsync(CancellationToken cancellationToken) =>
        Task.FromResult(new HttpOrigin(_client.Layout.BuildUri("", ""), SigningRegion: null));
}
