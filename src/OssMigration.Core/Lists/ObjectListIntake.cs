using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using OssMigration.Core.Listing;
using OssMigration.Core.Stores;

namespace OssMigration.Core.Lists;

/// <summary>
/// Takes in the rows of an object list in any order and number, in bounded memory: runs of them are sorted and put on the disk, then
/// merged. Made by <see cref="Jobs.MigrationEngine.BeginObjectList"/>; who made it disposes it. Not thread-safe.
/// </summary>
public sealed class ObjectListIntake : IDisposable
{
    // About 50 MB of rows in memory; five million rows are 25 runs.
    private const int RowsOfRun = 200_000;
    private const int RowsOfWrite = 10_000;

    private readonly string _folder;
    private readonly string _prefix;
    private readonly int _rowsOfRun;
    private readonly List<ObjectEntry> _rows = [];
    private readonly List<EntryTable> _runs = [];

    internal ObjectListIntake(string folder, string prefix, int rowsOfRun = RowsOfRun)
    {
        _folder = folder;
        _prefix = prefix;
        _rowsOfRun = rowsOfRun;
        Directory.CreateDirectory(folder);
    }

    /// <summary>Rows that were added and lie below the source's prefix.</summary>
    public long Taken { get; private set; }

    /// <summary>Rows that were left out because their keys do not begin with the source's prefix.</summary>
    public long Outside { get; private set; }

    /// <summary>Rows whose keys, after the source's prefix, begin with that prefix once more: perhaps somebody gave full keys.</summary>
    public long Doubled { get; private set; }

    /// <summary>Adds a row whose key is the full key of the bucket.</summary>
    /// <exception cref="ArgumentException">The key is empty.</exception>
    /// <exception cref="StoreException">LocalDisk: the disk refuses.</exception>
    public void AddFull(ListedObject row)
    {
        if (row.Key.StartsWith(_prefix, StringComparison.Ordinal))
            Add(row with { Key = row.Key[_prefix.Length..] });
        else
            Outside++;
    }

    /// <summary>Adds a row whose key is what follows the source's prefix.</summary>
    /// <exception cref="ArgumentException">The key is empty.</exception>
    /// <exception cref="StoreException">LocalDisk: the disk refuses.</exception>
    public void Add(ListedObject row)
    {
        if (row.Key.Length == 0 && _prefix.Length == 0)
            throw new ArgumentException("An object of the list has no key.");
        Taken++;
        if (_prefix.Length > 0 && row.Key.StartsWith(_prefix, StringComparison.Ordinal))
            Doubled++;
        _rows.Add(ToEntry(row));
        if (_rows.Count == _rowsOfRun)
            CloseRun();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (EntryTable run in _runs)
            run.Dispose();
        try
        {
            Directory.Delete(_folder, recursive: true);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // It is scratch; nothing looks at it again.
        }
    }

    /// <summary>Merges all rows into one sorted table, and gives its file to <paramref name="keep"/>.</summary>
    /// <param name="origin">Where the list came from, for people.</param>
    /// <param name="keep">Where the file is to lie.</param>
    /// <param name="cancellationToken">Cancels.</param>
    internal ObjectListFacts Finish(string origin, Func<ObjectListFacts, string> keep, CancellationToken cancellationToken)
    {
        CloseRun();
        using EntryTable merged = EntryTable.Create(Path.Combine(_folder, "merged.db"));
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        ObjectListFacts facts = new() { Origin = origin, Digest = "", Objects = 0, Bytes = 0, LookedUp = 0 };
        foreach (ObjectEntry[] rows in Distinct(Merge()).Chunk(RowsOfWrite))
        {
            cancellationToken.ThrowIfCancellationRequested();
            merged.Add(rows);
            foreach (ObjectEntry row in rows)
            {
                hash.AppendData(Encoding.UTF8.GetBytes(string.Create(
                    CultureInfo.InvariantCulture, $"{row.Key}\0{row.Size}\0{row.ETag}\0{row.LastModified.UtcTicks}\0{row.StorageClass}\0\n")));
                facts = facts with { Objects = facts.Objects + 1, Bytes = facts.Bytes + Math.Max(row.Size, 0), LookedUp = facts.LookedUp + (ListedEntries.IsComplete(row) ? 0 : 1) };
            }
        }

        facts = facts with { Digest = Convert.ToHexString(hash.GetHashAndReset()).ToLowerInvariant() };
        merged.Keep(keep(facts));
        return facts;
    }

    private static ObjectEntry ToEntry(ListedObject row)
    {
        string? etag = string.IsNullOrEmpty(row.ETag) ? null : row.ETag.Trim('"');
        DateTimeOffset modified = row.LastModified?.ToUniversalTime() ?? default;
        return ListedEntries.Make(row.Key, row.Size, etag, modified, string.IsNullOrEmpty(row.StorageClass) ? null : row.StorageClass);
    }

    private static IEnumerable<ObjectEntry> Distinct(IEnumerable<ObjectEntry> sorted)
    {
        ObjectEntry? last = null;
        foreach (ObjectEntry row in sorted)
        {
            if (last is not null && last.Key == row.Key)
            {
                // Of two things that a list says of one key neither is believed.
                last = last == row ? last : ListedEntries.Make(row.Key, size: null, etag: null, default, storageClass: null);
                continue;
            }

            if (last is not null)
                yield return last;
            last = row;
        }

        if (last is not null)
            yield return last;
    }

    private void CloseRun()
    {
        if (_rows.Count == 0)
            return;
        _rows.Sort(static (left, right) => KeyOrder.CompareKeys(left.Key, right.Key));
        EntryTable run = EntryTable.Create(Path.Combine(_folder, FormattableString.Invariant($"run{_runs.Count:D5}.db")));
        _runs.Add(run);
        run.Add([.. Distinct(_rows)]);
        _rows.Clear();
    }

    private IEnumerable<ObjectEntry> Merge()
    {
        List<IEnumerator<ObjectEntry>> open = [];
        try
        {
            PriorityQueue<IEnumerator<ObjectEntry>, string> next = new(Comparer<string>.Create(KeyOrder.CompareKeys));
            foreach (EntryTable run in _runs)
            {
                IEnumerator<ObjectEntry> rows = run.Read(startExclusive: null, endInclusive: null).GetEnumerator();
                open.Add(rows);
                if (rows.MoveNext())
                    next.Enqueue(rows, rows.Current.Key);
            }

            while (next.TryDequeue(out IEnumerator<ObjectEntry>? rows, out _))
            {
                yield return rows.Current;
                if (rows.MoveNext())
                    next.Enqueue(rows, rows.Current.Key);
            }
        }
        finally
        {
            open.ForEach(rows => rows.Dispose());
        }
    }
}
