using System.Text;
using OssMigration.Sandbox.Oss.Wire;
using OssMigration.Sandbox.Storage;
using OssMigration.Sandbox.Wire;

namespace OssMigration.Sandbox.Oss.Operations;

/// <summary>What all listings ask for.</summary>
internal sealed record ListRequest(string Prefix, string Delimiter, int MaxKeys, bool Encodes)
{
    /// <summary>Reads prefix, delimiter, max-keys (default 100) and encoding-type.</summary>
    public static ListRequest Read(OssContext context) => new(
        Text(context, "prefix") ?? string.Empty,
        Text(context, "delimiter") ?? string.Empty,
        context.Number("max-keys", OssLimits.DefaultListKeys, 0, OssLimits.ListKeys),
        context.EncodesNames);

    /// <summary>A text parameter of fewer than 1024 bytes; null when absent.</summary>
    public static string? Text(OssContext context, string name)
    {
        string? text = context.Query.Value(name);
        return text is null || Encoding.UTF8.GetByteCount(text) <= OssLimits.ListTextBytes
            ? text
            : throw OssErrors.InvalidArgument($"The length of {name} must be less than 1024.", name, text);
    }

    /// <summary>The query for the bucket.</summary>
    public ListQuery ToQuery(string? after) => new() { Prefix = Prefix, Delimiter = Delimiter, After = after, MaxKeys = MaxKeys };

    /// <summary>A name as the answer writes it.</summary>
    public string Name(string name) => Encodes ? UriText.Encode(name, keepSlash: false) : name;
}
