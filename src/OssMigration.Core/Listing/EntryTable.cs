using System.Text;
using Microsoft.Data.Sqlite;
using OssMigration.Core.Stores;

namespace OssMigration.Core.Listing;

/// <summary>Entries on the disk, sorted by the bytes of their keys. Filled by one thread, then read by several. Deleted with its object.</summary>
internal sealed class EntryTable : IDisposable
{
    private readonly string _path;

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

    /// <summary>The entries with start &lt; key &lt;= end in order; null leaves that side open.</summary>
    public IEnumerable<ObjectEntry> Read(string? startExclusive, string? endInclusive)
    {
        using SqliteConnection connection = Open();
        using SqliteCommand select = connection.CreateCommand();
        select.CommandText = "SELECT key, size, version, etag, modified, class, availability FROM entry WHERE "
            + (startExclusive is null ? "TRUE" : "key > $start") + " AND " + (endInclusive is null ? "TRUE" : "key <= $end") + " ORDER BY key";
        if (startExclusive is not null)
            select.Parameters.AddWithValue("$start", Encoding.UTF8.GetBytes(startExclusive));
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

    /// <summary>Deletes the file where that is possible; the folder it is in is scratch.</summary>
    public void Dispose()
    {
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
