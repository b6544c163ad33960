using System.Buffers;
using System.Net;
using OssMigration.Core.Stores;

namespace OssMigration.Stores.Http;

/// <summary>How an address becomes request URIs: origin and the path before the key.</summary>
/// <param name="Origin">Scheme, host and port, without a slash at the end.</param>
/// <param name="BasePath">What stands before the key's slash: empty, or <c>/bucket</c> with path style.</param>
/// <param name="Host">The Host header.</param>
/// <param name="IsLoopback">Whether the endpoint is on this machine.</param>
internal sealed record EndpointLayout(string Origin, string BasePath, string Host, bool IsLoopback)
{
    private static readonly UriCreationOptions Raw = new() { DangerousDisablePathAndQueryCanonicalization = true };
    private static readonly SearchValues<char> LabelCharacters = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789-");

    /// <summary>Works out the layout of an address.</summary>
    /// <param name="address">Bucket, style and permission for plain http.</param>
    /// <param name="endpoint">The service's endpoint.</param>
    /// <exception cref="ArgumentException">Plain http that was not allowed, or a style that the endpoint cannot have.</exception>
    public static EndpointLayout Resolve(StoreAddress address, Uri endpoint)
    {
        if (!endpoint.IsAbsoluteUri || (endpoint.Scheme != Uri.UriSchemeHttp && endpoint.Scheme != Uri.UriSchemeHttps))
            throw new ArgumentException($"The endpoint of {address} is not an http or https address.", nameof(endpoint));
        if (endpoint.UserInfo.Length > 0 || endpoint.Query.Length > 0)
            throw new ArgumentException($"The endpoint of {address} must have neither user nor query.", nameof(endpoint));
        bool isLoopback = endpoint.IsLoopback;
        if (endpoint.Scheme == Uri.UriSchemeHttp && !isLoopback && !address.AllowInsecureEndpoint)
            throw new ArgumentException($"The endpoint of {address} is plain http. Use https, or allow it with AllowInsecureEndpoint.", nameof(endpoint));

        bool isBare = endpoint.HostNameType is UriHostNameType.IPv4 or UriHostNameType.IPv6 || endpoint.IdnHost == "localhost";
        AddressingStyle style = address.AddressingStyle;
        if (style == AddressingStyle.Auto)
            style = isBare || !IsLabel(address.Bucket) ? AddressingStyle.Path : AddressingStyle.VirtualHost;
        if (style == AddressingStyle.VirtualHost && endpoint.HostNameType is UriHostNameType.IPv4 or UriHostNameType.IPv6)
            throw new ArgumentException($"The endpoint of {address} is an IP address, which cannot be addressed by virtual host.", nameof(endpoint));

        string host = endpoint.HostNameType == UriHostNameType.IPv6 ? $"[{IPAddress.Parse(endpoint.IdnHost)}]" : endpoint.IdnHost;
        if (style == AddressingStyle.VirtualHost)
            host = $"{address.Bucket}.{host}";
        if (!endpoint.IsDefaultPort)
            host = $"{host}:{endpoint.Port}";
        string path = endpoint.AbsolutePath.TrimEnd('/');
        if (style == AddressingStyle.Path)
            path = $"{path}/{PercentEncoding.EncodeValue(address.Bucket)}";
        return new EndpointLayout($"{endpoint.Scheme}://{host}", path, host, isLoopback);
    }

    /// <summary>What an encoded key is appended to.</summary>
    public Uri BaseUrl => new($"{Origin}{BasePath}/");

    /// <summary>The URI of a request, byte for byte as given: nothing is unescaped, folded or normalised.</summary>
    /// <param name="encodedKey">The encoded key; empty for the bucket.</param>
    /// <param name="encodedQuery">The encoded query without question mark; empty for none.</param>
    public Uri BuildUri(string encodedKey, string encodedQuery)
    {
        string text = encodedQuery.Length == 0
            ? string.Concat(Origin, BasePath, "/", encodedKey)
            : string.Concat(string.Concat(Origin, BasePath, "/", encodedKey), "?", encodedQuery);
        return new Uri(text, in Raw);
    }

    // A name with dots or capitals is no single label of a host, and no wildcard certificate covers it.
    private static bool IsLabel(string bucket) => bucket.Length is > 0 and <= 63 && !bucket.AsSpan().ContainsAnyExcept(LabelCharacters);
}
