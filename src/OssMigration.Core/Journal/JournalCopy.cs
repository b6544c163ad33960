using Microsoft.Data.Sqlite;
using OssMigration.Core.Jobs;
using OssMigration.Core.RemoteState;
using OssMigration.Core.Reporting;
using OssMigration.Core.Stores;

namespace OssMigration.Core.Journal;

/// <summary>
/// What a journal has committed at one moment, as one file that nobody else writes. The writer is not held up: pages are read from one
/// transaction, at the places where they are, so that of two copies most pieces are equal. Deleted with its object.
/// </summary>
internal sealed class JournalCopy : IDisposable
{
    private JournalCopy(string path, MigrationJob job, StateMarker marker, IReadOnlyList<SegmentRow> segments, int? selection)
    {
        Path = path;
        Job = job;
        Marker = marker;
        Segments = segments;
        Selection = selection;
    }

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>The job as it was.</summary>
    public MigrationJob Job { get; }

    /// <summary>The snapshot that the copy says to be of.</summary>
    public StateMarker Marker { get; }

    /// <summary>The manifest segments that it counts on.</summary>
    public IReadOnlyList<SegmentRow> Segments { get; }

    /// <summary>The run whose chosen keys it counts on; null for none.</summary>
    public int? Selection { get; }

    /// <summary>Copies the journal of a folder as that of this snapshot.</summary>
    public static JournalCopy Make(JobFolder folder, StoreAddress address, SnapshotId id)
    {
        string path = folder.ScratchFile("snapshot.db");
        PrivateFiles.CreateFolder(folder.Scratch);
        File.Delete(path);
        try
        {
            MigrationJob job = CopyTo(folder, path);
            StateMarker marker = new(address, id, job.CutoverTime);
            using (SqliteConnection copy = JournalSchema.Open(path, folder.Name))
                JournalSchema.PutMeta(copy, JournalTransaction.StateName, System.Text.Json.JsonSerializer.Serialize(marker, JobJson.Options));
            using JournalReader reader = new(path, folder.Name);

            // A damaged journal takes the place of no good one.
            reader.CheckWhole();
            RunRow? last = reader.LastRun();
            int? selection = last is { IsFinished: false } and not { Scope: RunScope.Everything } ? last.Run : null;
            return new JournalCopy(path, job, marker, reader.Segments(), selection);
        }
        catch (SqliteException exception)
        {
            throw JournalSchema.Translate(exception, folder.Name);
        }
    }

    /// <summary>Makes a copy a journal again, which one process writes while others read.</summary>
    public static void Open(string path, string jobName)
    {
        using SqliteConnection journal = JournalSchema.Open(path, jobName);
        JournalSchema.Execute(journal, "PRAGMA journal_mode=WAL;");
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        try
        {
            File.Delete(Path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // It is scratch, and the next copy takes its place.
        }
    }

    private static MigrationJob CopyTo(JobFolder folder, string path)
    {
        using (SqliteConnection journal = JournalSchema.Open(folder.Journal, folder.Name))
        using (SqliteConnection copy = JournalSchema.Open(path, folder.Name, SqliteOpenMode.ReadWriteCreate))
        {
            journal.BackupDatabase(copy);

            // A copy that waits for a log of its own would not be one file.
            JournalSchema.Execute(copy, "PRAGMA journal_mode=DELETE;");
        }

        using JournalReader reader = new(path, folder.Name);
        return reader.Job();
    }
}
