using System.Text;
using System.Text.Json;
using Microsoft.Data.Sqlite;
using OssMigration.Core.Copying;
using OssMigration.Core.Fidelity;
using OssMigration.Core.Jobs;
using OssMigration.Core.Manifests;
using OssMigration.Core.Planning;
using OssMigration.Core.RemoteState;
using OssMigration.Core.Reporting;
using OssMigration.Core.Slices;
using OssMigration.Core.Stores;
using OssMigration.Core.Versions;

namespace OssMigration.Core.Journal;

/// <summary>Questions to a journal. Has a connection of its own and is used by one thread at a time.</summary>
internal sealed class JournalReader : IDisposable
{
    private readonly SqliteConnection _connection;
    private readonly string _jobName;

    /// <summary>Opens the journal and checks its version.</summary>
    public JournalReader(string path, string jobName)
    {
        _jobName = jobName;
        _connection = JournalSchema.Open(path, jobName);
        try
        {
            // What a crash left in the log is for the next writer to look at.
            JournalSchema.KeepLog(_connection);
            JournalSchema.CheckVersion(_connection, jobName);
        }
        catch (SqliteException exception)
        {
            _connection.Dispose();
            throw JournalSchema.Translate(exception, jobName);
        }
        catch (JobStateException)
        {
            _connection.Dispose();
            throw;
        }
    }

    /// <summary>Reads every row and compares it with the checksums that were written with it.</summary>
    /// <exception cref="JobStateException">The journal does not hold what was written into it; the message names the table.</exception>
    public void CheckWhole()
    {
        if (Guard(() => JournalSums.Check(_connection)) is { } damage)
            throw Damaged(damage);
    }

    /// <summary>The job as it was made or last changed.</summary>
    public MigrationJob Job() => Guard(() => JsonSerializer.Deserialize<MigrationJob>(
        JournalSchema.GetMeta(_connection, "job") ?? throw Damaged("it holds no job"), JobJson.Options) ?? throw Damaged("its job is empty"));

    /// <summary>The fingerprint that the journal was begun with.</summary>
    public string Fingerprint() => Guard(() => JournalSchema.GetMeta(_connection, "fingerprint")) ?? throw Damaged("it holds no fingerprint");

    /// <summary>Whether somebody asked for a stop.</summary>
    public bool IsStopRequested() => Query("SELECT stop FROM control WHERE id = 1", row => row.GetInt64(0) != 0).FirstOrDefault();

    /// <summary>How many runs of the series are done.</summary>
    public int RunsDone() => Query("SELECT runs_done FROM control WHERE id = 1", row => row.GetInt32(0)).FirstOrDefault();

    /// <summary>The newest run; null before the first.</summary>
    public RunRow? LastRun() => Runs().FirstOrDefault();

    /// <summary>All runs, the newest first.</summary>
    public IEnumerable<RunRow> Runs() => Query(
        "SELECT run, mode, started, finished, resumes, elapsed, source_usage, destination_usage, sorts_source, sorts_destination, scope FROM runs ORDER BY run DESC",
        row => new RunRow(
            row.GetInt32(0), Enum.Parse<MigrationMode>(row.GetString(1)), Time(row.GetInt64(2)), row.GetInt64(3) != 0, row.GetInt32(4),
            TimeSpan.FromMilliseconds(row.GetInt64(5)), Usage(row, 6), Usage(row, 7))
        {
            Scope = Enum.Parse<RunScope>(row.GetString(10)),
            SortsSource = row.GetInt64(8) != 0,
            SortsDestination = row.GetInt64(9) != 0,
        });

    /// <summary>The ranges of a run in key order.</summary>
    public IReadOnlyList<RangeRow> Ranges(int run) => [.. Query(
        "SELECT range, start, end, cursor, listed_objects, listed_bytes, complete FROM ranges WHERE run = $1 ORDER BY start",
        row => new RangeRow(
            run, row.GetInt32(0), new KeyRange(Key(row, 1), Key(row, 2)), Key(row, 3),
            new ObjectCount(row.GetInt64(4), row.GetInt64(5)), row.GetInt64(6) != 0),
        run)];

    /// <summary>What the outcomes of a run add up to.</summary>
    public IReadOnlyDictionary<OutcomeKind, ObjectCount> Outcomes(int run) => Query(
        "SELECT outcome, SUM(objects), SUM(bytes) FROM outcomes WHERE run = $1 GROUP BY outcome",
        row => (Kind: Enum.Parse<OutcomeKind>(row.GetString(0)), Count: new ObjectCount(row.GetInt64(1), row.GetInt64(2))),
        run).ToDictionary(row => row.Kind, row => row.Count);

    /// <summary>What became of the objects of a run beyond their bytes.</summary>
    public IReadOnlyList<FidelityCount> Fidelity(int run) => [.. Query(
        "SELECT aspect, effect, objects, bytes FROM fidelity WHERE run = $1",
        row => new FidelityCount(
            Enum.Parse<FidelityAspect>(row.GetString(0)), Enum.Parse<FidelityEffect>(row.GetString(1)), new ObjectCount(row.GetInt64(2), row.GetInt64(3))),
        run).OrderBy(count => count.Aspect).ThenBy(count => count.Effect)];

    /// <summary>The objects of a run that did not arrive as they were, in key order, streamed; of many only the first to be found.</summary>
    public IEnumerable<ChangedObject> Changes(int run) => Query(
        "SELECT key, findings FROM changes WHERE run = $1 ORDER BY key",
        row => new ChangedObject(Key(row, 0)!, JsonSerializer.Deserialize<FidelityFinding[]>(row.GetString(1), JobJson.Options)!),
        run);

    /// <summary>What was foreseen of objects; null where nobody asked.</summary>
    public FidelityForecast? Forecast() => Guard(() => JournalSchema.GetMeta(_connection, JournalTransaction.ForecastName)) is { } text
        ? Guard(() => JsonSerializer.Deserialize<FidelityForecast>(text, JobJson.Options)!)
        : null;

    /// <summary>Bytes by which copied objects differ from their listed sizes.</summary>
    public long ChangedBytes(int run) => Query("SELECT changed_bytes FROM runs WHERE run = $1", row => row.GetInt64(0), run).FirstOrDefault();

    /// <summary>The segments of a run in key order; later ones win.</summary>
    public IReadOnlyList<SegmentRow> Segments(int run) => [.. Query(
        "SELECT name, range, committed, sealed FROM segments WHERE run = $1 ORDER BY range, ordinal",
        row => new SegmentRow(row.GetString(0), run, row.GetInt32(1), row.GetInt64(2), row.GetInt64(3) != 0),
        run)];

    /// <summary>The segments of all runs, older runs first; later ones win.</summary>
    public IReadOnlyList<SegmentRow> Segments() => [.. Query(
        "SELECT name, run, range, committed, sealed FROM segments ORDER BY run, range, ordinal",
        row => new SegmentRow(row.GetString(0), row.GetInt32(1), row.GetInt32(2), row.GetInt64(3), row.GetInt64(4) != 0))];

    /// <summary>Objects of a range that the cursor passed while they were in transfer.</summary>
    public IReadOnlyList<InProgressRow> InProgress(int run, int range) => [.. Query(
        "SELECT key, size FROM items WHERE run = $1 AND range = $2 AND state = 'InProgress' ORDER BY key",
        row => new InProgressRow(Key(row, 0)!, range, row.GetInt64(1)),
        run, range)];

    /// <summary>Entries that settled behind the cursor, in key order.</summary>
    public IEnumerable<SettledEntry> Late(int run, int range) => Query(
        "SELECT key, size, version, etag, crc, proof FROM late WHERE run = $1 AND range = $2 ORDER BY key",
        row => new SettledEntry(
            Key(row, 0)!, row.GetInt64(1), new SourceVersion(row.GetString(2)), row.GetString(3),
            Crc(row, 4), (ProofKind)row.GetInt32(5)),
        run, range);

    /// <summary>The upload of a key; null where none is open.</summary>
    public UploadRow? Upload(string key) => Query(
        "SELECT version, size, part_size, upload_id FROM uploads WHERE key = $1", row => ToUpload(key, row, 0), Encoding.UTF8.GetBytes(key)).FirstOrDefault();

    /// <summary>All open uploads.</summary>
    public IReadOnlyList<UploadRow> Uploads() => [.. Query(
        "SELECT key, version, size, part_size, upload_id FROM uploads ORDER BY key", row => ToUpload(Key(row, 0)!, row, 1))];

    /// <summary>The parts of an upload that the store holds, by number.</summary>
    public IReadOnlyList<FinishedPart> Parts(string key) => [.. Query(
        "SELECT number, etag, crc, size, declared FROM parts WHERE key = $1 ORDER BY number",
        row => new FinishedPart(
            new UploadedPart(row.GetInt32(0), row.GetString(1), Crc(row, 2), row.GetInt64(3)), Crc(row, 4)),
        Encoding.UTF8.GetBytes(key))];

    /// <summary>The versions that have arrived of histories under way, oldest first.</summary>
    public IEnumerable<(string Key, ArrivedVersion Version)> ArrivedVersions() => Query(
        "SELECT key, at, source_id, destination_id FROM arrived ORDER BY key, at",
        row => (Key(row, 0)!, new ArrivedVersion(row.GetInt32(1), row.GetString(2), row.GetString(3))));

    /// <summary>Whether histories may have been written.</summary>
    public bool HasBegunHistories() => Guard(() => JournalSchema.GetMeta(_connection, JournalTransaction.HistoriesName)) is not null;

    /// <summary>The reports of all runs that have one, oldest first.</summary>
    public IReadOnlyList<MigrationReport> Reports() => [.. Query(
        "SELECT report FROM runs WHERE report IS NOT NULL ORDER BY run",
        row => JsonSerializer.Deserialize<MigrationReport>(row.GetString(0), JobJson.Options)!)];

    /// <summary>What a run had done at moments of its time, in their order.</summary>
    public IReadOnlyList<SeriesPoint> Series(int run) => [.. Query(
        "SELECT at, elapsed, listed, done, done_bytes, copied_bytes, written FROM series WHERE run = $1 ORDER BY elapsed",
        row => new SeriesPoint(
            run, Time(row.GetInt64(0)), TimeSpan.FromMilliseconds(row.GetInt64(1)), row.GetInt64(2),
            new ObjectCount(row.GetInt64(3), row.GetInt64(4)), row.GetInt64(5), row.GetInt64(6)),
        run)];

    /// <summary>The exceptional items of a run in key order, streamed.</summary>
    public IEnumerable<MigrationItem> Items(int run, MigrationItemState? state) => Query(
        "SELECT key, state, kind, message, size, version, updated FROM items WHERE run = $1 AND ($2 IS NULL OR state = $2) ORDER BY key",
        row => ToItem(run, row),
        run, state?.ToString());

    /// <summary>The next items of a run that are gone at the source, after a key, in key order.</summary>
    public IReadOnlyList<MigrationItem> Gone(int run, string? after, int most) => [.. Query(
        "SELECT key, state, kind, message, size, version, updated FROM items WHERE run = $1 AND state = 'GoneAtSource' AND ($2 IS NULL OR key > $2) ORDER BY key LIMIT $3",
        row => ToItem(run, row),
        run, after is null ? null : Encoding.UTF8.GetBytes(after), most)];

    /// <summary>What a process that ended was about to remove at the destination, in key order.</summary>
    public IReadOnlyList<SettledEntry> RemovalIntents() => [.. Query(
        "SELECT key, size, version FROM removals ORDER BY key",
        row => new SettledEntry(Key(row, 0)!, row.GetInt64(1), new SourceVersion(row.GetString(2)), "", Crc64: null, ProofKind.Forgotten))];

    /// <summary>The state of one key in a run; null where it is no item.</summary>
    public MigrationItemState? ItemState(int run, string key) => Query(
        "SELECT state FROM items WHERE run = $1 AND key = $2",
        row => (MigrationItemState?)Enum.Parse<MigrationItemState>(row.GetString(0)),
        run, Encoding.UTF8.GetBytes(key)).FirstOrDefault();

    /// <summary>The recorded comparisons, oldest first.</summary>
    public IReadOnlyList<ComparisonSummary> Comparisons() => [.. Query(
        "SELECT summary FROM comparisons ORDER BY recorded, id",
        row => JsonSerializer.Deserialize<ComparisonSummary>(row.GetString(0), JobJson.Options)!)];

    /// <summary>The lifecycle rules that were set at the source, oldest first.</summary>
    public IReadOnlyList<LifecycleRecord> LifecycleRules() => Guard(() => JournalSchema.GetMeta(_connection, JournalTransaction.LifecycleName)) is { } text
        ? Guard(() => JsonSerializer.Deserialize<LifecycleRecord[]>(text, JobJson.Options)!)
        : [];

    /// <summary>The mirroring rules that were set and removed in the job's name, oldest first.</summary>
    public IReadOnlyList<MirrorRecord> MirrorRules() => Guard(() => JournalSchema.GetMeta(_connection, JournalTransaction.MirrorName)) is { } text
        ? Guard(() => JsonSerializer.Deserialize<MirrorRecord[]>(text, JobJson.Options)!)
        : [];

    /// <summary>How it stands with the ranges of a run that other machines work on; null where none do.</summary>
    public Sharing? Sharing(int run) => Guard(() => JournalSchema.GetMeta(_connection, JournalTransaction.SharingName)) is { } text
        && Guard(() => JsonSerializer.Deserialize<Sharing>(text, JobJson.Options)!) is { } sharing && sharing.Run == run ? sharing : null;

    /// <summary>The last snapshot of this journal; null where it has none.</summary>
    public StateMarker? State() => Guard(() => JournalSchema.GetMeta(_connection, JournalTransaction.StateName)) is { } text
        ? Guard(() => JsonSerializer.Deserialize<StateMarker>(text, JobJson.Options)!)
        : null;

    /// <inheritdoc/>
    public void Dispose() => _connection.Dispose();

    private static DateTimeOffset Time(long milliseconds) => DateTimeOffset.FromUnixTimeMilliseconds(milliseconds);

    private static string? Key(SqliteDataReader row, int column)
        => row.IsDBNull(column) ? null : Encoding.UTF8.GetString(row.GetFieldValue<byte[]>(column));

    private static ulong? Crc(SqliteDataReader row, int column) => row.IsDBNull(column) ? null : unchecked((ulong)row.GetInt64(column));

    private static StoreUsage Usage(SqliteDataReader row, int column)
        => row.IsDBNull(column) ? default : JsonSerializer.Deserialize<StoreUsage>(row.GetString(column), JobJson.Options);

    private MigrationItem ToItem(int run, SqliteDataReader row) => new()
    {
        JobName = _jobName,
        Run = run,
        Key = Key(row, 0)!,
        State = Enum.Parse<MigrationItemState>(row.GetString(1)),
        ErrorKind = row.GetString(2),
        Message = row.GetString(3),
        Size = row.GetInt64(4),
        SourceVersion = row.IsDBNull(5) ? null : row.GetString(5),
        UpdatedAt = Time(row.GetInt64(6)),
    };

    private static UploadRow ToUpload(string key, SqliteDataReader row, int first) => new(
        key, new SourceVersion(row.GetString(first)), row.GetInt64(first + 1), row.GetInt64(first + 2),
        row.IsDBNull(first + 3) ? null : row.GetString(first + 3));

    private JobStateException Damaged(string how, Exception? cause = null) => JournalSchema.Damaged(_jobName, how, cause);

    private IEnumerable<T> Query<T>(string sql, Func<SqliteDataReader, T> map, params object?[] values)
    {
        using SqliteCommand command = _connection.CreateCommand();
        command.CommandText = sql;
        for (int i = 0; i < values.Length; i++)
            command.Parameters.AddWithValue($"${i + 1}", values[i] ?? DBNull.Value);
        using SqliteDataReader reader = Guard(command.ExecuteReader);
        while (Guard(reader.Read))
            yield return Guard(() => map(reader));
    }

    private T Guard<T>(Func<T> call)
    {
        try
        {
            return call();
        }
        catch (SqliteException exception)
        {
            throw JournalSchema.Translate(exception, _jobName);
        }
        catch (Exception exception) when (exception is JsonException or FormatException or ArgumentException or InvalidCastException or InvalidOperationException)
        {
            // What the tables hold is not what was once written into them.
            throw Damaged(DamagedTable() ?? exception.Message, exception);
        }
    }

    private string? DamagedTable()
    {
        try
        {
            return JournalSums.Check(_connection);
        }
        catch (SqliteException)
        {
            return null;
        }
    }
}
