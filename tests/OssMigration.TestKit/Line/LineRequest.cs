namespace OssMigration.TestKit;

/// <summary>A request that passes an <see cref="HttpLine"/>.</summary>
/// <param name="Method">GET, PUT, ...</param>
/// <param name="Path">The path as it was sent, from its first slash.</param>
/// <param name="Query">The query as it was sent, without its question mark; empty for none.</param>
public sealed record LineRequest(string Method, string Path, string Query)
{
    /// <summary>Whether the query has a parameter of this name.</summary>
    public bool Has(string name) => Value(name) is not null;

    /// <summary>A parameter of the query as it was sent, empty for a bare name; null where there is none.</summary>
    public string? Value(string name)
    {
        foreach (string parameter in Query.Split('&'))
        {
            if (parameter == name)
                return "";
            if (parameter.StartsWith(name + "=", StringComparison.Ordinal))
                return parameter[(name.Length + 1)..];
        }

        return null;
    }

    /// <summary>Whether it is about an object: the path has something behind the bucket.</summary>
    public bool IsOfObject => Path.IndexOf('/', 1) is > 0 and int slash && slash < Path.Length - 1;

    internal static LineRequest Parse(string startLine)
    {
        string[] words = startLine.Split(' ');
        int mark = words[1].IndexOf('?', StringComparison.Ordinal);
        return mark < 0 ? new LineRequest(words[0], words[1], "") : new LineRequest(words[0], words[1][..mark], words[1][(mark + 1)..]);
    }
}
