using OssMigration.Core.Stores;
using OssMigration.Stores.Http;

namespace OssMigration.Stores.Azure;

/// <summary>Where the requests for one container go, and whose account signs them.</summary>
/// <param name="Account">The storage account.</param>
/// <param name="Layout">Host and path before the blob's name; its last segment is the container.</param>
internal sealed record AzureSite(string Account, EndpointLayout Layout)
{
    private const string PublicCloud = "blob.core.windows.net";

    /// <summary>
    /// Works out the site. Without an endpoint it is the account's own in the public cloud. An endpoint on an IP address or localhost
    /// (Azurite, Azure Stack by address) has the account in its path; one with <see cref="AddressingStyle.Path"/> too; any other is taken
    /// as it is: <c>https://account.blob.core.chinacloudapi.cn</c>, a private endpoint, a domain bound to the account.
    /// </summary>
    /// <exception cref="ArgumentException">Plain http that was not allowed, or an endpoint that is none.</exception>
    public static AzureSite Of(StoreAddress address)
    {
        int slash = address.Bucket.IndexOf('/', StringComparison.Ordinal);
        string account = address.Bucket[..slash];
        string container = address.Bucket[(slash + 1)..];
        Uri endpoint = address.Endpoint ?? new Uri($"https://{account}.{PublicCloud}");
        bool isBare = endpoint.HostNameType is UriHostNameType.IPv4 or UriHostNameType.IPv6 || endpoint.IdnHost == "localhost";
        bool hasAccountInPath = address.AddressingStyle == AddressingStyle.Path || (address.AddressingStyle == AddressingStyle.Auto && isBare);
        if (hasAccountInPath && endpoint.AbsolutePath.Trim('/') != account)
            endpoint = new Uri($"{endpoint.GetLeftPart(UriPartial.Path).TrimEnd('/')}/{account}");
        return new AzureSite(account, EndpointLayout.Resolve(address with { Bucket = container, AddressingStyle = AddressingStyle.Path }, endpoint));
    }
}
