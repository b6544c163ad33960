using System.Text.Json;
using Microsoft.Data.Sqlite;
using OssMigration.Core.Jobs;
using OssMigration.Core.RemoteState;

namespace OssMigration.Core.Journal;

/// <summary>Sees that others have written a journal, and writes which snapshot is its last. Used by one thread at a time.</summary>
internal sealed class JournalWatch(JobFolder folder) : IDisposable
{
    private readonly SqliteConnection _connection = JournalSchema.Open(folder.Journal, folder.Name);

    /// <summary>Another number whenever somebody else has committed something (PRAGMA data_version).</summary>
    public long Version => Ask("PRAGMA data_version", value => (long)value!);

    /// <summary>The moment of cut-over as it is now.</summary>
    public DateTimeOffset? CutoverTime => Ask(
        "SELECT value FROM meta WHERE name = 'job'", value => JsonSerializer.Deserialize<MigrationJob>((string)value!, JobJson.Options)!.CutoverTime);

    /// <summary>Records the last snapshot.</summary>
    public void Put(StateMarker marker)
    {
        try
        {
            JournalSchema.PutMeta(_connection, JournalTransaction.StateName, JsonSerializer.Serialize(marker, JobJson.Options));
        }
        catch (SqliteException exception)
        {
            throw JournalSchema.Translate(exception, folder.Name);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _connection.Dispose();

    private T Ask<T>(string sql, Func<object?, T> read)
    {
        try
        {
            using SqliteCommand command = _connection.CreateCommand();
            command.CommandText = sql;
            return read(command.ExecuteScalar());
        }
        catch (SqliteException exception)
        {
            throw JournalSchema.Translate(exception, folder.Name);
        }
    }
}
