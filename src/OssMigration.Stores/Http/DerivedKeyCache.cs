using System.Security.Cryptography;
using System.Text;

namespace OssMigration.Stores.Http;

/// <summary>
/// The signing key of both V4 signatures: a chain of HMAC-SHA256 over date, region, service and a closing word.
/// It changes once a day, so the last one is kept. Thread-safe.
/// </summary>
/// <param name="secretPrefix">What goes before the secret: AWS4 or aliyun_v4.</param>
/// <param name="region">The region of the scope.</param>
/// <param name="service">The service of the scope: s3 or oss.</param>
/// <param name="terminator">The closing word: aws4_request or aliyun_v4_request.</param>
internal sealed class DerivedKeyCache(string secretPrefix, string region, string service, string terminator)
{
    private volatile Entry? _last;

    /// <summary>The key for a day; the array is shared and must not be changed.</summary>
    /// <param name="secret">The secret of the credential.</param>
    /// <param name="date">The day as eight digits.</param>
    public byte[] Get(string secret, ReadOnlySpan<char> date)
    {
        Entry? last = _last;
        if (last is not null && date.SequenceEqual(last.Date) && string.Equals(secret, last.Secret, StringComparison.Ordinal))
            return last.Key;
        byte[] key = Encoding.UTF8.GetBytes(secretPrefix + secret);
        key = HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(date.ToString()));
        key = HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(region));
        key = HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(service));
        key = HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(terminator));
        _last = new Entry(secret, date.ToString(), key);
        return key;
    }

    private sealed record Entry(string Secret, string Date, byte[] Key)
    {
        public override string ToString() => "signing key (hidden)";
    }
}
