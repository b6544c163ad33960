using System.Buffers;
using OssMigration.Core.Stores;

namespace OssMigration.Stores.Oss;

/// <summary>Regions and endpoints of OSS. Source: "Regions and endpoints", endpoints.go of the Go V2 client.</summary>
internal static class OssEndpoint
{
    private const string Suffix = ".aliyuncs.com";

    private static readonly SearchValues<char> RegionCharacters = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789-");

    /// <summary>The plain region id of what people and answers write: <c>oss-cn-hangzhou</c> becomes <c>cn-hangzhou</c>.</summary>
    /// <exception cref="ArgumentException">No region id.</exception>
    public static string NormalizeRegion(string region)
    {
        string id = Plain(region);
        if (!IsRegion(id))
            throw new ArgumentException($"'{region}' is no region id of OSS. An example is cn-hangzhou.", nameof(region));
        return id;
    }

    private static bool IsRegion(string id) => id.Length > 0 && !id.AsSpan().ContainsAnyExcept(RegionCharacters);

    private static string Plain(string region)
    {
        string id = region.Trim().ToLowerInvariant();
        if (id.StartsWith("oss-", StringComparison.Ordinal))
            id = id[4..];
        return id.EndsWith("-internal", StringComparison.Ordinal) ? id[..^"-internal".Length] : id;
    }

    /// <summary>
    /// The region in a host of the service, <c>oss-cn-hangzhou-internal.aliyuncs.com</c> with or without bucket; null for
    /// other hosts, the accelerate endpoints among them.
    /// </summary>
    public static string? RegionOf(string? host)
    {
        if (host is null || !host.EndsWith(Suffix, StringComparison.OrdinalIgnoreCase))
            return null;
        foreach (string label in host[..^Suffix.Length].Split('.'))
        {
            if (label.StartsWith("oss-", StringComparison.OrdinalIgnoreCase)
                && label.Length > 4
                && !label.StartsWith("oss-accelerate", StringComparison.OrdinalIgnoreCase))
                return RegionIn(label);
        }

        // Dual stack: cn-hangzhou.oss.aliyuncs.com.
        string[] labels = host[..^Suffix.Length].Split('.');
        return labels.Length >= 2 && labels[^1] == "oss" ? RegionIn(labels[^2]) : null;
    }

    // Answers name endpoints too, and may name anything.
    private static string? RegionIn(string label) => IsRegion(Plain(label)) ? Plain(label) : null;

    /// <summary>The region to sign with: the address's, else the endpoint's, else the environment's OSS_REGION.</summary>
    /// <param name="address">The address.</param>
    /// <param name="environment">Reads environment variables.</param>
    /// <returns>The id, or null where nothing names one.</returns>
    public static string? FindRegion(StoreAddress address, Func<string, string?> environment)
    {
        if (!string.IsNullOrWhiteSpace(address.Region))
            return NormalizeRegion(address.Region);
        if (RegionOf(address.Endpoint?.IdnHost) is { } named)
            return named;
        return environment("OSS_REGION") is { Length: > 0 } region ? NormalizeRegion(region) : null;
    }

    /// <summary>The public endpoint of a region.</summary>
    public static Uri DefaultFor(string region) => new($"https://oss-{region}{Suffix}");
}
