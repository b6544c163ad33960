using OssMigration.Core.Stores;

namespace OssMigration.Core.Versions;

/// <summary>A source whose object is one version of a key.</summary>
internal sealed class VersionSource(IObjectReader inner, VersionAccess versions, string versionId) : StoreDecorator(inner)
{
    /// <inheritdoc/>
    public override Task<ObjectHead?> HeadAsync(string key, CancellationToken cancellationToken) => versions.HeadAsync(key, versionId, cancellationToken);

    /// <inheritdoc/>
    public override Task<TResult> ReadAsync<TResult>(
        ReadRequest request, Func<ObjectContent, CancellationToken, ValueTask<TResult>> consume, CancellationToken cancellationToken)
        => Inner.ReadAsync(request with { VersionId = versionId }, consume, cancellationToken);
}
