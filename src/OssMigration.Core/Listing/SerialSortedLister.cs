using System.Runtime.CompilerServices;
using System.Text;
using Microsoft.Data.Sqlite;
using OssMigration.Core.Reporting;
using OssMigration.Core.Stores;

namespace OssMigration.Core.Listing;

/// <summary>
/// Lists a store that ignores start-after or keeps to no order: everything once, one page after the other, into a table
/// on this machine's disk, and from there in order. Costs a full listing at every start of a run and disk for it.
/// </summary>
/// <param name="store">The store.</param>
/// <param name="filter">As for <see cref="PagedLister"/>.</param>
/// <param name="prefix">Only keys that start with it are asked for.</param>
/// <param name="path">The file of the table; replaced.</param>
internal sealed class SerialSortedLister(IObjectReader store, ObjectFilterMatcher? filter, string prefix, string path) : IKeyLister
{
    private readonly object _gate = new();
    private Task? _loading;
    private long _missing;

    /// <inheritdoc/>
    public IRangeListing Open(string? startExclusive, string? endInclusive) => new Slice(this, startExclusive, endInclusive);

    private Task LoadOnceAsync(CancellationToken cancellationToken)
    {
        lock (_gate)
            return _loading ??= LoadAsync(cancellationToken);
    }

    private async Task LoadAsync(CancellationToken cancellationToken)
    {
        try
        {
            File.Delete(path);
            await using SqliteConnection connection = Connect();
            Execute(connection, "PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; CREATE TABLE listing(key BLOB PRIMARY KEY, size INTEGER, version TEXT, etag TEXT, modified INTEGER, class TEXT, archived INTEGER) WITHOUT ROWID;");
            await FillAsync(connection, cancellationToken).ConfigureAwait(false);
        }
        catch (SqliteException exception)
        {
            throw new StoreException(StoreErrorKind.LocalDisk, path, $"The sorted listing cannot be kept: {exception.Message}", exception);
        }
    }

    private async Task FillAsync(SqliteConnection connection, CancellationToken cancellationToken)
    {
        await using SqliteTransaction transaction = connection.BeginTransaction();
        await using SqliteCommand insert = connection.CreateCommand();
        insert.CommandText = "INSERT OR IGNORE INTO listing VALUES($1, $2, $3, $4, $5, $6, $7)";
        for (int i = 1; i <= 7; i++)
            insert.Parameters.Add(new SqliteParameter { ParameterName = $"${i}" });

        HashSet<string> tokens = new(StringComparer.Ordinal);
        string? token = null;
        do
        {
            ListPage page = await store.ListPageAsync(new ListPageRequest(prefix, null, token, store.Limits.MaxPageSize), cancellationToken).ConfigureAwait(false);
            foreach (ObjectEntry entry in page.Entries)
                Insert(insert, entry);
            _missing += page.DeclaredCount - page.Entries.Count;
            token = page.ContinuationToken;
            if (token is not null && !tokens.Add(token))
                throw new StoreException(StoreErrorKind.Listing, store.DisplayName, "The listing gives the same continuation token twice, so it would never end.") { Code = "TokenRepeated" };
        }
        while (token is not null);
        await transaction.CommitAsync(cancellationToken).ConfigureAwait(false);
    }

    private static void Insert(SqliteCommand insert, ObjectEntry entry)
    {
        object?[] values =
        [
            Encoding.UTF8.GetBytes(entry.Key), entry.Size, entry.Version.Value, entry.ETag, entry.LastModified.UtcTicks, entry.StorageClass,
            entry.Availability == ObjectAvailability.NeedsRestore ? 1 : 0,
        ];
        for (int i = 0; i < values.Length; i++)
            insert.Parameters[i].Value = values[i] ?? DBNull.Value;
        insert.ExecuteNonQuery();
    }

    private SqliteConnection Connect()
    {
        SqliteConnection connection = new(new SqliteConnectionStringBuilder { DataSource = path, Pooling = false }.ConnectionString);
        connection.Open();
        return connection;
    }

    private static void Execute(SqliteConnection connection, string sql)
    {
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    private sealed class Slice(SerialSortedLister lister, string? startExclusive, string? endInclusive) : IRangeListing
    {
        private ObjectCount _listed;
        private long _filteredOut;

        public ListedTotals Totals => new(_listed, _filteredOut, 0);

        public async IAsyncEnumerable<ListedEntry> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
        {
            await lister.LoadOnceAsync(cancellationToken).ConfigureAwait(false);

            // What pages declared and did not hold belongs to no key; it counts once, with the open first range.
            if (startExclusive is null)
                _listed += new ObjectCount(lister._missing, 0);
            await using SqliteConnection connection = lister.Connect();
            await using SqliteCommand select = connection.CreateCommand();
            select.CommandText = "SELECT key, size, version, etag, modified, class, archived FROM listing WHERE ($1 IS NULL OR key > $1) AND ($2 IS NULL OR key <= $2) ORDER BY key";
            select.Parameters.AddWithValue("$1", startExclusive is null ? DBNull.Value : Encoding.UTF8.GetBytes(startExclusive));
            select.Parameters.AddWithValue("$2", endInclusive is null ? DBNull.Value : Encoding.UTF8.GetBytes(endInclusive));
            await using SqliteDataReader row = await select.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
            while (await row.ReadAsync(cancellationToken).ConfigureAwait(false))
            {
                ObjectEntry entry = new(
                    Encoding.UTF8.GetString(row.GetFieldValue<byte[]>(0)), row.GetInt64(1), new SourceVersion(row.GetString(2)),
                    row.IsDBNull(3) ? null : row.GetString(3), new DateTimeOffset(row.GetInt64(4), TimeSpan.Zero), row.IsDBNull(5) ? null : row.GetString(5),
                    row.GetInt64(6) != 0 ? ObjectAvailability.NeedsRestore : ObjectAvailability.Readable);
                bool isWanted = lister.IsWanted(entry);
                if (isWanted)
                    _listed = _listed.Plus(entry.Size);
                else
                    _filteredOut++;
                yield return new ListedEntry(entry, !isWanted, _listed.Objects, _listed.Bytes);
            }
        }
    }

    private bool IsWanted(ObjectEntry entry) => filter is null || filter.IsWanted(entry);
}
