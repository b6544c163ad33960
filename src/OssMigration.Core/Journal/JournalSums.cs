using System.Buffers;
using System.Buffers.Binary;
using System.Globalization;
using System.IO.Hashing;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace OssMigration.Core.Journal;

/// <summary>
/// A checksum over each of the journal's tables: the XXH3 digests of all its rows, combined by exclusive or, so that a write changes it
/// without reading the rest of the table. Triggers keep it; <see cref="Check"/> finds what the disk changed behind SQLite's back.
/// </summary>
internal static class JournalSums
{
    private const string Sums = "sums";

    // The table definitions and the triggers themselves, under a name that no table can have.
    private const string Definitions = "the definitions";

    /// <summary>Gives a connection what the triggers call. No connection can write without it.</summary>
    public static void Register(SqliteConnection connection)
    {
        ArrayBufferWriter<byte> buffer = new();

        // Not through SqliteConnection.CreateFunction, for which a text ends at its first NUL.
        raw.sqlite3_create_function(
            connection.Handle!, "sum_with_row", -1, raw.SQLITE_DETERMINISTIC, null,
            (context, _, values) => raw.sqlite3_result_int64(context, raw.sqlite3_value_int64(values[0]) ^ Digest(buffer, values.AsSpan(1))));
    }

    /// <summary>Puts every table under a checksum that has none, within the transaction that is open.</summary>
    public static void Cover(SqliteConnection connection)
    {
        JournalSchema.Execute(connection, $"CREATE TABLE IF NOT EXISTS {Sums}(name TEXT PRIMARY KEY, sum INTEGER NOT NULL) WITHOUT ROWID");
        foreach (string table in Tables(connection))
        {
            JournalSchema.Execute(connection, Triggers(table, Columns(connection, table)));
            Put(connection, table, Sum(connection, table));
        }

        Put(connection, Definitions, Sum(connection, "sqlite_master"));
    }

    /// <summary>Reads the whole journal as it is at one moment. Linear in its rows.</summary>
    /// <returns>What is damaged, as the end of a sentence; null where all is as it was written.</returns>
    /// <exception cref="SqliteException">It cannot even be read.</exception>
    public static string? Check(SqliteConnection connection)
    {
        using SqliteTransaction moment = connection.BeginTransaction(deferred: true);
        if (Text(connection, "PRAGMA integrity_check(1)") is not "ok" and { } fault)
            return $"its file is not well-formed ({fault.ReplaceLineEndings(" ")})";
        if (Sum(connection, "sqlite_master") != Kept(connection, Definitions))
            return "the definitions of its tables are not those that were written";
        foreach (string table in Tables(connection))
        {
            if (Sum(connection, table) != Kept(connection, table))
                return $"table '{table}' does not hold what was written into it";
        }

        return null;
    }

    private static string Triggers(string table, IReadOnlyList<string> columns)
    {
        string added = Row("NEW"), gone = Row("OLD");
        return $"""
            CREATE TRIGGER IF NOT EXISTS {table}_inserted AFTER INSERT ON {table} BEGIN
                UPDATE {Sums} SET sum = sum_with_row(sum, {added}) WHERE name = '{table}'; END;
            CREATE TRIGGER IF NOT EXISTS {table}_deleted AFTER DELETE ON {table} BEGIN
                UPDATE {Sums} SET sum = sum_with_row(sum, {gone}) WHERE name = '{table}'; END;
            CREATE TRIGGER IF NOT EXISTS {table}_updated AFTER UPDATE ON {table} BEGIN
                UPDATE {Sums} SET sum = sum_with_row(sum_with_row(sum, {gone}), {added}) WHERE name = '{table}'; END;
            """;

        string Row(string which) => string.Join(", ", columns.Select(column => $"{which}.\"{column}\""));
    }

    private static long Sum(SqliteConnection connection, string table)
    {
        // Pages move when a journal is copied, and say nothing of its rows.
        IEnumerable<string> columns = Columns(connection, table).Where(column => column != "rootpage").Select(column => $"\"{column}\"");
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = $"SELECT sum_with_row(0, {string.Join(", ", columns)}) FROM {table}";
        using SqliteDataReader row = command.ExecuteReader();
        long sum = 0;
        while (row.Read())
            sum ^= row.GetInt64(0);
        return sum;
    }

    // Each value with its type and length, so that no two rows give the same bytes.
    private static long Digest(ArrayBufferWriter<byte> buffer, ReadOnlySpan<sqlite3_value> row)
    {
        buffer.ResetWrittenCount();
        foreach (sqlite3_value value in row)
        {
            int type = raw.sqlite3_value_type(value);
            if (type is raw.SQLITE_INTEGER)
            {
                Write(buffer, type, raw.sqlite3_value_int64(value));
                continue;
            }

            ReadOnlySpan<byte> content = type is raw.SQLITE_NULL ? default : raw.sqlite3_value_blob(value);
            Write(buffer, type, content.Length);
            buffer.Write(content);
        }

        return unchecked((long)XxHash3.HashToUInt64(buffer.WrittenSpan));
    }

    private static void Write(ArrayBufferWriter<byte> buffer, int type, long number)
    {
        Span<byte> bytes = buffer.GetSpan(1 + sizeof(long));
        bytes[0] = (byte)type;
        BinaryPrimitives.WriteInt64LittleEndian(bytes[1..], number);
        buffer.Advance(1 + sizeof(long));
    }

    private static List<string> Tables(SqliteConnection connection)
        => Texts(connection, $"SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite!_%' ESCAPE '!' AND name <> '{Sums}' ORDER BY name");

    private static List<string> Columns(SqliteConnection connection, string table)
        => Texts(connection, $"SELECT name FROM pragma_table_info('{table}')");

    private static void Put(SqliteConnection connection, string name, long sum)
        => JournalSchema.Execute(connection, string.Create(CultureInfo.InvariantCulture, $"INSERT OR REPLACE INTO {Sums}(name, sum) VALUES('{name}', {sum})"));

    private static long? Kept(SqliteConnection connection, string name)
    {
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = $"SELECT sum FROM {Sums} WHERE name = '{name}'";
        return command.ExecuteScalar() as long?;
    }

    private static string? Text(SqliteConnection connection, string sql) => Texts(connection, sql).FirstOrDefault();

    private static List<string> Texts(SqliteConnection connection, string sql)
    {
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = sql;
        using SqliteDataReader reader = command.ExecuteReader();
        List<string> texts = [];
        while (reader.Read())
            texts.Add(reader.GetString(0));
        return texts;
    }
}
