using OssMigration.Sandbox.Oss.Wire;

namespace OssMigration.Sandbox.Oss.Signing;

/// <summary>The parts of a V4 authorization, from the header or from the query.</summary>
internal sealed record V4Authorization(string AccessKeyId, ScopeV4 Scope, IReadOnlyCollection<string> AdditionalHeaders, string Signature)
{
    /// <summary>Reads the Authorization header; blanks after commas are allowed.</summary>
    public static V4Authorization Parse(string header)
    {
        string? credential = null;
        string? additional = null;
        string? signature = null;
        foreach (string field in header[SignatureV4.Algorithm.Length..].Split(',', StringSplitOptions.TrimEntries))
        {
            int equals = field.IndexOf('=', StringComparison.Ordinal);
            string name = equals < 0 ? field : field[..equals];
            string value = equals < 0 ? string.Empty : field[(equals + 1)..];
            switch (name)
            {
                case "Credential": credential = value; break;
                case "AdditionalHeaders": additional = value; break;
                case "Signature": signature = value; break;
                default: throw Malformed("The Authorization header holds an unknown field.");
            }
        }

        if (credential is null || signature is not { Length: > 0 })
            throw Malformed("The Authorization header needs Credential and Signature.");
        if (additional is { Length: 0 })
            throw Malformed("AdditionalHeaders must not be empty.").WithEc("0002-00000209");
        return FromQuery(credential, additional, signature);
    }

    /// <summary>Takes the three values as a signed URL carries them.</summary>
    public static V4Authorization FromQuery(string credential, string? additional, string signature)
    {
        string[] parts = credential.Split('/');
        if (parts.Length != 5 || parts[0].Length == 0 || parts[4] != ScopeV4.Terminator || parts[1].Length != 8)
            throw Malformed("The Credential is malformed.");
        if (additional is { Length: 0 })
            throw Malformed("x-oss-additional-headers must not be empty.").WithEc("0002-00000209");
        string[] names = additional?.Split(';', StringSplitOptions.TrimEntries) ?? [];
        return new V4Authorization(parts[0], new ScopeV4(parts[1], parts[2], parts[3]), [.. names.Select(n => n.ToLowerInvariant())], signature);
    }

    /// <inheritdoc/>
    public override string ToString() => $"{AccessKeyId}/{Scope}";

    private static OssErrorException Malformed(string message) => OssErrors.InvalidArgument(message, "Authorization", string.Empty);
}
