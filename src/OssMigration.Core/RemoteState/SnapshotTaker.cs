using OssMigration.Core.Jobs;
using OssMigration.Core.Journal;
using OssMigration.Core.Stores;

namespace OssMigration.Core.RemoteState;

/// <summary>
/// Takes snapshots of a job's folder while it is run. The journal is copied first, and of each file only as much as that copy counts on:
/// this does not change any more. Used by one caller at a time.
/// </summary>
internal sealed class SnapshotTaker(SnapshotStore snapshots, StateLease lease, JobFolder folder, StoreAddress address, TimeProvider time)
{
    private const int PutsAtATime = 4;
    private const int Attempts = 3;

    // Whole pieces of segments stay as they are as long as the segment is there.
    private readonly Dictionary<string, string[]> _whole = new(StringComparer.Ordinal);
    private long _sequence;

    /// <summary>Takes one.</summary>
    /// <returns>What the journal should know of it.</returns>
    /// <exception cref="Reporting.RefusedException">StateLeaseLost.</exception>
    public async Task<StateMarker> TakeAsync(CancellationToken cancellationToken)
    {
        for (int attempt = 1; ; attempt++)
        {
            try
            {
                return await TryTakeAsync(cancellationToken).ConfigureAwait(false);
            }
            catch (FileNotFoundException) when (attempt < Attempts)
            {
                // The end of a run has dropped segments since the journal was copied.
            }
            catch (IOException exception)
            {
                throw new StoreException(StoreErrorKind.LocalDisk, folder.Path, $"The job's files cannot be read for a snapshot: {exception.Message}", exception);
            }
        }
    }

    private async Task<StateMarker> TryTakeAsync(CancellationToken cancellationToken)
    {
        lease.Require();
        using JournalCopy copy = JournalCopy.Make(folder, address, new SnapshotId(lease.Generation, ++_sequence));
        List<SnapshotFile> files = [await FileAsync(Snapshot.Journal, copy.Path, length: null, cancellationToken).ConfigureAwait(false)];
        foreach (SegmentRow segment in copy.Segments)
            files.Add(await FileAsync(Snapshot.Manifest + segment.Name, Path.Combine(folder.Manifests, segment.Name), segment.CommittedLength, cancellationToken).ConfigureAwait(false));
        if (copy.Selection is { } run)
            files.Add(await FileAsync(Path.GetFileName(folder.Selection(run)), folder.Selection(run), length: null, cancellationToken).ConfigureAwait(false));

        lease.Require();
        Snapshot snapshot = new()
        {
            Schema = JournalSchema.Version,
            Id = copy.Marker.Id,
            Fingerprint = copy.Job.Fingerprint,
            CreatedAt = copy.Job.CreatedAt,
            TakenAt = time.GetUtcNow(),
            Files = files,
        };
        await snapshots.PublishAsync(snapshot, cancellationToken).ConfigureAwait(false);
        Forget([.. copy.Segments.Select(segment => segment.Name)]);
        return copy.Marker;
    }

    private async Task<SnapshotFile> FileAsync(string name, string path, long? length, CancellationToken cancellationToken)
    {
        using Microsoft.Win32.SafeHandles.SafeFileHandle file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        long bytes = length ?? RandomAccess.GetLength(file);
        string[] known = length is null ? [] : _whole.GetValueOrDefault(name, []);
        string[] pieces = new string[SnapshotFile.CountOf(bytes)];
        known.AsSpan(0, Math.Min(known.Length, pieces.Length)).CopyTo(pieces);
        ParallelOptions options = new() { MaxDegreeOfParallelism = PutsAtATime, CancellationToken = cancellationToken };
        await Parallel.ForEachAsync(Enumerable.Range(0, pieces.Length).Where(piece => pieces[piece] is null), options, async (piece, token) =>
        {
            byte[] content = await ReadAsync(file, path, piece, SnapshotFile.LengthOf(piece, bytes), token).ConfigureAwait(false);
            pieces[piece] = await snapshots.PutPieceAsync(content, token).ConfigureAwait(false);
        }).ConfigureAwait(false);
        if (length is not null)
            _whole[name] = pieces[..(int)(bytes / Snapshot.PieceBytes)];
        return new SnapshotFile(name, bytes, pieces);
    }

    private static async Task<byte[]> ReadAsync(Microsoft.Win32.SafeHandles.SafeFileHandle file, string path, int piece, int length, CancellationToken cancellationToken)
    {
        byte[] content = new byte[length];
        for (int read = 0; read < length;)
        {
            int more = await RandomAccess.ReadAsync(file, content.AsMemory(read), ((long)piece * Snapshot.PieceBytes) + read, cancellationToken).ConfigureAwait(false);
            read += more > 0 ? more : throw new EndOfStreamException($"'{path}' is shorter than the journal says.");
        }

        return content;
    }

    private void Forget(HashSet<string> standing)
    {
        foreach (string gone in _whole.Keys.Where(name => !standing.Contains(name[Snapshot.Manifest.Length..])).ToList())
            _whole.Remove(gone);
    }
}
