using OssMigration.Core.Stores;

namespace OssMigration.Stores.S3.Providers;

/// <summary>The providers that are known.</summary>
public static class S3Providers
{
    internal static IReadOnlyList<S3Provider> All { get; } = [AmazonS3.Facts, CephRgw.Facts, GoogleStorage.Facts, TencentCos.Facts, AnyS3.Facts];

    /// <summary>The names that an address may have as its provider, each with what it stands for.</summary>
    public static IReadOnlyList<(string Name, string Title)> Names { get; } = [.. All.Select(provider => (provider.Name, provider.Title))];

    /// <summary>The name as it is written here; null where there is no such provider. Letter case does not matter.</summary>
    public static string? Find(string name) => ByName(name)?.Name;

    /// <summary>The name of the provider of an address: the one that it names, or that its endpoint's host tells for certain; null where the scheme is not s3.</summary>
    public static string? NameOf(StoreAddress address) => address.Scheme == "s3" ? Of(address).Name : null;

    internal static S3Provider Of(StoreAddress address)
    {
        if (address.Provider is { } name)
            return ByName(name) ?? throw new ArgumentException(Unknown(name), nameof(address));
        if (address.Endpoint is not { } endpoint)
            return AmazonS3.Facts;
        return All.FirstOrDefault(provider => provider.Hosts.Any(host => IsWithin(endpoint.IdnHost, host))) ?? AnyS3.Facts;
    }

    internal static string Unknown(string name) => $"The provider '{name}' is not known. Known are {string.Join(", ", All.Select(provider => provider.Name))}.";

    private static S3Provider? ByName(string name) => All.FirstOrDefault(provider => provider.Name.Equals(name, StringComparison.OrdinalIgnoreCase));

    private static bool IsWithin(string host, string end) => host.Equals(end, StringComparison.OrdinalIgnoreCase)
        || (host.EndsWith(end, StringComparison.OrdinalIgnoreCase) && host[^(end.Length + 1)] == '.');
}
