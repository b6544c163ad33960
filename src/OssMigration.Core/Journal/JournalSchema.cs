using Microsoft.Data.Sqlite;
using OssMigration.Core.Jobs;
using OssMigration.Core.Stores;

namespace OssMigration.Core.Journal;

/// <summary>
/// The journal's tables. Keys are BLOBs of UTF-8, so that SQLite's own order is the order of keys. It holds only ranges,
/// cursors, segment names, exceptional items and open uploads, so that it stays small at any number of objects.
/// </summary>
internal static class JournalSchema
{
    /// <summary>The version this engine writes and reads.</summary>
    public const int Version = 6;

    // Version 3 added what a run had done at moments of its time.
    private const string Series = """
        CREATE TABLE series(run INTEGER NOT NULL, elapsed INTEGER NOT NULL, at INTEGER NOT NULL, listed INTEGER NOT NULL, done INTEGER NOT NULL,
            done_bytes INTEGER NOT NULL, copied_bytes INTEGER NOT NULL, written INTEGER NOT NULL, PRIMARY KEY(run, elapsed)) WITHOUT ROWID;
        """;

    // Version 4 added what became of objects beyond their bytes.
    private const string Fidelity = """
        CREATE TABLE fidelity(run INTEGER NOT NULL, aspect TEXT NOT NULL, effect TEXT NOT NULL, objects INTEGER NOT NULL, bytes INTEGER NOT NULL,
            PRIMARY KEY(run, aspect, effect)) WITHOUT ROWID;
        CREATE TABLE changes(run INTEGER NOT NULL, key BLOB NOT NULL, findings TEXT NOT NULL, PRIMARY KEY(run, key)) WITHOUT ROWID;
        """;

    // Version 5 added the versions that have arrived of histories under way.
    private const string Arrived = """
        CREATE TABLE arrived(key BLOB NOT NULL, at INTEGER NOT NULL, source_id TEXT NOT NULL, destination_id TEXT NOT NULL, PRIMARY KEY(key, at)) WITHOUT ROWID;
        """;

    private const string Tables = """
        CREATE TABLE meta(name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
        CREATE TABLE runs(run INTEGER PRIMARY KEY, mode TEXT NOT NULL, scope TEXT NOT NULL, started INTEGER NOT NULL, finished INTEGER NOT NULL DEFAULT 0,
            resumes INTEGER NOT NULL DEFAULT 0, elapsed INTEGER NOT NULL DEFAULT 0, source_usage TEXT, destination_usage TEXT, report TEXT,
            changed_bytes INTEGER NOT NULL DEFAULT 0, sorts_source INTEGER NOT NULL DEFAULT 0, sorts_destination INTEGER NOT NULL DEFAULT 0);
        CREATE TABLE ranges(run INTEGER NOT NULL, range INTEGER NOT NULL, start BLOB, end BLOB, cursor BLOB,
            listed_objects INTEGER NOT NULL DEFAULT 0, listed_bytes INTEGER NOT NULL DEFAULT 0, complete INTEGER NOT NULL DEFAULT 0,
            PRIMARY KEY(run, range)) WITHOUT ROWID;
        CREATE TABLE outcomes(run INTEGER NOT NULL, range INTEGER NOT NULL, outcome TEXT NOT NULL, objects INTEGER NOT NULL, bytes INTEGER NOT NULL,
            PRIMARY KEY(run, range, outcome)) WITHOUT ROWID;
        CREATE TABLE segments(name TEXT PRIMARY KEY, run INTEGER NOT NULL, range INTEGER NOT NULL, ordinal INTEGER NOT NULL,
            committed INTEGER NOT NULL, sealed INTEGER NOT NULL) WITHOUT ROWID;
        CREATE TABLE items(run INTEGER NOT NULL, key BLOB NOT NULL, range INTEGER NOT NULL, state TEXT NOT NULL, kind TEXT NOT NULL,
            message TEXT NOT NULL, size INTEGER NOT NULL, version TEXT, updated INTEGER NOT NULL, PRIMARY KEY(run, key)) WITHOUT ROWID;
        CREATE TABLE late(run INTEGER NOT NULL, range INTEGER NOT NULL, key BLOB NOT NULL, size INTEGER NOT NULL, version TEXT NOT NULL,
            etag TEXT NOT NULL, crc INTEGER, proof INTEGER NOT NULL, PRIMARY KEY(run, range, key)) WITHOUT ROWID;
        CREATE TABLE uploads(key BLOB PRIMARY KEY, version TEXT NOT NULL, size INTEGER NOT NULL, part_size INTEGER NOT NULL, upload_id TEXT) WITHOUT ROWID;
        CREATE TABLE parts(key BLOB NOT NULL, number INTEGER NOT NULL, etag TEXT NOT NULL, crc INTEGER, size INTEGER NOT NULL, declared INTEGER,
            PRIMARY KEY(key, number)) WITHOUT ROWID;
        CREATE TABLE removals(key BLOB PRIMARY KEY, size INTEGER NOT NULL, version TEXT NOT NULL) WITHOUT ROWID;
        CREATE TABLE control(id INTEGER PRIMARY KEY CHECK(id = 1), stop INTEGER NOT NULL DEFAULT 0, runs_done INTEGER NOT NULL DEFAULT 0);
        CREATE TABLE comparisons(id TEXT PRIMARY KEY, recorded INTEGER NOT NULL, summary TEXT NOT NULL);
        INSERT INTO control(id) VALUES(1);
        """;

    /// <summary>Opens a connection. Each thread of work has its own.</summary>
    public static SqliteConnection Open(string path, string jobName, SqliteOpenMode mode = SqliteOpenMode.ReadWrite)
    {
        SqliteConnection connection = new(new SqliteConnectionStringBuilder
        {
            DataSource = path,
            Mode = mode,
            Pooling = false,
            DefaultTimeout = 30,
        }.ConnectionString);
        try
        {
            if (mode == SqliteOpenMode.ReadWriteCreate)
                PrivateFiles.Prepare(path);
            connection.Open();
            JournalSums.Register(connection);

            // Without recursive triggers the row that a REPLACE drops would stay in its table's checksum.
            Execute(connection, "PRAGMA synchronous=FULL; PRAGMA recursive_triggers=ON;");
            return connection;
        }
        catch (SqliteException exception)
        {
            connection.Dispose();
            throw Translate(exception, jobName);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            connection.Dispose();
            throw new StoreException(StoreErrorKind.LocalDisk, path, $"The journal cannot be written: {exception.Message}", exception);
        }
    }

    /// <summary>Lets the log be when this connection closes, even as the last one.</summary>
    public static void KeepLog(SqliteConnection connection)
        => SQLitePCL.raw.sqlite3_db_config(connection.Handle!, SQLitePCL.raw.SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, out _);

    /// <summary>Makes the tables of a new journal and records the job, and what of another job's manifest it begins with.</summary>
    public static void Create(string path, MigrationJob job, string jobJson, IReadOnlyList<SegmentRow> inherited)
    {
        using SqliteConnection connection = Open(path, job.Name, SqliteOpenMode.ReadWriteCreate);
        try
        {
            Execute(connection, "PRAGMA journal_mode=WAL;");
            using SqliteTransaction transaction = connection.BeginTransaction();
            Execute(connection, Tables);
            Execute(connection, Series);
            Execute(connection, Fidelity);
            Execute(connection, Arrived);
            JournalSums.Cover(connection);
            PutMeta(connection, "schema", Version.ToString(System.Globalization.CultureInfo.InvariantCulture));
            PutMeta(connection, "fingerprint", job.Fingerprint);
            PutMeta(connection, "job", jobJson);
            using (JournalTransaction writes = new(connection))
                writes.PutInherited(inherited);
            transaction.Commit();
        }
        catch (SqliteException exception)
        {
            throw Translate(exception, job.Name);
        }
    }

    /// <summary>Brings a journal of versions 2 to 5 forward; refuses any other that is not of <see cref="Version"/>.</summary>
    public static void CheckVersion(SqliteConnection connection, string jobName)
    {
        string? found = GetMeta(connection, "schema");
        if (found == "2")
            found = Upgrade(connection, "2", () => Execute(connection, Series), "3");
        if (found == "3")
            found = Upgrade(connection, "3", () => Execute(connection, Fidelity), "4");
        if (found == "4")
            found = Upgrade(connection, "4", () => Execute(connection, Arrived), "5");

        // Version 6 put every table under a checksum.
        if (found == "5")
            found = Upgrade(connection, "5", () => JournalSums.Cover(connection), "6");
        if (found != Version.ToString(System.Globalization.CultureInfo.InvariantCulture))
        {
            throw new JobStateException(
                JobStateError.OtherVersion, jobName, $"The journal of job '{jobName}' has version {found ?? "none"}; this engine reads version {Version}.");
        }
    }

    private static string? Upgrade(SqliteConnection connection, string from, Action change, string to)
    {
        using SqliteTransaction transaction = connection.BeginTransaction(deferred: false);

        // Another process may have been first.
        if (GetMeta(connection, "schema") == from)
        {
            change();
            PutMeta(connection, "schema", to);
        }

        transaction.Commit();
        return GetMeta(connection, "schema");
    }

    /// <summary>Reads one value of the meta table; null where there is none.</summary>
    public static string? GetMeta(SqliteConnection connection, string name)
    {
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = "SELECT value FROM meta WHERE name = $name";
        command.Parameters.AddWithValue("$name", name);
        return command.ExecuteScalar() as string;
    }

    /// <summary>Writes one value of the meta table.</summary>
    public static void PutMeta(SqliteConnection connection, string name, string value)
    {
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = "INSERT INTO meta(name, value) VALUES($name, $value) ON CONFLICT(name) DO UPDATE SET value = excluded.value";
        command.Parameters.AddWithValue("$name", name);
        command.Parameters.AddWithValue("$value", value);
        command.ExecuteNonQuery();
    }

    /// <summary>Runs statements that return nothing.</summary>
    public static void Execute(SqliteConnection connection, string sql)
    {
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    /// <summary>What an SQLite error means for the job. Result codes: https://sqlite.org/rescode.html</summary>
    public static Exception Translate(SqliteException exception, string jobName) => exception.SqliteErrorCode switch
    {
        SqliteFull or SqliteIoError or SqliteReadOnly or SqliteCannotOpen or SqlitePermission => new StoreException(
            StoreErrorKind.LocalDisk, $"journal of job '{jobName}'", $"The journal cannot be written: {exception.Message}", exception),
        SqliteCorrupt or SqliteNotADatabase => Damaged(jobName, exception.Message, exception),
        SqliteBusy or SqliteLocked => new JobStateException(
            JobStateError.Locked, jobName, $"The journal of job '{jobName}' is locked by another process.", exception),
        _ => new JobStateException(JobStateError.Damaged, jobName, $"The journal of job '{jobName}' cannot be used: {exception.Message}", exception),
    };

    /// <summary>The error of a journal that does not hold what was written into it.</summary>
    public static JobStateException Damaged(string jobName, string how, Exception? cause = null)
        => new(JobStateError.Damaged, jobName, $"The journal of job '{jobName}' is damaged: {how.TrimEnd('.')}.", cause);

    private const int SqlitePermission = 3;
    private const int SqliteBusy = 5;
    private const int SqliteLocked = 6;
    private const int SqliteReadOnly = 8;
    private const int SqliteIoError = 10;
    private const int SqliteCorrupt = 11;
    private const int SqliteFull = 13;
    private const int SqliteCannotOpen = 14;
    private const int SqliteNotADatabase = 26;
}
