using System.Buffers;
using Amazon;
using OssMigration.Core.Stores;
using OssMigration.Stores.Http;
using OssMigration.Stores.S3.Providers;

namespace OssMigration.Stores.S3;

/// <summary>Where requests go and for which region they are signed. Immutable; a learnt region makes another one.</summary>
/// <param name="Layout">Host and path.</param>
/// <param name="Signer">Signs for one region.</param>
internal sealed record S3Site(EndpointLayout Layout, S3Signer Signer)
{
    /// <summary>What AWS itself signs for where nobody names a region; most other servers take any.</summary>
    private const string FirstGuess = "us-east-1";

    private const string RegionPlace = "{region}";
    private const int MostRegionCharacters = 63;

    private static readonly SearchValues<char> RegionCharacters = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789-");

    /// <summary>The region that requests are signed for.</summary>
    public string Region => Signer.Region;

    /// <summary>The site of an address.</summary>
    /// <param name="address">The address.</param>
    /// <param name="provider">What is different about the server.</param>
    /// <param name="learnt">The region that the server named; null before it did.</param>
    /// <param name="environment">Reads an environment variable.</param>
    /// <exception cref="ArgumentException">Plain http that was not allowed, a style that the endpoint cannot have, or no endpoint that could be made.</exception>
    public static S3Site Create(StoreAddress address, S3Provider provider, string? learnt, Func<string, string?> environment)
    {
        string region = RegionOf(address, provider) ?? learnt ?? FromEnvironment(address, provider, environment) ?? FirstGuess;
        Uri endpoint = address.Endpoint ?? (provider == AmazonS3.Facts ? VendorEndpoint(region) : ProviderEndpoint(address, provider));
        bool isNamed = endpoint.HostNameType == UriHostNameType.Dns && endpoint.IdnHost != "localhost";
        AddressingStyle style = address.AddressingStyle == AddressingStyle.Auto && isNamed ? provider.Style : address.AddressingStyle;
        return new S3Site(EndpointLayout.Resolve(address with { AddressingStyle = style }, endpoint), new S3Signer(region));
    }

    /// <summary>The region that address or provider names; null where it has to be learnt.</summary>
    public static string? RegionOf(StoreAddress address, S3Provider provider)
        => address.Region ?? provider.Region ?? (provider.RegionFollows is { } mark ? After(address.Endpoint?.IdnHost, mark) : null);

    /// <summary>Whether a text may be a region: it becomes part of a host and of what is signed.</summary>
    public static bool IsRegion(string text) => text.Length is > 0 and <= MostRegionCharacters && !text.AsSpan().ContainsAnyExcept(RegionCharacters);

    // The variables say where the user's buckets at AWS are. They say nothing of another vendor's endpoint.
    private static string? FromEnvironment(StoreAddress address, S3Provider provider, Func<string, string?> environment)
    {
        if (address.Endpoint is not null || provider != AmazonS3.Facts)
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

    private static Uri ProviderEndpoint(StoreAddress address, S3Provider provider)
    {
        if (provider.Endpoint is not { } form)
            throw new ArgumentException($"{provider.Title} has no endpoint of its own. Name it with -Endpoint.", nameof(address));
        if (!form.Contains(RegionPlace, StringComparison.Ordinal))
            return new Uri(form);
        if (address.Region is not { } region || !IsRegion(region))
            throw new ArgumentException($"{provider.Title} needs the region that the bucket is in (-Region), or its -Endpoint.", nameof(address));
        return new Uri(form.Replace(RegionPlace, region, StringComparison.Ordinal));
    }

    private static string? After(string? host, string mark)
    {
        int at = host?.IndexOf(mark, StringComparison.OrdinalIgnoreCase) ?? -1;
        if (at < 0)
            return null;
        string label = host![(at + mark.Length)..].Split('.')[0];
        return IsRegion(label) ? label : null;
    }
}
