using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using OssMigration.Core.Fidelity;
using OssMigration.Core.Stores;

namespace OssMigration.Core.Jobs;

/// <summary>The identity of a job's result.</summary>
internal static class JobFingerprint
{
    /// <summary>Lower-case hex of the SHA-256 over the fields that decide which bytes end up where.</summary>
    public static string Of(MigrationJob job)
    {
        // Parts that came later are left out where they are the default, so that older journals keep their fingerprint.
        List<object?> parts = [Address(job.Source), Address(job.Destination), job.Mode.ToString(), job.Overwrite.ToString(), job.Filter];
        if (!job.Policy.IsDefault)
            parts.Add(job.Policy.Identity);
        if (job.InvalidKeyAction != InvalidKeyAction.Fail)
            parts.Add(job.InvalidKeyAction.ToString());
        if (job.ObjectList is { } list)
            parts.Add(list.Digest);
        if (job.Versions != VersionScope.Current)
            parts.Add(job.Versions.ToString());
        // The provider decides what storage classes mean.
        if (job.Source.Provider is { } provider)
            parts.Add(provider);
        string text = JsonSerializer.Serialize(parts, JobJson.Options);
        return Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(text))).ToLowerInvariant();
    }

    private static string?[] Address(StoreAddress address)
        => [address.Scheme, address.Endpoint?.AbsoluteUri, address.Bucket, address.Prefix];
}
