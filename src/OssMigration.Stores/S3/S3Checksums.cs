using OssMigration.Core.Stores;
using OssMigration.Stores.Http;
using OssMigration.Stores.S3.Providers;

namespace OssMigration.Stores.S3;

/// <summary>Checksums of whole objects that answers declare.</summary>
internal static class S3Checksums
{
    private static readonly (string Header, ChecksumAlgorithm Algorithm)[] Headers =
    [
        ("x-amz-checksum-crc32", ChecksumAlgorithm.Crc32),
        ("x-amz-checksum-crc32c", ChecksumAlgorithm.Crc32C),
        ("x-amz-checksum-crc64nvme", ChecksumAlgorithm.Crc64Nvme),
        ("x-amz-checksum-sha1", ChecksumAlgorithm.Sha1),
        ("x-amz-checksum-sha256", ChecksumAlgorithm.Sha256),
    ];

    /// <summary>Reads them. Those of the checksums of parts say nothing of the whole and are left out.</summary>
    public static IReadOnlyList<DeclaredChecksum> Read(HttpAnswer answer, S3Provider provider)
    {
        if (provider.HashHeader is null && !answer.HasHeaderWithPrefix("x-amz-checksum-"))
            return [];
        List<DeclaredChecksum> found = [];
        if (provider.HashHeader is { } name && answer.Header(name) is { } hashes)
            AddHashes(found, hashes);
        if (!answer.HasHeaderWithPrefix("x-amz-checksum-") || string.Equals(answer.Header("x-amz-checksum-type"), "COMPOSITE", StringComparison.OrdinalIgnoreCase))
            return found;
        foreach ((string header, ChecksumAlgorithm algorithm) in Headers)
        {
            // A composite value ends in -N, and base64 has no hyphen.
            if (answer.Header(header) is { Length: > 0 } value && !value.Contains('-', StringComparison.Ordinal) && !found.Exists(checksum => checksum.Algorithm == algorithm))
                found.Add(new DeclaredChecksum(algorithm, value));
        }

        return found;
    }

    // crc32c=n03x6A==,md5=Ojk9c3dhfxgoKVVHYwFbHQ== in one header or two.
    private static void AddHashes(List<DeclaredChecksum> found, string hashes)
    {
        foreach (string hash in hashes.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            int at = hash.IndexOf('=', StringComparison.Ordinal);
            ChecksumAlgorithm? algorithm = at < 0 ? null : hash[..at].ToLowerInvariant() switch
            {
                "crc32c" => ChecksumAlgorithm.Crc32C,
                "md5" => ChecksumAlgorithm.Md5,
                _ => null,
            };
            if (algorithm is { } known && hash.Length > at + 1)
                found.Add(new DeclaredChecksum(known, hash[(at + 1)..]));
        }
    }
}
