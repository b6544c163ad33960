using System.Text;
using System.Text.Json;
using Microsoft.Data.Sqlite;
using OssMigration.Core.Copying;
using OssMigration.Core.Fidelity;
using OssMigration.Core.Jobs;
using OssMigration.Core.Manifests;
using OssMigration.Core.Reporting;
using OssMigration.Core.Slices;
using OssMigration.Core.Stores;

namespace OssMigration.Core.Journal;

/// <summary>The writes that the journal knows. Statements are prepared once for the writer's connection.</summary>
internal sealed partial class JournalTransaction(SqliteConnection connection) : IDisposable
{
    /// <summary>Where the meta table has the lifecycle rules.</summary>
    public const string LifecycleName = "lifecycle";

    /// <summary>Where the meta table has the mirroring rules that were set and removed.</summary>
    public const string MirrorName = "mirror";

    /// <summary>The name of the meta row that tells whether histories may have been written.</summary>
    public const string HistoriesName = "histories";

    /// <summary>Where the meta table has the sharing of a run.</summary>
    public const string SharingName = "sharing";

    /// <summary>Where the meta table has the last snapshot.</summary>
    public const string StateName = "state";

    /// <summary>Where the meta table has the forecast of what becomes of objects.</summary>
    public const string ForecastName = "fidelity";

    /// <summary>Of how many objects of a run it is kept one by one what became of them. All are counted.</summary>
    public const int MostChanges = 100_000;

    private readonly Dictionary<string, SqliteCommand> _prepared = new(StringComparer.Ordinal);

    /// <summary>Begins a run; its ranges follow when they are planned.</summary>
    public void AddRun(RunRow run) => Run(
        "INSERT INTO runs(run, mode, scope, started, elapsed, sorts_source, sorts_destination) VALUES($1, $2, $3, $4, $5, $6, $7)",
        run.Run, run.Mode.ToString(), run.Scope.ToString(), run.StartedAt.ToUnixTimeMilliseconds(), (long)run.Elapsed.TotalMilliseconds,
        run.SortsSource ? 1 : 0, run.SortsDestination ? 1 : 0);

    /// <summary>Adds the ranges of a run.</summary>
    public void AddRanges(IReadOnlyList<RangeRow> ranges)
    {
        foreach (RangeRow range in ranges)
        {
            Run(
                "INSERT INTO ranges(run, range, start, end) VALUES($1, $2, $3, $4)",
                range.Run, range.Id, Blob(range.Range.StartExclusive), Blob(range.Range.EndInclusive));
        }
    }

    /// <summary>Cuts a range that is not complete: it ends where the added one begins.</summary>
    /// <exception cref="InvalidOperationException">There is no such range, or its cursor is beyond the cut.</exception>
    public void CutRange(int range, RangeRow added)
    {
        int cut = Run(
            """
            UPDATE ranges SET end = $3 WHERE run = $1 AND range = $2 AND complete = 0 AND end IS $4
                AND (start IS NULL OR start < $3) AND (cursor IS NULL OR cursor <= $3) AND ($4 IS NULL OR $3 < $4)
            """,
            added.Run, range, Blob(added.Range.StartExclusive), Blob(added.Range.EndInclusive));
        if (cut != 1)
            throw new InvalidOperationException($"Range {range} of run {added.Run} cannot be cut.");
        AddRanges([added]);
    }

    /// <summary>Counts a resume.</summary>
    public void CountResume(int run) => Run("UPDATE runs SET resumes = resumes + 1 WHERE run = $1", run);

    /// <summary>Records time and usage of a run so far, its report, and the point that it makes in the run's series; finished runs are never resumed.</summary>
    public void PutReport(MigrationReport report, bool isFinished)
    {
        Run(
            "UPDATE runs SET finished = $2, elapsed = $3, source_usage = $4, destination_usage = $5, report = $6 WHERE run = $1",
            report.Run, isFinished ? 1 : 0, (long)report.Duration.TotalMilliseconds,
            JsonSerializer.Serialize(report.SourceUsage, JobJson.Options), JsonSerializer.Serialize(report.DestinationUsage, JobJson.Options),
            JsonSerializer.Serialize(report, JobJson.Options));
        PutPoint(SeriesPoint.Of(report));
    }

    // Of each stretch of time only the last point stays. As a run gets longer the stretches do, so that its points stay few.
    private void PutPoint(SeriesPoint point)
    {
        long elapsed = (long)point.Elapsed.TotalMilliseconds;
        Run(
            "INSERT OR REPLACE INTO series(run, elapsed, at, listed, done, done_bytes, copied_bytes, written) VALUES($1, $2, $3, $4, $5, $6, $7, $8)",
            point.Run, elapsed, point.At.ToUnixTimeMilliseconds(), point.Listed, point.Done.Objects, point.Done.Bytes, point.CopiedBytes, point.BytesWritten);
        Run(
            "DELETE FROM series WHERE run = $1 AND elapsed NOT IN (SELECT MAX(elapsed) FROM series WHERE run = $1 GROUP BY elapsed / $2)",
            point.Run, SeriesPoint.Stretch(elapsed));
    }

    /// <summary>Moves a range's cursor together with everything that depends on it.</summary>
    public void CommitRange(RangeCommit commit)
    {
        Run(
            "UPDATE ranges SET cursor = $3, listed_objects = $4, listed_bytes = $5, complete = $6 WHERE run = $1 AND range = $2",
            commit.Run, commit.RangeId, Blob(commit.Cursor), commit.Listed.Objects, commit.Listed.Bytes, commit.IsComplete ? 1 : 0);
        if (commit.ChangedBytes != 0)
            Run("UPDATE runs SET changed_bytes = changed_bytes + $2 WHERE run = $1", commit.Run, commit.ChangedBytes);
        foreach (OutcomeDelta delta in commit.Outcomes)
            AddOutcome(commit.Run, commit.RangeId, delta);

        PutChanges(commit);
        foreach (FidelityCount count in commit.Fidelity)
            AddFidelity(commit.Run, count);
        foreach (string key in commit.Resolved)
            Run("DELETE FROM items WHERE run = $1 AND key = $2", commit.Run, Blob(key));
        foreach (MigrationItem item in commit.Items)
            PutItem(item, commit.RangeId);
        foreach (SettledEntry entry in commit.Late)
            PutLate(commit, entry);
        if (commit.Segment is { } segment)
            PutSegment(segment, 0);
        if (commit.LateSegment is { } late)
            PutSegment(late, 1);
        if (commit.IsComplete)
            Run("DELETE FROM late WHERE run = $1 AND range = $2", commit.Run, commit.RangeId);
    }

    /// <summary>The intent to begin an upload, before anything is sent.</summary>
    public void PutUploadIntent(UploadRow upload)
    {
        RemoveUpload(upload.Key);
        Run(
            "INSERT INTO uploads(key, version, size, part_size) VALUES($1, $2, $3, $4)",
            Blob(upload.Key), upload.Version.Value, upload.Size, upload.PartSize);
    }

    /// <summary>The id that the store gave, before the first part is sent.</summary>
    public void SetUploadId(string key, string uploadId)
        => Run("UPDATE uploads SET upload_id = $2 WHERE key = $1", Blob(key), uploadId);

    /// <summary>A part that the store holds and that was proved.</summary>
    public void PutPart(string key, FinishedPart finished) => Run(
        "INSERT OR REPLACE INTO parts(key, number, etag, crc, size, declared) VALUES($1, $2, $3, $4, $5, $6)",
        Blob(key), finished.Part.Number, finished.Part.ETag, Number(finished.Part.Crc64), finished.Part.Size, Number(finished.DeclaredCrc));

    /// <summary>The upload is completed or aborted.</summary>
    public void RemoveUpload(string key)
    {
        Run("DELETE FROM parts WHERE key = $1", Blob(key));
        Run("DELETE FROM uploads WHERE key = $1", Blob(key));
    }

    /// <summary>Forgets segments of runs before this one; returns nothing, the files are removed by who calls.</summary>
    public void DropSegmentsBefore(int run) => Run("DELETE FROM segments WHERE run < $1", run);

    /// <summary>Replaces the job by one of the same fingerprint, made from what it is at this moment, so that no change of another process is lost.</summary>
    public void ChangeJob(Func<MigrationJob, MigrationJob> change)
    {
        MigrationJob job = JsonSerializer.Deserialize<MigrationJob>(JournalSchema.GetMeta(connection, "job")!, JobJson.Options)!;
        Run("UPDATE meta SET value = $1 WHERE name = 'job'", JsonSerializer.Serialize(change(job), JobJson.Options));
    }

    /// <summary>One more run of the series is done.</summary>
    public void CountSeriesRun() => Run("UPDATE control SET runs_done = runs_done + 1 WHERE id = 1");

    /// <summary>The manifest of another job as what was settled before the first run.</summary>
    public void PutInherited(IReadOnlyList<SegmentRow> segments)
    {
        foreach (SegmentRow segment in segments)
            PutSegment(segment, 0);
    }

    /// <summary>The intent to remove objects at the destination, before the first is removed.</summary>
    public void PutRemovalIntents(IReadOnlyList<SettledEntry> entries)
    {
        foreach (SettledEntry entry in entries)
            Run("INSERT OR REPLACE INTO removals(key, size, version) VALUES($1, $2, $3)", Blob(entry.Key), entry.Size, entry.SourceVersion.Value);
    }

    /// <summary>How the objects of a batch ended; their intents are over then.</summary>
    public void CommitRemoval(RemovalCommit commit)
    {
        foreach (MigrationItem item in commit.Items)
        {
            Run(
                "UPDATE items SET state = $3, kind = $4, message = $5, updated = $6 WHERE run = $1 AND key = $2",
                commit.Run, Blob(item.Key), item.State.ToString(), item.ErrorKind, item.Message, item.UpdatedAt.ToUnixTimeMilliseconds());
        }

        if (commit.Removed.Objects > 0)
            AddOutcome(commit.Run, 0, new OutcomeDelta(OutcomeKind.Removed, commit.Removed));
        if (commit.Segment is { } segment)
            PutSegment(segment, 0);
        foreach (string key in commit.Over)
            Run("DELETE FROM removals WHERE key = $1", Blob(key));
    }

    /// <summary>Records all lifecycle rules that were set at the source, withdrawn ones included.</summary>
    public void PutLifecycleRules(IReadOnlyList<LifecycleRecord> rules) => Run(
        "INSERT INTO meta(name, value) VALUES($1, $2) ON CONFLICT(name) DO UPDATE SET value = excluded.value",
        LifecycleName, JsonSerializer.Serialize(rules, JobJson.Options));

    /// <summary>Records that a mirroring rule was set or removed.</summary>
    public void AddMirrorRecord(MirrorRecord record)
    {
        MirrorRecord[] known = JournalSchema.GetMeta(connection, MirrorName) is { } text ? JsonSerializer.Deserialize<MirrorRecord[]>(text, JobJson.Options)! : [];
        JournalSchema.PutMeta(connection, MirrorName, JsonSerializer.Serialize<MirrorRecord[]>([.. known, record], JobJson.Options));
    }

    /// <summary>Records how it stands with the ranges that other machines work on.</summary>
    public void PutSharing(Sharing sharing) => Run(
        "INSERT INTO meta(name, value) VALUES($1, $2) ON CONFLICT(name) DO UPDATE SET value = excluded.value",
        SharingName, JsonSerializer.Serialize(sharing, JobJson.Options));

    /// <summary>Sets or clears the wish that the run stops.</summary>
    public void SetStop(bool stop) => Run("UPDATE control SET stop = $1 WHERE id = 1", stop ? 1 : 0);

    /// <summary>Keeps a comparison's summary.</summary>
    public void PutComparison(ComparisonSummary summary) => Run(
        "INSERT INTO comparisons(id, recorded, summary) VALUES($1, $2, $3)",
        summary.ComparisonId, summary.EndedAt.ToUnixTimeMilliseconds(), JsonSerializer.Serialize(summary, JobJson.Options));

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (SqliteCommand command in _prepared.Values)
            command.Dispose();
    }

    /// <summary>Keeps what is foreseen of objects; the one before is forgotten.</summary>
    public void PutForecast(FidelityForecast forecast)
        => JournalSchema.PutMeta(connection, ForecastName, JsonSerializer.Serialize(forecast, JobJson.Options));

    private void AddFidelity(int run, FidelityCount counted) => Run(
        "INSERT INTO fidelity(run, aspect, effect, objects, bytes) VALUES($1, $2, $3, $4, $5) "
        + "ON CONFLICT(run, aspect, effect) DO UPDATE SET objects = objects + excluded.objects, bytes = bytes + excluded.bytes",
        run, counted.Aspect.ToString(), counted.Effect.ToString(), counted.Count.Objects, counted.Count.Bytes);

    private void PutChanges(RangeCommit commit)
    {
        if (commit.Changed.Count == 0 || ChangesOf(commit.Run) >= MostChanges)
            return;
        foreach (ChangedObject changed in commit.Changed)
        {
            Run(
                "INSERT OR REPLACE INTO changes(run, key, findings) VALUES($1, $2, $3)",
                commit.Run, Blob(changed.Key), JsonSerializer.Serialize(changed.Findings, JobJson.Options));
        }
    }

    // Counted at each commit, so a run keeps at most a batch more.
    private long ChangesOf(int run)
    {
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = "SELECT COALESCE(SUM(objects), 0) FROM fidelity WHERE run = $1 AND effect <> 'Carried'";
        command.Parameters.AddWithValue("$1", run);
        return (long)command.ExecuteScalar()!;
    }

    private void AddOutcome(int run, int range, OutcomeDelta delta) => Run(
        "INSERT INTO outcomes(run, range, outcome, objects, bytes) VALUES($1, $2, $3, $4, $5) "
        + "ON CONFLICT(run, range, outcome) DO UPDATE SET objects = objects + excluded.objects, bytes = bytes + excluded.bytes",
        run, range, delta.Kind.ToString(), delta.Count.Objects, delta.Count.Bytes);

    private void PutItem(MigrationItem item, int rangeId) => Run(
        "INSERT OR REPLACE INTO items(run, key, range, state, kind, message, size, version, updated) VALUES($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        item.Run, Blob(item.Key), rangeId, item.State.ToString(), item.ErrorKind, item.Message, item.Size, item.SourceVersion,
        item.UpdatedAt.ToUnixTimeMilliseconds());

    private void PutLate(RangeCommit commit, SettledEntry entry) => Run(
        "INSERT OR REPLACE INTO late(run, range, key, size, version, etag, crc, proof) VALUES($1, $2, $3, $4, $5, $6, $7, $8)",
        commit.Run, commit.RangeId, Blob(entry.Key), entry.Size, entry.SourceVersion.Value, entry.DestinationETag,
        Number(entry.Crc64), (int)entry.Proof);

    private void PutSegment(SegmentRow segment, int ordinal) => Run(
        "INSERT OR REPLACE INTO segments(name, run, range, ordinal, committed, sealed) VALUES($1, $2, $3, $4, $5, $6)",
        segment.Name, segment.Run, segment.RangeId, ordinal, segment.CommittedLength, segment.IsSealed ? 1 : 0);

    private static long? Number(ulong? crc) => crc is { } value ? unchecked((long)value) : null;

    private static byte[]? Blob(string? key) => key is null ? null : Encoding.UTF8.GetBytes(key);

    private int Run(string sql, params object?[] values)
    {
        if (!_prepared.TryGetValue(sql, out SqliteCommand? command))
        {
            command = connection.CreateCommand();
            command.CommandText = sql;
            for (int i = 1; i <= values.Length; i++)
                command.Parameters.Add(new SqliteParameter { ParameterName = $"${i}" });
            _prepared.Add(sql, command);
        }

        for (int i = 0; i < values.Length; i++)
            command.Parameters[i].Value = values[i] ?? DBNull.Value;
        return command.ExecuteNonQuery();
    }
}
