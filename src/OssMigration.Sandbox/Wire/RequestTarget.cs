using System.Text;
using Microsoft.AspNetCore.Http.Features;

namespace OssMigration.Sandbox.Wire;

/// <summary>The request target as it came over the wire: nothing is decoded, merged or cleaned, because keys are byte-exact.</summary>
internal sealed class RequestTarget
{
    private static readonly UTF8Encoding Strict = new(false, throwOnInvalidBytes: true);

    private RequestTarget(string rawPath, IReadOnlyList<QueryParameter> query)
    {
        RawPath = rawPath;
        Query = query;
    }

    /// <summary>The path as sent, percent-encoded, beginning with a slash.</summary>
    public string RawPath { get; }

    /// <summary>The query's parameters in the order sent.</summary>
    public IReadOnlyList<QueryParameter> Query { get; }

    /// <summary>Reads the target of a request.</summary>
    /// <exception cref="FormatException">The query holds bytes that are no UTF-8.</exception>
    public static RequestTarget Of(HttpContext context) =>
        Parse(context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget);

    /// <summary>Reads a target in origin form (/path?query) or absolute form (http://host/path?query).</summary>
    /// <exception cref="FormatException">The query holds bytes that are no UTF-8.</exception>
    public static RequestTarget Parse(string target)
    {
        if (!target.StartsWith('/'))
        {
            int scheme = target.IndexOf("://", StringComparison.Ordinal);
            int slash = scheme < 0 ? -1 : target.IndexOf('/', scheme + 3);
            target = slash < 0 ? "/" : target[slash..];
        }
        int question = target.IndexOf('?', StringComparison.Ordinal);
        return question < 0
            ? new RequestTarget(target, [])
            : new RequestTarget(target[..question], ParseQuery(target[(question + 1)..]));
    }

    /// <summary>Whether the query holds this name, with or without a value.</summary>
    public bool Has(string name) => Find(name) is not null;

    /// <summary>The decoded value of the first parameter of this name; null when there is none.</summary>
    public string? Value(string name) => Find(name)?.Value;

    /// <summary>Decodes percent-encoded UTF-8; a plus sign stays a plus sign.</summary>
    /// <exception cref="FormatException">The bytes are no UTF-8.</exception>
    public static string DecodePath(string encoded) => Decode(encoded, plusIsBlank: false);

    /// <summary>Decodes a name or value of a query; a plus sign is a blank.</summary>
    /// <exception cref="FormatException">The bytes are no UTF-8.</exception>
    public static string DecodeQuery(string encoded) => Decode(encoded, plusIsBlank: true);

    private QueryParameter? Find(string name)
    {
        for (int i = 0; i < Query.Count; i++)
            if (string.Equals(Query[i].Name, name, StringComparison.Ordinal))
                return Query[i];
        return null;
    }

    private static List<QueryParameter> ParseQuery(string query)
    {
        var parameters = new List<QueryParameter>();
        foreach (string part in query.Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            int equals = part.IndexOf('=', StringComparison.Ordinal);
            string name = equals < 0 ? part : part[..equals];
            string value = equals < 0 ? "" : part[(equals + 1)..];
            parameters.Add(new QueryParameter(name, value, DecodeQuery(name), DecodeQuery(value)));
        }
        return parameters;
    }

    private static string Decode(string encoded, bool plusIsBlank)
    {
        if (!encoded.Contains('%', StringComparison.Ordinal))
            return plusIsBlank ? encoded.Replace('+', ' ') : encoded;
        byte[] bytes = new byte[Encoding.UTF8.GetMaxByteCount(encoded.Length)];
        int length = 0;
        for (int i = 0; i < encoded.Length;)
        {
            char c = encoded[i];
            if (c == '%' && i + 2 < encoded.Length && char.IsAsciiHexDigit(encoded[i + 1]) && char.IsAsciiHexDigit(encoded[i + 2]))
            {
                bytes[length++] = Convert.ToByte(encoded.Substring(i + 1, 2), 16);
                i += 3;
                continue;
            }
            int take = char.IsHighSurrogate(c) && i + 1 < encoded.Length ? 2 : 1;
            length += c == '+' && plusIsBlank
                ? Encoding.UTF8.GetBytes(" ", bytes.AsSpan(length))
                : Encoding.UTF8.GetBytes(encoded.AsSpan(i, take), bytes.AsSpan(length));
            i += take;
        }
        try
        {
            return Strict.GetString(bytes, 0, length);
        }
        catch (DecoderFallbackException e)
        {
            throw new FormatException("The request target holds bytes that are no UTF-8.", e);
        }
    }
}

/// <summary>One parameter of a query, as sent and decoded. A name without '=' has an empty value.</summary>
internal sealed record QueryParameter(string RawName, string RawValue, string Name, string Value);
