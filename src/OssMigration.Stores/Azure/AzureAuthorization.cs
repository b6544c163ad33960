using System.Security.Cryptography;
using System.Text;
using OssMigration.Core.Stores;
using OssMigration.Stores.Http;

namespace OssMigration.Stores.Azure;

/// <summary>
/// Authorises requests by what a credential holds: an account key (Shared Key), a shared access signature, or a token of Microsoft Entra.
/// Source: Blob service REST API, "Authorize with Shared Key", "Authorize with Microsoft Entra ID".
/// </summary>
internal static class AzureAuthorization
{
    // In the order that the string to sign has them; the date is always an x-ms-date.
    private static readonly string[] SignedHeaders =
        ["content-encoding", "content-language", "content-length", "content-md5", "content-type", "date", "if-modified-since", "if-match", "if-none-match", "if-unmodified-since", "range"];

    /// <summary>Whether the secret of a credential is a shared access signature and no account key: a key is Base64 and has no <c>sig=</c>.</summary>
    public static bool IsSignature(string secret) => secret.Contains("sig=", StringComparison.OrdinalIgnoreCase);

    /// <summary>What goes into the query for a credential: the shared access signature, without its question mark; else empty.</summary>
    public static string QueryOf(StoreCredential? credential)
        => credential is { SecurityToken: null } && IsSignature(credential.AccessKeySecret) ? credential.AccessKeySecret.TrimStart('?').Trim() : "";

    /// <summary>Sets the Authorization header, where the credential needs one.</summary>
    /// <exception cref="FormatException">The account key is no Base64.</exception>
    public static void Apply(HttpRequestMessage request, AzureSite site, StoreCredential? credential)
    {
        if (credential is null)
            return;
        if (credential.SecurityToken is { } token)
            request.Headers.TryAddWithoutValidation("Authorization", $"Bearer {token}");
        else if (!IsSignature(credential.AccessKeySecret))
            request.Headers.TryAddWithoutValidation("Authorization", $"SharedKey {site.Account}:{Sign(request, site, credential.AccessKeySecret)}");
    }

    private static string Sign(HttpRequestMessage request, AzureSite site, string key)
    {
        byte[] hash = HMACSHA256.HashData(Convert.FromBase64String(key), Encoding.UTF8.GetBytes(StringToSign(request, site)));
        return Convert.ToBase64String(hash);
    }

    private static string StringToSign(HttpRequestMessage request, AzureSite site)
    {
        Dictionary<string, string> headers = new(StringComparer.OrdinalIgnoreCase);
        foreach ((string name, var values) in request.Headers.NonValidated)
            headers[name] = values.ToString();
        if (request.Content is not null)
        {
            foreach ((string name, var values) in request.Content.Headers.NonValidated)
                headers[name] = values.ToString();
            if (request.Content.Headers.ContentLength is > 0 and { } length)
                headers["content-length"] = length.ToString(System.Globalization.CultureInfo.InvariantCulture);
        }

        StringBuilder text = new(request.Method.Method);
        foreach (string name in SignedHeaders)
            text.Append('\n').Append(headers.GetValueOrDefault(name));
        text.Append('\n');
        foreach ((string name, string value) in headers.Where(header => header.Key.StartsWith("x-ms-", StringComparison.OrdinalIgnoreCase)).OrderBy(header => header.Key, StringComparer.OrdinalIgnoreCase))
            text.Append(name.ToLowerInvariant()).Append(':').Append(value.Trim()).Append('\n');
        return text.Append(Resource(request.RequestUri!, site)).ToString();
    }

    // The path as it is on the wire, after the account; parameters decoded, sorted by name.
    private static string Resource(Uri uri, AzureSite site)
    {
        string sent = uri.OriginalString[site.Layout.Origin.Length..];
        int mark = sent.IndexOf('?', StringComparison.Ordinal);
        StringBuilder text = new($"/{site.Account}{(mark < 0 ? sent : sent[..mark])}");
        string[] parameters = mark < 0 ? [] : sent[(mark + 1)..].Split('&', StringSplitOptions.RemoveEmptyEntries);
        foreach (IGrouping<string, string> parameter in parameters
            .Select(part => part.Split('=', 2))
            .GroupBy(pair => Uri.UnescapeDataString(pair[0]).ToLowerInvariant(), pair => pair.Length > 1 ? Uri.UnescapeDataString(pair[1]) : "")
            .OrderBy(group => group.Key, StringComparer.Ordinal))
            text.Append('\n').Append(parameter.Key).Append(':').AppendJoin(',', parameter.Order(StringComparer.Ordinal));
        return text.ToString();
    }
}
