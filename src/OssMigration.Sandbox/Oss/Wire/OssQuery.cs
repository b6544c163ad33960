using System.Diagnostics.CodeAnalysis;

namespace OssMigration.Sandbox.Oss.Wire;

/// <summary>One query parameter, decoded. <see cref="Value"/> is empty when the parameter came without one.</summary>
internal readonly record struct OssQueryParameter(string Name, string Value);

/// <summary>The query of a request in the order sent, decoded; names are case-sensitive.</summary>
internal sealed class OssQuery
{
    /// <summary>No query at all.</summary>
    public static readonly OssQuery Empty = new([]);

    private readonly List<OssQueryParameter> _parameters;

    private OssQuery(List<OssQueryParameter> parameters) => _parameters = parameters;

    /// <summary>All parameters in the order sent.</summary>
    public IReadOnlyList<OssQueryParameter> Parameters => _parameters;

    /// <summary>Reads the part of a request target behind the <c>?</c>. False when a name or value is no UTF-8.</summary>
    public static bool TryParse(ReadOnlySpan<char> raw, out OssQuery query)
    {
        query = Empty;
        if (raw.IsEmpty)
            return true;
        List<OssQueryParameter> parameters = [];
        foreach (Range range in raw.Split('&'))
        {
            ReadOnlySpan<char> pair = raw[range];
            if (pair.IsEmpty)
                continue;
            int equals = pair.IndexOf('=');
            ReadOnlySpan<char> rawName = equals < 0 ? pair : pair[..equals];
            ReadOnlySpan<char> rawValue = equals < 0 ? [] : pair[(equals + 1)..];
            if (!UrlCode.TryDecodeQuery(rawName, out string name) || !UrlCode.TryDecodeQuery(rawValue, out string value))
                return false;
            parameters.Add(new OssQueryParameter(name, value));
        }

        query = new OssQuery(parameters);
        return true;
    }

    /// <summary>True when the parameter was sent, with or without a value.</summary>
    public bool Has(string name) => TryGet(name, out _);

    /// <summary>The value of a parameter, or null when it was not sent.</summary>
    public string? Get(string name) => TryGet(name, out string? value) ? value : null;

    /// <summary>The value of the first parameter of that name.</summary>
    public bool TryGet(string name, [NotNullWhen(true)] out string? value)
    {
        foreach (OssQueryParameter parameter in _parameters)
        {
            if (string.Equals(parameter.Name, name, StringComparison.Ordinal))
            {
                value = parameter.Value;
                return true;
            }
        }

        value = null;
        return false;
    }
}
