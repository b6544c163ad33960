using System.Buffers.Binary;
using Microsoft.Data.Sqlite;
using OssMigration.Core.Journal;

namespace OssMigration.Core.Tests.Journal;

/// <summary>A journal in words, to tell whether two hold the same.</summary>
internal static class JournalText
{
    /// <summary>Every row of every table.</summary>
    public static string Of(SqliteConnection journal)
        => string.Join('\n', Rows(journal, "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name").Select(table => $"{table}\n{string.Join('\n', Rows(journal, $"SELECT * FROM {table}"))}"));

    /// <summary>What a query gives, a line for each row.</summary>
    public static List<string> Rows(SqliteConnection journal, string sql)
    {
        using SqliteCommand command = journal.CreateCommand();
        command.CommandText = sql;
        using SqliteDataReader row = command.ExecuteReader();
        List<string> rows = [];
        while (row.Read())
            rows.Add(string.Join('|', Enumerable.Range(0, row.FieldCount).Select(column => row.GetValue(column) is byte[] bytes ? Convert.ToHexString(bytes) : row.GetValue(column).ToString())));
        return rows;
    }

    /// <summary>Takes away what keeps the checksums, as in a journal of before there were any; gives the statements that bring it back.</summary>
    public static List<string> DropTriggers(SqliteConnection journal)
    {
        List<string> triggers = Rows(journal, "SELECT sql FROM sqlite_master WHERE type = 'trigger'");
        foreach (string trigger in Rows(journal, "SELECT name FROM sqlite_master WHERE type = 'trigger'"))
            JournalSchema.Execute(journal, $"DROP TRIGGER {trigger}");
        return triggers;
    }

    /// <summary>Where the frames of a log end that end a commit, after 0. Source: https://sqlite.org/fileformat2.html#the_write_ahead_log</summary>
    public static List<int> Commits(byte[] log)
    {
        const int Header = 32, FrameHeader = 24;
        int frame = FrameHeader + BinaryPrimitives.ReadInt32BigEndian(log.AsSpan(8));
        List<int> ends = [0];
        for (int at = Header; at + frame <= log.Length; at += frame)
        {
            // What an older log left behind has other salts.
            if (BinaryPrimitives.ReadInt32BigEndian(log.AsSpan(at + 4)) != 0 && log.AsSpan(at + 8, 8).SequenceEqual(log.AsSpan(16, 8)))
                ends.Add(at + frame);
        }

        return ends;
    }

    /// <summary>Copies what a process that was killed now would leave of a job.</summary>
    public static void CopyFolder(string from, string to)
    {
        foreach (string inner in Directory.EnumerateDirectories(from))
            Directory.CreateDirectory(Path.Combine(to, Path.GetFileName(inner)));
        foreach (string file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories).Where(file => Path.GetFileName(file) != "lock"))
        {
            string target = Path.Combine(to, Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            using FileStream source = new(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            using FileStream copy = new(target, FileMode.Create);
            source.CopyTo(copy);
        }
    }
}
