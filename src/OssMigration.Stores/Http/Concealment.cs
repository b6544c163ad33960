using OssMigration.Core.Stores;

namespace OssMigration.Stores.Http;

/// <summary>Keeps what a request was signed with out of the error that came of it: a server may tell in its answer what it was sent.</summary>
internal static class Concealment
{
    private const string Hidden = "(hidden)";

    /// <summary>The error without the session token and the signature among the headers of its request.</summary>
    public static StoreException Without(this StoreException error, IEnumerable<KeyValuePair<string, string>> requestHeaders)
    {
        string[] secrets = [.. requestHeaders.Where(IsSecret).Select(header => header.Value)];
        string?[] texts = [error.Message, error.Code, error.RequestId, error.Region];
        if (!secrets.Any(secret => texts.Any(text => Holds(text, secret))))
            return error;
        return new StoreException(error.Kind, error.Store, Hide(error.Message, secrets)!, error.InnerException)
        {
            Key = error.Key,
            Code = Hide(error.Code, secrets),
            HttpStatus = error.HttpStatus,
            RequestId = Hide(error.RequestId, secrets),
            RetryAfter = error.RetryAfter,
            Region = error.Region is { } region && region == Hide(region, secrets) ? region : null,
        };
    }

    private static bool IsSecret(KeyValuePair<string, string> header)
        => header.Value.Length > 0 && header.Key.ToLowerInvariant() is "authorization" or "x-amz-security-token" or "x-oss-security-token";

    private static bool Holds(string? text, string secret)
        => text is not null && (text.Contains(secret, StringComparison.OrdinalIgnoreCase) || text.Contains(Uri.EscapeDataString(secret), StringComparison.OrdinalIgnoreCase));

    private static string? Hide(string? text, string[] secrets)
    {
        foreach (string secret in secrets)
        {
            text = text?.Replace(secret, Hidden, StringComparison.OrdinalIgnoreCase)
                .Replace(Uri.EscapeDataString(secret), Hidden, StringComparison.OrdinalIgnoreCase);
        }

        return text;
    }
}
