using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using OssMigration.Core.Stores;

namespace OssMigration.Core.Fidelity;

/// <summary>What happens to an object whose key the destination cannot hold.</summary>
public enum InvalidKeyAction
{
    /// <summary>It is not migrated (Unsupported), the run ends with exceptions. The default.</summary>
    Fail,

    /// <summary>It is left out, knowingly: it is an item of the run, and no exception. Its source is never cleaned up.</summary>
    Skip,

    /// <summary>It is written under another key, from which its own can be told: see <see cref="KeyEncoding"/>.</summary>
    Encode,
}

/// <summary>
/// Keys that the destination cannot hold, as keys that it can. <c>/a/b</c> becomes <c>ossmigration-keys/%2Fa/b</c>: the first character is
/// percent-encoded, the rest stays. A key that is too long becomes <c>ossmigration-keys/sha256/…</c>, the SHA-256 of its UTF-8, and its own is in the
/// user metadata <c>ossmigration-key</c> (an encoded word of RFC 2047). A key that begins with <c>ossmigration-keys/</c> itself is encoded too, so that
/// no two keys become one.
/// </summary>
/// <param name="limits">What the destination holds, below the job's prefix.</param>
public sealed class KeyEncoding(StoreLimits limits)
{
    /// <summary>What all encoded keys begin with.</summary>
    public const string Prefix = "ossmigration-keys/";

    private const string HashPrefix = Prefix + "sha256/";

    // As long as a key with its prefix may be in the sources that there are, and short enough for the metadata.
    private const int LongestKey = 3000;

    /// <summary>What the destination holds when keys are encoded.</summary>
    public StoreLimits Extended { get; } = limits with { ForbiddenFirstCharacters = "", MaxKeyBytes = LongestKey };

    /// <summary>Whether a key must be encoded.</summary>
    public bool IsNeeded(string key)
        => key.Length > 0 && (limits.ForbiddenFirstCharacters.Contains(key[0], StringComparison.Ordinal)
            || Encoding.UTF8.GetByteCount(key) > limits.MaxKeyBytes || key.StartsWith(Prefix, StringComparison.Ordinal));

    /// <summary>The key at the destination.</summary>
    public string Encode(string key)
    {
        if (!IsNeeded(key))
            return key;
        string named = char.IsAscii(key[0]) ? $"{Prefix}%{(int)key[0]:X2}{key[1..]}" : "";
        return named.Length > 0 && Encoding.UTF8.GetByteCount(named) <= limits.MaxKeyBytes
            ? named
            : HashPrefix + Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(key))).ToLowerInvariant();
    }

    /// <summary>Whether the key of an object at the destination can be told by its headers only.</summary>
    internal static bool IsHashed(string stored) => stored.StartsWith(HashPrefix, StringComparison.Ordinal);

    /// <summary>The key that an encoded one stands for; null where it is none of ours.</summary>
    /// <param name="stored">The key at the destination.</param>
    /// <param name="kept">The object's user metadata <c>ossmigration-key</c>, where its key is hashed.</param>
    public string? Decode(string stored, string? kept = null)
    {
        string? key = IsHashed(stored) ? HeaderForm.DecodeWord(kept) : ByName(stored);
        return key is not null && IsNeeded(key) && Encode(key) == stored ? key : null;
    }

    private static string? ByName(string stored)
    {
        ReadOnlySpan<char> rest = stored.AsSpan(Math.Min(Prefix.Length, stored.Length));
        return rest.Length >= 3 && rest[0] == '%' && byte.TryParse(rest[1..3], NumberStyles.HexNumber, CultureInfo.InvariantCulture, out byte first)
            ? $"{(char)first}{rest[3..]}"
            : null;
    }
}
