using System.Globalization;
using OssMigration.Core.Reporting;

namespace OssMigration.Core.Lists;

/// <summary>
/// Which column of a list is what, by the names that inventories of S3 and OSS, PowerShell's Export-Csv of our items, and people give:
/// Key, Size, ETag, LastModified or LastModifiedDate, StorageClass; Bucket, IsLatest and IsDeleteMarker decide whether a row counts. Letter
/// case and blanks do not matter, other columns are left alone.
/// </summary>
internal sealed class ListColumns
{
    private readonly int _key, _size, _etag, _modified, _class, _bucket, _latest, _marker;
    private readonly bool _isEncoded;

    /// <summary>Whether it is an inventory, whose keys are full ones.</summary>
    public bool IsInventory => _isEncoded;

    private ListColumns(IReadOnlyList<string> names, bool isEncoded)
    {
        string[] plain = [.. names.Select(name => name.Trim().Replace(" ", "", StringComparison.Ordinal))];
        _isEncoded = isEncoded;
        _key = Find("Key");
        _size = Find("Size");
        _etag = Find("ETag");
        _modified = Find("LastModified", "LastModifiedDate");
        _class = Find("StorageClass");
        _bucket = Find("Bucket");
        _latest = Find("IsLatest");
        _marker = Find("IsDeleteMarker");

        int Find(params string[] wanted) => Array.FindIndex(plain, name => wanted.Contains(name, StringComparer.OrdinalIgnoreCase));
    }

    /// <summary>The columns of a list.</summary>
    /// <param name="names">The first line, or the schema of an inventory.</param>
    /// <param name="isEncoded">Whether keys are URL-encoded, as in inventories in CSV (S3: "Amazon S3 Inventory list"; OSS: "Bucket inventory").</param>
    /// <returns>Null where there is no column Key.</returns>
    public static ListColumns? Of(IReadOnlyList<string> names, bool isEncoded)
    {
        ListColumns columns = new(names, isEncoded);
        return columns._key < 0 ? null : columns;
    }

    /// <summary>The object of a row; null for an older version and for a delete marker.</summary>
    /// <param name="row">The fields.</param>
    /// <param name="bucket">The bucket that is migrated; null for anything.</param>
    /// <exception cref="FormatException">The row is none of such a list, or of another bucket.</exception>
    public ListedObject? Read(IReadOnlyList<string> row, string? bucket)
    {
        if (Field(row, _bucket) is { } other && bucket is not null && other != bucket)
            throw new FormatException($"it is of bucket '{VisibleText.Of(other)}', and objects of '{bucket}' are migrated");
        if (IsSaid(row, _latest, "false") || IsSaid(row, _marker, "true"))
            return null;
        string key = Field(row, _key) ?? throw new FormatException("it has no key");
        return new ListedObject(_isEncoded ? Decode(key) : key, Size(row), Field(row, _etag)?.Trim('"'), Modified(row), Field(row, _class));
    }

    private static string? Field(IReadOnlyList<string> row, int at) => at >= 0 && at < row.Count && row[at].Length > 0 ? row[at] : null;

    private static bool IsSaid(IReadOnlyList<string> row, int at, string what) => string.Equals(Field(row, at), what, StringComparison.OrdinalIgnoreCase);

    // A plus sign itself is written as %2B, so a bare one is a blank.
    private static string Decode(string key) => Uri.UnescapeDataString(key.Replace('+', ' '));

    private long? Size(IReadOnlyList<string> row)
    {
        if (Field(row, _size) is not { } text)
            return null;
        return long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long size) ? size : throw new FormatException($"'{VisibleText.Of(text)}' is no size in bytes");
    }

    // A date that cannot be read is looked up.
    private DateTimeOffset? Modified(IReadOnlyList<string> row)
    {
        string? text = Field(row, _modified);
        if (long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long seconds) && seconds < 253_402_300_800)
            return DateTimeOffset.FromUnixTimeSeconds(seconds);
        return DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out DateTimeOffset date) ? date : null;
    }
}
