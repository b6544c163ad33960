using System.Text.Json;
using OssMigration.Core.Jobs;

namespace OssMigration.Core.RemoteState;

/// <summary>
/// A job's files at one moment: names, lengths and the hashes of their pieces. It is one small object, created after everything that it
/// names, so that a snapshot that can be seen is whole.
/// </summary>
internal sealed record Snapshot
{
    /// <summary>Bytes of a piece; the last of a file is shorter.</summary>
    public const int PieceBytes = 512 << 10;

    /// <summary>The name of the journal among the files.</summary>
    public const string Journal = "journal.db";

    /// <summary>What manifest segments are named with before their own name.</summary>
    public const string Manifest = "manifest/";

    // The largest job has some ten thousand pieces.
    private const int MostBytes = 64 << 20;

    /// <summary>The form of this document.</summary>
    public int Format { get; init; } = CurrentFormat;

    /// <summary>The version of the journal.</summary>
    public required int Schema { get; init; }

    /// <summary>Which one.</summary>
    public required SnapshotId Id { get; init; }

    /// <summary>The job's fingerprint.</summary>
    public required string Fingerprint { get; init; }

    /// <summary>When the job was made: tells it from another one of the same name.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it was taken, by the clock of the machine.</summary>
    public required DateTimeOffset TakenAt { get; init; }

    /// <summary>The files.</summary>
    public required IReadOnlyList<SnapshotFile> Files { get; init; }

    /// <summary>The form that this engine writes.</summary>
    public const int CurrentFormat = 1;

    /// <summary>Whether it is of this job, and not of another one of the same name.</summary>
    public bool IsOf(MigrationJob job) => Fingerprint == job.Fingerprint && CreatedAt == job.CreatedAt;

    // JSON may say null anywhere.
    private bool IsWhole => Files is not null && Files.All(file => file is { Name: not null, Pieces: not null } && file.Pieces.All(piece => piece is not null));

    /// <summary>The document.</summary>
    public byte[] ToBytes() => Packed.Of(StateJson.ToBytes(this));

    /// <summary>Reads the document; null where it is none.</summary>
    public static Snapshot? Read(byte[] content)
    {
        try
        {
            return StateJson.Read<Snapshot>(Packed.Open(content, MostBytes)) is { } snapshot && snapshot.IsWhole ? snapshot : null;
        }
        catch (InvalidDataException)
        {
            return null;
        }
    }
}

/// <summary>A file of a snapshot.</summary>
/// <param name="Name">Below the job's folder, with slashes.</param>
/// <param name="Length">Its bytes.</param>
/// <param name="Pieces">SHA-256 of each piece in lower-case hex, in order.</param>
internal sealed record SnapshotFile(string Name, long Length, IReadOnlyList<string> Pieces)
{
    /// <summary>How many pieces a file of this length has.</summary>
    public static int CountOf(long length) => (int)((length + Snapshot.PieceBytes - 1) / Snapshot.PieceBytes);

    /// <summary>Bytes of a piece.</summary>
    public static int LengthOf(int piece, long length) => (int)Math.Min(Snapshot.PieceBytes, length - ((long)piece * Snapshot.PieceBytes));
}
