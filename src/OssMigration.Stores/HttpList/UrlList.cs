using OssMigration.Core.Stores;

namespace OssMigration.Stores.HttpList;

/// <summary>One line of a list: the object's key, and what stands before it in its URL.</summary>
/// <param name="Key">The second column, literally.</param>
/// <param name="Base">The first column.</param>
internal readonly record struct ListedUrl(string Key, string Base) : IComparable<ListedUrl>
{
    /// <inheritdoc/>
    public int CompareTo(ListedUrl other) => KeyOrder.CompareKeys(Key, other.Key);
}

/// <summary>
/// Reads a list of two columns, which blanks or tabs separate: what a URL begins with, and the rest of it, which is the key. As ossimport
/// takes it. Source: "Tools/ossimport/Architectures and configurations", httpListFilePath. A key may hold blanks. Empty lines say nothing.
/// </summary>
/// <param name="list">The list.</param>
/// <param name="store">The store's display name, for errors.</param>
/// <param name="allowsHttp">Whether objects may be fetched from another machine by plain http.</param>
internal sealed class UrlList(TextReader list, string store, bool allowsHttp)
{
    /// <summary>Most characters of a line: far above a URL that any server takes and the longest key.</summary>
    public const int MostCharacters = 65_536;

    private readonly LineReader _lines = new(list, MostCharacters);
    private long _line;

    /// <summary>Reads the next lines, at most so many; fewer at the end.</summary>
    public async Task<List<ListedUrl>> ReadAsync(int atMost, CancellationToken cancellationToken)
    {
        List<ListedUrl> lines = [];
        while (lines.Count < atMost && await _lines.ReadAsync(cancellationToken).ConfigureAwait(false) is { } line)
        {
            _line++;
            if (line.Length > MostCharacters)
                throw Refuse($"has more than {MostCharacters:N0} characters");
            if (!string.IsNullOrWhiteSpace(line))
                lines.Add(Parse(line));
        }

        return lines;
    }

    private ListedUrl Parse(string line)
    {
        string text = line.TrimEnd('\r').TrimStart();
        int blank = text.AsSpan().IndexOfAny(' ', '\t');
        string key = blank < 0 ? "" : text[blank..].TrimStart(' ', '\t');
        if (key.Length == 0)
            throw Refuse("has not two columns, the beginning of a URL and the key");
        string first = text[..blank];
        if (!Uri.TryCreate(first, UriKind.Absolute, out Uri? url) || url.Scheme is not ("http" or "https") || url.UserInfo.Length > 0 || url.Query.Length > 0)
            throw Refuse("does not begin with an http or https URL that has neither user nor query");
        if (url.Scheme == "http" && !url.IsLoopback && !allowsHttp)
            throw Refuse("has plain http, which is refused unless the address allows it with AllowInsecureEndpoint");
        return new ListedUrl(key, first);
    }

    // The line itself is not repeated: it may hold a secret.
    private StoreException Refuse(string why) => new(StoreErrorKind.Listing, store, $"Line {_line} of the list {why}.") { Code = "ListNotUnderstood" };
}
