using System.Text.RegularExpressions;
using Microsoft.Win32.SafeHandles;
using OssMigration.Core.Jobs;
using OssMigration.Core.Journal;
using OssMigration.Core.Stores;

namespace OssMigration.Core.RemoteState;

/// <summary>
/// Brings a snapshot into a job's folder, in place of what is there. Everything is fetched and proved beside it first; the journal goes
/// first and comes last, so that a folder with a journal is whole whenever the process ends.
/// </summary>
internal sealed partial class SnapshotRestorer(SnapshotStore snapshots, JobFolder folder)
{
    private const int ReadsAtATime = 4;

    private string Incoming => Path.Combine(folder.Path, "incoming");

    /// <summary>Restores. The folder is this process's own.</summary>
    /// <exception cref="JobStateException">The snapshot is damaged, or of another engine.</exception>
    public async Task RestoreAsync(Snapshot snapshot, CancellationToken cancellationToken)
    {
        try
        {
            Clear(Incoming);
            PrivateFiles.CreateFolder(Path.Combine(Incoming, Snapshot.Manifest));
            foreach (SnapshotFile file in snapshot.Files)
                await FetchAsync(file, cancellationToken).ConfigureAwait(false);
            CheckJournal(snapshot);
            Replace();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new StoreException(StoreErrorKind.LocalDisk, folder.Path, $"The job cannot be restored to this disk: {exception.Message}", exception);
        }
    }

    /// <summary>Fetches the journal alone, to be looked at.</summary>
    public async Task FetchJournalAsync(Snapshot snapshot, CancellationToken cancellationToken)
    {
        PrivateFiles.CreateFolder(Incoming);
        await FetchAsync(snapshot.Files.FirstOrDefault(file => file.Name == Snapshot.Journal) ?? throw Damaged("it has no journal"), cancellationToken).ConfigureAwait(false);
        CheckJournal(snapshot);
        File.Move(Path.Combine(Incoming, Snapshot.Journal), folder.Journal);
    }

    private async Task FetchAsync(SnapshotFile file, CancellationToken cancellationToken)
    {
        // Names come from a bucket, and must not lead out of the folder.
        if (!FileName().IsMatch(file.Name) || file.Length < 0 || file.Pieces.Count != SnapshotFile.CountOf(file.Length))
            throw Damaged($"it names a file that no job has ('{file.Name}')");
        using SafeFileHandle target = PrivateFiles.OpenHandle(Path.Combine(Incoming, file.Name), FileMode.Create, FileAccess.Write, FileShare.Read);
        ParallelOptions options = new() { MaxDegreeOfParallelism = ReadsAtATime, CancellationToken = cancellationToken };
        await Parallel.ForEachAsync(Enumerable.Range(0, file.Pieces.Count), options, async (piece, token) =>
        {
            byte[] content = await snapshots.ReadPieceAsync(file.Pieces[piece], SnapshotFile.LengthOf(piece, file.Length), token).ConfigureAwait(false);
            await RandomAccess.WriteAsync(target, content, (long)piece * Snapshot.PieceBytes, token).ConfigureAwait(false);
        }).ConfigureAwait(false);
        RandomAccess.FlushToDisk(target);
    }

    private void CheckJournal(Snapshot snapshot)
    {
        string path = Path.Combine(Incoming, Snapshot.Journal);
        if (!File.Exists(path))
            throw Damaged("it has no journal");
        JournalCopy.Open(path, folder.Name);
        using JournalReader reader = new(path, folder.Name);
        MigrationJob job = reader.Job();
        if (job.Name != folder.Name || !snapshot.IsOf(job) || reader.Fingerprint() != job.Fingerprint || reader.State()?.Id != snapshot.Id)
            throw Damaged("its journal is that of another job or moment");
    }

    private void Replace()
    {
        foreach (string part in (string[])["", "-wal", "-shm"])
            File.Delete(folder.Journal + part);
        foreach (string keys in Directory.EnumerateFiles(folder.Path, JobFolder.Selections))
            File.Delete(keys);
        Clear(folder.Manifests);
        Directory.Move(Path.Combine(Incoming, Snapshot.Manifest.TrimEnd('/')), folder.Manifests);
        foreach (string keys in Directory.EnumerateFiles(Incoming, JobFolder.Selections))
            File.Move(keys, Path.Combine(folder.Path, Path.GetFileName(keys)));
        File.Move(Path.Combine(Incoming, Snapshot.Journal), folder.Journal);
        Clear(Incoming);
    }

    private static void Clear(string path)
    {
        if (Directory.Exists(path))
            Directory.Delete(path, recursive: true);
    }

    private JobStateException Damaged(string how) => new(JobStateError.Damaged, folder.Name, $"The snapshot of job '{folder.Name}' is damaged: {how}.");

    [GeneratedRegex(@"^(journal\.db|selection[0-9]+\.db|manifest/[A-Za-z0-9_-]+\.seg)\z", RegexOptions.CultureInvariant)]
    private static partial Regex FileName();
}
