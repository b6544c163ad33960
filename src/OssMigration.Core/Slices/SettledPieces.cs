using OssMigration.Core.Jobs;
using OssMigration.Core.Journal;
using OssMigration.Core.Manifests;
using OssMigration.Core.Stores;

namespace OssMigration.Core.Slices;

/// <summary>Gives what earlier runs settled to workers, piece by piece. Thread-safe.</summary>
internal sealed class SettledPieces(JobFolder folder, int run)
{
    private const int MostEntries = 50_000;
    private int _lastFile;

    /// <summary>Whether earlier runs settled anything.</summary>
    public bool Any()
    {
        using JournalReader reader = folder.Read();
        return reader.Segments().Any(segment => segment.Run < run);
    }

    /// <summary>The entries with from &lt; key &lt;= end, as many as go into one piece.</summary>
    public async Task<SettledPiece> ReadAsync(string? from, string? end, CancellationToken cancellationToken)
    {
        MergedManifest manifest;
        using (JournalReader reader = folder.Read())
            manifest = JobManifest.Open(folder, [.. reader.Segments().Where(segment => segment.Run < run)]);
        PrivateFiles.CreateFolder(folder.Scratch);
        string path = folder.ScratchFile(FormattableString.Invariant($"settled{Interlocked.Increment(ref _lastFile)}.seg"));
        File.Delete(path);
        try
        {
            using ManifestSegmentWriter writer = ManifestSegmentWriter.Create(path);
            string? upTo = null;
            await foreach (SettledEntry entry in manifest.ReadAsync(from, end, cancellationToken).ConfigureAwait(false))
            {
                if (writer.Entries >= MostEntries)
                {
                    upTo = writer.LastKey;
                    break;
                }

                writer.Append(entry);
            }

            writer.Seal();
            return new SettledPiece(new SliceSegment(await File.ReadAllBytesAsync(path, cancellationToken).ConfigureAwait(false), IsSealed: true), upTo);
        }
        finally
        {
            File.Delete(path);
        }
    }
}
