using System.Buffers;
using Amazon;
using OssMigration.Core.Stores;
using OssMigration.Stores.Http;

namespace OssMigration.Stores.S3;

/// <summary>Where requests go and for which region they are signed. Immutable; a learnt region makes another one.</summary>
/// <param name="Layout">Host and path.</param>
/// <param name="Signer">Signs for one region.</param>
internal sealed record S3Site(EndpointLayout Layout, S3Signer Signer)
{
    /// <summary>What AWS itself signs for where nobody names a region; most other servers take any.</summary>
    private const string FirstGuess = "us-east-1";

    private const int MostRegionCharacters = 63;

    private static readonly SearchValues<char> RegionCharacters = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789-");

    /// <summary>The region that requests are signed for.</summary>
    public string Region => Signer.Region;

    /// <summary>The site of an address.</summary>
    /// <param name="address">The address.</param>
    /// <param name="learnt">The region that the server named; null before it did.</param>
    /// <param name="environment">Reads an environment variable.</param>
    /// <exception cref="ArgumentException">Plain http that was not allowed, or a style that the endpoint cannot have.</exception>
    public static S3Site Create(StoreAddress address, string? learnt, Func<string, string?> environment)
    {
        string region = address.Region ?? learnt ?? FromEnvironment(address, environment) ?? FirstGuess;
        return new S3Site(EndpointLayout.Resolve(address, address.Endpoint ?? VendorEndpoint(region)), new S3Signer(region));
    }

    /// <summary>Whether a text may be a region: it becomes part of a host and of what is signed.</summary>
    public static bool IsRegion(string text) => text.Length is > 0 and <= MostRegionCharacters && !text.AsSpan().ContainsAnyExcept(RegionCharacters);

    // The variables say where the user's buckets at AWS are. They say nothing of another vendor's endpoint.
    private static string? FromEnvironment(StoreAddress address, Func<string, string?> environment)
    {
        if (address.Endpoint is not null)
            return null;
        return environment("AWS_REGION") is { Length: > 0 } region
            ? region
            : environment("AWS_DEFAULT_REGION") is { Length: > 0 } other ? other : null;
    }

    private static Uri VendorEndpoint(string region)
    {
        if (!IsRegion(region))
            throw new ArgumentException($"'{region}' is no region id.", nameof(region));
        string suffix = RegionEndpoint.GetBySystemName(region).PartitionDnsSuffix;
        return new Uri($"https://s3.{region}.{(string.IsNullOrEmpty(suffix) ? "amazonaws.com" : suffix)}");
    }
}
