using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using OssMigration.Core.Jobs;
using OssMigration.Core.Journal;
using OssMigration.Core.Stores;

namespace OssMigration.Core.RemoteState;

/// <summary>
/// The snapshots of one job at its store. Pieces are named by their hash, so that what did not change is sent once, and a piece
/// is never replaced by another content. Thread-safe.
/// </summary>
internal sealed class SnapshotStore(StateStore store, string jobName)
{
    private const string Heads = "head/";
    private const string Pieces = "piece/";
    private const int KeptHeads = 2;

    private readonly ConcurrentDictionary<string, bool> _known = new(StringComparer.Ordinal);

    /// <summary>The newest snapshot; null where there is none.</summary>
    /// <exception cref="JobStateException">It is damaged, or of a newer engine.</exception>
    public async Task<Snapshot?> NewestAsync(CancellationToken cancellationToken)
    {
        while (await HeadsAsync(cancellationToken).ConfigureAwait(false) is [.., var newest])
        {
            // Between listing and reading it may have made way for a newer one.
            if (await store.ReadAsync(newest.Key, cancellationToken).ConfigureAwait(false) is { } content)
                return Check(content, newest.Key);
        }

        return null;
    }

    /// <summary>Takes it as known that the store has the pieces of a snapshot.</summary>
    public void Know(Snapshot snapshot)
    {
        foreach (string piece in snapshot.Files.SelectMany(file => file.Pieces))
            _known[piece] = true;
    }

    /// <summary>Stores a piece where it is not known to be there, and gives its hash.</summary>
    public async Task<string> PutPieceAsync(byte[] content, CancellationToken cancellationToken)
    {
        string hash = HashOf(content);
        if (_known.ContainsKey(hash))
            return hash;
        await store.TryCreateAsync(Pieces + hash, Packed.Of(content), cancellationToken).ConfigureAwait(false);
        _known[hash] = true;
        return hash;
    }

    /// <summary>The content of a piece, proved by its hash.</summary>
    /// <exception cref="JobStateException">Damaged: it is not there, or is not what it was.</exception>
    public async Task<byte[]> ReadPieceAsync(string hash, int length, CancellationToken cancellationToken)
    {
        byte[] packed = await store.ReadAsync(Pieces + hash, cancellationToken).ConfigureAwait(false)
            ?? throw Damaged($"the piece {hash} is not there");
        try
        {
            byte[] content = Packed.Open(packed, length);
            return content.Length == length && HashOf(content) == hash ? content : throw Damaged($"the piece {hash} has another content than its hash says");
        }
        catch (InvalidDataException exception)
        {
            throw Damaged($"the piece {hash} cannot be unpacked", exception);
        }
    }

    /// <summary>Makes a snapshot visible, whose pieces are stored.</summary>
    public async Task PublishAsync(Snapshot snapshot, CancellationToken cancellationToken)
    {
        byte[] content = snapshot.ToBytes();
        string key = KeyOf(snapshot.Id);
        if (!await store.TryCreateAsync(key, content, cancellationToken).ConfigureAwait(false)
            && await store.ReadAsync(key, cancellationToken).ConfigureAwait(false) is { } standing && !standing.SequenceEqual(content))
        {
            throw new StoreException(StoreErrorKind.AlreadyExists, store.Place, "Another process has taken a snapshot of this number.") { Key = key };
        }
    }

    /// <summary>Deletes older snapshots, and pieces that none names and that are old enough not to be of one that is being taken.</summary>
    /// <param name="keepPieces">How old, by the store's clock.</param>
    /// <param name="mayDelete">Asked before each deletion.</param>
    /// <param name="cancellationToken">Cancels.</param>
    public async Task CollectAsync(TimeSpan keepPieces, Func<bool> mayDelete, CancellationToken cancellationToken)
    {
        List<ObjectEntry> heads = await HeadsAsync(cancellationToken).ConfigureAwait(false);
        if (heads.Count == 0)
            return;
        HashSet<string> named = new(StringComparer.Ordinal);
        foreach (ObjectEntry head in heads.TakeLast(KeptHeads))
        {
            if (await store.ReadAsync(head.Key, cancellationToken).ConfigureAwait(false) is { } content)
                named.UnionWith(Check(content, head.Key).Files.SelectMany(file => file.Pieces));
        }

        DateTimeOffset old = heads[^1].LastModified - keepPieces;
        foreach (ObjectEntry head in heads.SkipLast(KeptHeads))
            await DeleteAsync(head.Key).ConfigureAwait(false);
        List<string> needless = [];
        await foreach (ObjectEntry piece in store.ListAsync(Pieces, after: null, cancellationToken).ConfigureAwait(false))
        {
            if (piece.LastModified < old && !named.Contains(piece.Key[Pieces.Length..]))
                needless.Add(piece.Key);
        }

        foreach (string piece in needless)
        {
            _known.TryRemove(piece[Pieces.Length..], out _);
            await DeleteAsync(piece).ConfigureAwait(false);
        }

        async Task DeleteAsync(string key)
        {
            if (mayDelete())
                await store.DeleteAsync(key, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task<List<ObjectEntry>> HeadsAsync(CancellationToken cancellationToken)
    {
        List<ObjectEntry> heads = [];
        await foreach (ObjectEntry entry in store.ListAsync(Heads, after: null, cancellationToken).ConfigureAwait(false))
            heads.Add(entry);
        return heads;
    }

    private Snapshot Check(byte[] content, string key)
    {
        Snapshot snapshot = Snapshot.Read(content) ?? throw Damaged($"{key} is no snapshot");
        if (snapshot.Format != Snapshot.CurrentFormat || snapshot.Schema > JournalSchema.Version)
        {
            throw new JobStateException(
                JobStateError.OtherVersion,
                jobName,
                $"The snapshot of job '{jobName}' at {store.Place} has version {snapshot.Format}.{snapshot.Schema}; this engine reads version {Snapshot.CurrentFormat}.{JournalSchema.Version}.");
        }

        return KeyOf(snapshot.Id) == key ? snapshot : throw Damaged($"{key} is the snapshot of another number");
    }

    private static string KeyOf(SnapshotId id) => $"{Heads}{StateStore.Number(id.Generation)}-{StateStore.Number(id.Sequence)}";

    private static string HashOf(byte[] content) => Convert.ToHexString(SHA256.HashData(content)).ToLower(CultureInfo.InvariantCulture);

    private JobStateException Damaged(string how, Exception? cause = null)
        => new(JobStateError.Damaged, jobName, $"The state of job '{jobName}' at {store.Place} is damaged: {how}.", cause);
}
