using System.Text;
using Microsoft.Data.Sqlite;
using OssMigration.Core.Stores;

namespace OssMigration.Core.Listing;

/// <summary>Entries on the disk, sorted by the bytes of their keys. Filled by one thread, then read by several. Deleted with its object.</summary>
internal sealed class EntryTable : IDisposable
{
    private readonly string _path;
    private bool _isKept;

    private EntryTable(string path) => _path = path;

    /// <summary>Makes an empty table; a file that is there is replaced.</summary>
    /// <exception cref="StoreException">LocalDisk: the disk refuses.</exception>
    public static EntryTable Create(string path)
    {
        EntryTable table = new(path);
        table.Replace();
        table.OnDisk(connection => Execute(
            connection,
            """
            PRAGMA page_size = 16384;
            CREATE TABLE entry (
                key BLOB PRIMARY KEY, size INTEGER NOT NULL, version TEXT NOT NULL, etag TEXT, modified INTEGER NOT NULL,
                class TEXT, availability INTEGER NOT NULL) WITHOUT ROWID;
            """));
        return table;
    }

    /// <summary>Adds entries. A key that is there already is replaced.</summary>
    /// <exception cref="StoreException">LocalDisk: the disk refuses.</exception>
    public void Add(IReadOnlyList<ObjectEntry> entries) => OnDisk(connection =>
    {
        // Nothing here outlives a crash, so nothing is made safe against one.
        Execute(connection, "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;");
        using SqliteTransaction transaction = connection.BeginTransaction();
        using SqliteCommand insert = connection.CreateCommand();
        insert.CommandText = "INSERT OR REPLACE INTO entry VALUES ($key, $size, $version, $etag, $modified, $class, $availability)";
        foreach (string name in (string[])["$key", "$size", "$version", "$etag", "$modified", "$class", "$availability"])
            insert.Parameters.Add(new SqliteParameter { ParameterName = name });
        foreach (ObjectEntry entry in entries)
        {
            object?[] values =
                [Encoding.UTF8.GetBytes(entry.Key), entry.Size, entry.Version.Value, entry.ETag, entry.LastModified.UtcTicks, entry.StorageClass, (int)entry.Availability];
            for (int i = 0; i < values.Length; i++)
                insert.Parameters[i].Value = values[i] ?? DBNull.Value;
            insert.ExecuteNonQuery();
        }
        transaction.Commit();
    });

    /// <summary>Opens a table that was kept. It is not deleted with its object.</summary>
    /// <param name="path">Its file.</param>
    /// <returns>Null where there is none.</returns>
    public static EntryTable? OpenKept(string path) => File.Exists(path) ? new EntryTable(path) { _isKept = true } : null;

    /// <summary>Puts the file, forced to the disk, in this place.</summary>
    /// <exception cref="StoreException">LocalDisk: the disk refuses.</exception>
    public void Keep(string path)
    {
        try
        {
            using (FileStream file = new(_path, FileMode.Open, FileAccess.ReadWrite))
                file.Flush(flushToDisk: true);
            File.Move(_path, path, overwrite: true);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new StoreException(StoreErrorKind.LocalDisk, path, $"The sorted list cannot be kept on the disk: {error.Message}", error);
        }
    }

    /// <summary>The entries with start &lt; key &lt;= end in order; null leaves that side open.</summary>
    public IEnumerable<ObjectEntry> Read(string? startExclusive, string? endInclusive)
        => Read(startExclusive is null ? "TRUE" : "key > $start", startExclusive, endInclusive);

    /// <summary>The entries from a key on, that key included, in order.</summary>
    public IEnumerable<ObjectEntry> ReadFrom(string startInclusive) => Read("key >= $start", startInclusive, endInclusive: null);

    private IEnumerable<ObjectEntry> Read(string beginning, string? start, string? endInclusive)
    {
        using SqliteConnection connection = Open();
        using SqliteCommand select = connection.CreateCommand();
        select.CommandText = "SELECT key, size, version, etag, modified, class, availability FROM entry WHERE "
            + beginning + " AND " + (endInclusive is null ? "TRUE" : "key <= $end") + " ORDER BY key";
        if (start is not null)
            select.Parameters.AddWithValue("$start", Encoding.UTF8.GetBytes(start));
        if (endInclusive is not null)
            select.Parameters.AddWithValue("$end", Encoding.UTF8.GetBytes(endInclusive));
        using SqliteDataReader row = select.ExecuteReader();
        while (row.Read())
        {
            yield return new ObjectEntry(
                Encoding.UTF8.GetString((byte[])row.GetValue(0)), row.GetInt64(1), new SourceVersion(row.GetString(2)),
                row.IsDBNull(3) ? null : row.GetString(3), new DateTimeOffset(row.GetInt64(4), TimeSpan.Zero),
                row.IsDBNull(5) ? null : row.GetString(5), (ObjectAvailability)row.GetInt32(6));
        }
    }

    /// <summary>Deletes the file, unless it was kept, where that is possible; the folder it is in is scratch.</summary>
    public void Dispose()
    {
        if (_isKept)
            return;
        try
        {
            Delete();
        }
        catch (StoreException)
        {
            // A reader that is still open on Windows: the next Create replaces the file.
        }
    }

    private static void Execute(SqliteConnection connection, string sql)
    {
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    private SqliteConnection Open()
    {
        SqliteConnection connection = new(new SqliteConnectionStringBuilder { DataSource = _path, Pooling = false }.ConnectionString);
        connection.Open();
        return connection;
    }

    private void OnDisk(Action<SqliteConnection> action)
    {
        try
        {
            using SqliteConnection connection = Open();
            action(connection);
        }
        catch (SqliteException error)
        {
            throw new StoreException(StoreErrorKind.LocalDisk, _path, $"The listing cannot be sorted on the disk: {error.Message}", error);
        }
    }

    private void Replace()
    {
        Delete();
        try
        {
            PrivateFiles.Prepare(_path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new StoreException(StoreErrorKind.LocalDisk, _path, $"The listing cannot be sorted on the disk: {error.Message}", error);
        }
    }

    private void Delete()
    {
        try
        {
            File.Delete(_path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new StoreException(StoreErrorKind.LocalDisk, _path, $"The old sorted listing cannot be deleted: {error.Message}", error);
        }
    }
}
