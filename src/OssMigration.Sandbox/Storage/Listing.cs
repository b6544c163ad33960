namespace OssMigration.Sandbox.Storage;

/// <summary>What a client asks a listing for.</summary>
internal sealed record ListQuery
{
    /// <summary>Only keys that begin with this.</summary>
    public string Prefix { get; init; } = "";

    /// <summary>Keys that hold this behind the prefix are rolled up to a common prefix; null or empty for none.</summary>
    public string? Delimiter { get; init; }

    /// <summary>
    /// Only keys and common prefixes greater than this: start-after, a marker, or the position in a token. Null for the start.
    /// A common prefix that is not greater than this is left out with all its keys, as AWS does it.
    /// </summary>
    public string? After { get; init; }

    /// <summary>The most keys and common prefixes together on a page.</summary>
    public int MaxKeys { get; init; } = 1000;
}

/// <summary>One line of a page: an object, or a common prefix.</summary>
internal readonly record struct ListEntry(StoredObject? Object, string Name)
{
    /// <summary>Whether this is a common prefix.</summary>
    public bool IsPrefix => Object is null;
}

/// <summary>A page of a listing.</summary>
/// <param name="Entries">Objects and common prefixes in key order.</param>
/// <param name="IsTruncated">Whether more follows.</param>
/// <param name="NextAfter">What <see cref="ListQuery.After"/> continues behind this page; null when nothing follows.</param>
/// <param name="KeyCount">The number of entries as the page states it.</param>
internal sealed record ListPage(IReadOnlyList<ListEntry> Entries, bool IsTruncated, string? NextAfter, int KeyCount);

/// <summary>What a client asks a listing of versions for.</summary>
internal sealed record VersionQuery
{
    /// <summary>Only keys that begin with this.</summary>
    public string Prefix { get; init; } = "";

    /// <summary>Keys that hold this behind the prefix are rolled up; null or empty for none.</summary>
    public string? Delimiter { get; init; }

    /// <summary>Behind this key, or within it when <see cref="VersionIdMarker"/> is given; null for the start.</summary>
    public string? KeyMarker { get; init; }

    /// <summary>Behind this version of <see cref="KeyMarker"/>; null to skip that key.</summary>
    public string? VersionIdMarker { get; init; }

    /// <summary>The most versions, markers and common prefixes together on a page.</summary>
    public int MaxKeys { get; init; } = 1000;
}

/// <summary>A page of versions: newest first within a key.</summary>
internal sealed record VersionPage(IReadOnlyList<ListEntry> Entries, bool IsTruncated, string? NextKeyMarker, string? NextVersionIdMarker);

/// <summary>Makes pages from a bucket's cursor: O(page × log n), whatever the size of the bucket.</summary>
internal static class Lister
{
    /// <summary>A page of current objects.</summary>
    public static ListPage List(this Bucket bucket, ListQuery query) => bucket.Read(cursor => List(cursor, query));

    /// <summary>A page of versions and delete markers.</summary>
    public static VersionPage ListVersions(this Bucket bucket, VersionQuery query) => bucket.Read(cursor => ListVersions(cursor, query));

    private static ListPage List(ObjectCursor cursor, ListQuery query)
    {
        var entries = new List<ListEntry>(Math.Min(query.MaxKeys, 1000));
        if (query.MaxKeys == 0)
            return new ListPage(entries, false, null, 0);
        Start(cursor, query.Prefix, query.After);
        while (cursor.MoveNext())
        {
            StoredObject found = cursor.Current;
            if (!found.Key.StartsWith(query.Prefix, StringComparison.Ordinal))
                break;
            string? rolled = RollUp(found.Key, query.Prefix, query.Delimiter);
            if (rolled is null ? found.IsDeleteMarker : IsPassed(rolled, query.After))
            {
                if (rolled is not null)
                    cursor.Seek(KeyBound.PastPrefix(rolled));
                continue;
            }
            if (rolled is not null && !HasLiveObject(cursor, rolled))
                continue;
            if (entries.Count == query.MaxKeys)
                return new ListPage(entries, true, entries[^1].Name, entries.Count);
            entries.Add(rolled is null ? new ListEntry(found, found.Key) : new ListEntry(null, rolled));
            if (rolled is not null)
                cursor.Seek(KeyBound.PastPrefix(rolled));
        }
        return new ListPage(entries, false, null, entries.Count);
    }

    private static VersionPage ListVersions(ObjectCursor cursor, VersionQuery query)
    {
        var entries = new List<ListEntry>();
        bool withinMarker = query.VersionIdMarker is not null && query.KeyMarker is not null;
        Start(cursor, query.Prefix, query.KeyMarker);
        if (withinMarker && KeyOrder.Compare(query.KeyMarker!, query.Prefix) >= 0)
            cursor.Seek(KeyBound.AtOrAfter(query.KeyMarker!));
        while (query.MaxKeys > 0 && cursor.MoveNext())
        {
            StoredObject head = cursor.Current;
            if (!head.Key.StartsWith(query.Prefix, StringComparison.Ordinal))
                break;
            string? rolled = RollUp(head.Key, query.Prefix, query.Delimiter);
            if (rolled is not null)
            {
                if (!IsPassed(rolled, query.KeyMarker))
                {
                    if (entries.Count == query.MaxKeys)
                        return Truncated(entries);
                    entries.Add(new ListEntry(null, rolled));
                }
                cursor.Seek(KeyBound.PastPrefix(rolled));
                continue;
            }
            StoredObject? version = head;
            if (withinMarker && string.Equals(head.Key, query.KeyMarker, StringComparison.Ordinal))
                version = Behind(head, query.VersionIdMarker!);
            for (; version is not null; version = version.Older)
            {
                if (entries.Count == query.MaxKeys)
                    return Truncated(entries);
                entries.Add(new ListEntry(version, version.Key));
            }
        }
        return new VersionPage(entries, false, null, null);
    }

    private static VersionPage Truncated(List<ListEntry> entries)
    {
        ListEntry last = entries[^1];
        return new VersionPage(entries, true, last.Name, last.Object is { } version ? version.VersionId ?? "null" : null);
    }

    private static StoredObject? Behind(StoredObject head, string versionId)
    {
        StoredObject? version = head;
        while (version is not null && !version.IsVersion(versionId))
            version = version.Older;
        return version?.Older;
    }

    private static void Start(ObjectCursor cursor, string prefix, string? after)
    {
        bool afterDecides = after is not null && KeyOrder.Compare(after, prefix) >= 0;
        cursor.Seek(afterDecides ? KeyBound.After(after!) : KeyBound.AtOrAfter(prefix));
    }

    private static bool IsPassed(string rolled, string? after) => after is not null && KeyOrder.Compare(rolled, after) <= 0;

    // Only a versioned bucket has delete markers; a prefix under which nothing else is left is not listed.
    private static bool HasLiveObject(ObjectCursor cursor, string rolled)
    {
        while (cursor.Current.IsDeleteMarker)
        {
            if (!cursor.MoveNext())
                return false;
            if (!cursor.Current.Key.StartsWith(rolled, StringComparison.Ordinal))
            {
                cursor.Seek(KeyBound.PastPrefix(rolled));
                return false;
            }
        }
        return true;
    }

    private static string? RollUp(string key, string prefix, string? delimiter)
    {
        if (string.IsNullOrEmpty(delimiter))
            return null;
        int at = key.IndexOf(delimiter, prefix.Length, StringComparison.Ordinal);
        return at < 0 ? null : key[..(at + delimiter.Length)];
    }
}
