namespace OssMigration.Core.Stores;

/// <summary>Where somebody else, OSS with a mirroring rule for one, fetches the objects of a bucket.</summary>
/// <param name="BaseUrl">http or https, ends with a slash; the encoded full key is appended.</param>
/// <param name="SigningRegion">The region that requests with an AWS4 signature are signed for; null where the store takes none.</param>
public sealed record HttpOrigin(Uri BaseUrl, string? SigningRegion);

/// <summary>Capability: objects can be had by a plain HTTP GET under a URL that is made from the key.</summary>
public interface IHttpOrigin
{
    /// <summary>Finds the URL and the region; asks the store only where the address does not name the region.</summary>
    Task<HttpOrigin> FindOriginAsync(CancellationToken cancellationToken);
}
