using System.Text;
using Microsoft.Data.Sqlite;
using OssMigration.Core.Stores;

namespace OssMigration.Core.Listing;

/// <summary>
/// Keys on the disk, sorted by their bytes and free of repetitions, so that any number of them can be gathered in bounded
/// memory. Filled by one thread, then kept, then read by several.
/// </summary>
internal sealed class KeyTable : IDisposable
{
    private const int MostPerCommit = 10_000;

    private readonly SqliteConnection _connection;
    private readonly SqliteCommand _insert;
    private SqliteTransaction? _transaction;
    private int _uncommitted;

    private KeyTable(string path)
    {
        Path = path;
        _connection = Open(path, SqliteOpenMode.ReadWriteCreate);
        using (SqliteCommand create = _connection.CreateCommand())
        {
            // Nothing here counts before Keep forces it to the disk.
            create.CommandText = "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; CREATE TABLE keys(key BLOB PRIMARY KEY) WITHOUT ROWID;";
            create.ExecuteNonQuery();
        }

        _insert = _connection.CreateCommand();
        _insert.CommandText = "INSERT OR IGNORE INTO keys(key) VALUES($key)";
        _insert.Parameters.Add(new SqliteParameter { ParameterName = "$key" });
    }

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>How many keys there are.</summary>
    public long Count { get; private set; }

    /// <summary>Makes an empty table; a file that is there is replaced.</summary>
    /// <exception cref="StoreException">LocalDisk: the disk refuses.</exception>
    public static KeyTable Create(string path) => OnDisk(path, () =>
    {
        PrivateFiles.CreateFolder(System.IO.Path.GetDirectoryName(path)!);
        File.Delete(path);
        PrivateFiles.Prepare(path);
        return new KeyTable(path);
    });

    /// <summary>Adds a key; one that is there already is left.</summary>
    /// <exception cref="StoreException">LocalDisk: the disk refuses.</exception>
    public void Add(string key) => OnDisk(Path, () =>
    {
        _transaction ??= _connection.BeginTransaction();
        _insert.Transaction = _transaction;
        _insert.Parameters[0].Value = Encoding.UTF8.GetBytes(key);
        Count += _insert.ExecuteNonQuery();
        if (++_uncommitted == MostPerCommit)
            Commit();
        return true;
    });

    /// <summary>Closes the table and puts its file, forced to the disk, in this place.</summary>
    /// <exception cref="StoreException">LocalDisk: the disk refuses.</exception>
    public void Keep(string path) => OnDisk(Path, () =>
    {
        Commit();
        Close();
        using (FileStream file = new(Path, FileMode.Open, FileAccess.ReadWrite))
            file.Flush(flushToDisk: true);
        File.Move(Path, path, overwrite: true);
        return true;
    });

    /// <summary>The keys of a table that was kept with start &lt; key &lt;= end, in order; null leaves that side open.</summary>
    /// <exception cref="StoreException">LocalDisk: the file cannot be read.</exception>
    public static IEnumerable<string> Read(string path, string? startExclusive, string? endInclusive)
    {
        using SqliteConnection connection = OnDisk(path, () => Open(path, SqliteOpenMode.ReadOnly));
        using SqliteCommand select = connection.CreateCommand();
        select.CommandText = "SELECT key FROM keys WHERE ($start IS NULL OR key > $start) AND ($end IS NULL OR key <= $end) ORDER BY key";
        select.Parameters.AddWithValue("$start", startExclusive is null ? DBNull.Value : Encoding.UTF8.GetBytes(startExclusive));
        select.Parameters.AddWithValue("$end", endInclusive is null ? DBNull.Value : Encoding.UTF8.GetBytes(endInclusive));
        using SqliteDataReader row = OnDisk(path, select.ExecuteReader);
        while (OnDisk(path, row.Read))
            yield return Encoding.UTF8.GetString(row.GetFieldValue<byte[]>(0));
    }

    /// <summary>Whether a table that was kept has a key.</summary>
    /// <exception cref="StoreException">LocalDisk: the file cannot be read.</exception>
    public static bool Has(string path, string key) => OnDisk(path, () =>
    {
        using SqliteConnection connection = Open(path, SqliteOpenMode.ReadOnly);
        using SqliteCommand select = connection.CreateCommand();
        select.CommandText = "SELECT 1 FROM keys WHERE key = $key";
        select.Parameters.AddWithValue("$key", Encoding.UTF8.GetBytes(key));
        return select.ExecuteScalar() is not null;
    });

    /// <summary>Closes the table, and deletes its file where it was not kept.</summary>
    public void Dispose()
    {
        Close();
        try
        {
            File.Delete(Path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // It is scratch; nothing looks at it again.
        }
    }

    private static SqliteConnection Open(string path, SqliteOpenMode mode)
    {
        SqliteConnection connection = new(new SqliteConnectionStringBuilder { DataSource = path, Mode = mode, Pooling = false }.ConnectionString);
        connection.Open();
        return connection;
    }

    private void Commit()
    {
        _transaction?.Commit();
        _transaction?.Dispose();
        _transaction = null;
        _uncommitted = 0;
    }

    private void Close()
    {
        _transaction?.Dispose();
        _transaction = null;
        _insert.Dispose();
        _connection.Dispose();
    }

    private static T OnDisk<T>(string path, Func<T> action)
    {
        try
        {
            return action();
        }
        catch (Exception error) when (error is SqliteException or IOException or UnauthorizedAccessException)
        {
            throw new StoreException(StoreErrorKind.LocalDisk, path, $"The chosen keys cannot be kept on the disk: {error.Message}", error);
        }
    }
}
