using OssMigration.Stores.Http;

namespace OssMigration.Stores.Oss;

/// <summary>One request to OSS before it is signed. A request may be signed and sent again: signing replaces what it added.</summary>
internal sealed class OssRequest(HttpMethod method, string bucket, string? key)
{
    private const int UsualHeaders = 12;

    private string? _encodedQuery;

    /// <summary>The verb.</summary>
    public HttpMethod Method { get; } = method;

    /// <summary>The bucket; empty for the service itself.</summary>
    public string Bucket { get; } = bucket;

    /// <summary>The full key as it is, not encoded; null for a request on the bucket.</summary>
    public string? Key { get; } = key;

    /// <summary>The key as it goes into the path.</summary>
    public string EncodedKey { get; } = key is null ? "" : PercentEncoding.EncodeKey(key);

    /// <summary>Query parameters, not encoded; an empty value is sent as a bare name. Added by <see cref="With"/>.</summary>
    public List<KeyValuePair<string, string>> Query { get; } = [];

    /// <summary>The query as it is sent and signed.</summary>
    /// <exception cref="System.Text.EncoderFallbackException">A value has half a surrogate pair.</exception>
    public string EncodedQuery => _encodedQuery ??= OssQuery.Encode(Query);

    /// <summary>Headers by lower-case name, each name once.</summary>
    public List<KeyValuePair<string, string>> Headers { get; } = new(UsualHeaders);

    /// <summary>Names of further headers to sign (V4 only); null for none.</summary>
    public IReadOnlyList<string>? AdditionalHeaders { get; init; }

    /// <summary>The content; null for none. Read from its beginning at every attempt.</summary>
    public Stream? Body { get; init; }

    /// <summary>Adds a query parameter.</summary>
    public OssRequest With(string name, string value = "")
    {
        Query.Add(new(name, value));
        _encodedQuery = null;
        return this;
    }

    /// <summary>Sets a header; the name is lower case.</summary>
    public OssRequest WithHeader(string name, string value)
    {
        int at = IndexOf(name);
        if (at < 0)
            Headers.Add(new(name, value));
        else
            Headers[at] = new(name, value);
        return this;
    }

    /// <summary>The value of a header, or null.</summary>
    public string? Header(string name) => IndexOf(name) is >= 0 and int at ? Headers[at].Value : null;

    private int IndexOf(string name)
    {
        for (int at = 0; at < Headers.Count; at++)
        {
            if (Headers[at].Key == name)
                return at;
        }

        return -1;
    }
}
