using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using OssMigration.Core.Stores;

namespace OssMigration.Core.Jobs;

/// <summary>The identity of a job's result.</summary>
internal static class JobFingerprint
{
    /// <summary>Lower-case hex of the SHA-256 over the fields that decide which bytes end up where.</summary>
    public static string Of(MigrationJob job)
    {
        string text = JsonSerializer.Serialize(
            new object?[]
            {
                Address(job.Source), Address(job.Destination), job.Mode.ToString(), job.Overwrite.ToString(),
                job.Filter,
            },
            JobJson.Options);
        return Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(text))).ToLowerInvariant();
    }

    private static string?[] Address(StoreAddress address)
        => [address.Scheme, address.Endpoint?.AbsoluteUri, address.Bucket, address.Prefix];
}
