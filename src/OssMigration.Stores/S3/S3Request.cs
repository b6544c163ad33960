using System.Text;
using OssMigration.Stores.Http;

namespace OssMigration.Stores.S3;

/// <summary>One request to S3 before it is signed. It may be signed and sent again.</summary>
/// <param name="method">The verb.</param>
/// <param name="key">The full key for errors, as it is; null for a request on the bucket.</param>
/// <param name="encodedKey">The key as it goes into the path.</param>
/// <param name="query">The encoded query in canonical form: sorted, each name with its <c>=</c>.</param>
internal sealed class S3Request(HttpMethod method, string? key, string encodedKey, string query)
{
    private const int UsualHeaders = 8;

    /// <summary>The verb.</summary>
    public HttpMethod Method { get; } = method;

    /// <summary>The full key, or null.</summary>
    public string? Key { get; } = key;

    /// <summary>The key as it goes into the path; empty for the bucket.</summary>
    public string EncodedKey { get; } = encodedKey;

    /// <summary>The canonical query, which is also the one that is sent.</summary>
    public string Query { get; } = query;

    /// <summary>Headers by lower-case name, each name once. The signer adds and replaces its own.</summary>
    public List<KeyValuePair<string, string>> Headers { get; } = new(UsualHeaders);

    /// <summary>The content; null for none. Sent from its beginning at every attempt, never disposed.</summary>
    public Stream? Body { get; init; }

    /// <summary>True: 404 is an answer and no error.</summary>
    public bool AcceptsNotFound { get; init; }

    /// <summary>A GET on the bucket.</summary>
    /// <param name="query">Parameters, not encoded, in any order; a null value leaves one out.</param>
    /// <exception cref="EncoderFallbackException">A value is no Unicode text.</exception>
    public static S3Request ForBucket(params ReadOnlySpan<(string Name, string? Value)> query) => new(HttpMethod.Get, null, "", Encode(query));

    /// <summary>A request on a sub-resource of the bucket.</summary>
    /// <param name="method">The verb.</param>
    /// <param name="subResource">Its name, for example lifecycle.</param>
    /// <param name="body">The content; null for none.</param>
    public static S3Request ForSubResource(HttpMethod method, string subResource, Stream? body = null)
        => new(method, null, "", Encode([(subResource, "")])) { Body = body };

    /// <summary>The canonical form of a query that is encoded already.</summary>
    public static string Canonical(string encodedQuery)
    {
        if (encodedQuery.Length == 0)
            return "";
        List<KeyValuePair<string, string>> parameters = [];
        foreach (string part in encodedQuery.Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            int at = part.IndexOf('=', StringComparison.Ordinal);
            parameters.Add(at < 0 ? new(part, "") : new(part[..at], part[(at + 1)..]));
        }

        return Join(parameters);
    }

    /// <summary>Sets a header; the name is lower case.</summary>
    public void SetHeader(string name, string value)
    {
        RemoveHeader(name);
        Headers.Add(new(name, value));
    }

    /// <summary>Removes a header, if it is there.</summary>
    public void RemoveHeader(string name)
    {
        if (IndexOf(name) is >= 0 and int at)
            Headers.RemoveAt(at);
    }

    /// <summary>Whether a header is there.</summary>
    public bool HasHeader(string name) => IndexOf(name) >= 0;

    private int IndexOf(string name)
    {
        for (int at = 0; at < Headers.Count; at++)
        {
            if (Headers[at].Key == name)
                return at;
        }

        return -1;
    }

    /// <summary>The canonical form of parameters that are not encoded, in any order; a null value leaves one out.</summary>
    /// <exception cref="EncoderFallbackException">A value is no Unicode text.</exception>
    public static string Encode(ReadOnlySpan<(string Name, string? Value)> query)
    {
        List<KeyValuePair<string, string>> encoded = new(query.Length);
        foreach ((string name, string? value) in query)
        {
            if (value is not null)
                encoded.Add(new(PercentEncoding.EncodeValue(name), PercentEncoding.EncodeValue(value)));
        }

        return Join(encoded);
    }

    private static string Join(List<KeyValuePair<string, string>> parameters)
    {
        parameters.Sort(static (left, right) => string.CompareOrdinal(left.Key, right.Key) is not 0 and int order
            ? order
            : string.CompareOrdinal(left.Value, right.Value));
        StringBuilder text = new();
        foreach ((string name, string value) in parameters)
            text.Append(text.Length > 0 ? "&" : "").Append(name).Append('=').Append(value);
        return text.ToString();
    }
}
