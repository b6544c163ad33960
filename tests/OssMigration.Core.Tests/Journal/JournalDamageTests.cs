using Microsoft.Data.Sqlite;
using OssMigration.Core.Jobs;
using OssMigration.Core.Journal;
using OssMigration.Core.Lifecycle;
using OssMigration.Core.RemoteState;
using OssMigration.Core.Stores;
using OssMigration.Core.Tests.Jobs;
using OssMigration.TestKit;
using OssMigration.TestKit.Fuzzing;
using Xunit;

namespace OssMigration.Core.Tests.Journal;

/// <summary>A bit of the journal flips on the disk, behind SQLite's back: it has no meaning, or the journal is refused as damaged.</summary>
public sealed class JournalDamageTests : IDisposable
{
    private const int Objects = 60;
    private readonly string _damaged = Directory.CreateTempSubdirectory("ossmigration-test-").FullName;

    public void Dispose() => Directory.Delete(_damaged, recursive: true);

    [Fact]
    public async Task A_bit_that_flips_in_the_file_is_found_or_changes_nothing()
    {
        using EngineBench bench = Bench();
        await bench.RunAsync(cancellationToken: TestContext.Current.CancellationToken);
        bench.Tamper("PRAGMA wal_checkpoint(TRUNCATE)");
        byte[] whole = await File.ReadAllBytesAsync(Path.Combine(bench.JobPath, "journal.db"), TestContext.Current.CancellationToken);
        JobFolder folder = Folder();
        string before = Text(folder, whole);
        int found = 0, without = 0;

        foreach (long bit in Bits(whole.Length))
        {
            byte[] flipped = Flip(whole, bit);
            if (Refusal(folder, flipped) is { } refusal)
            {
                found++;
                Assert.Contains(EngineBench.JobName, refusal.Message, StringComparison.Ordinal);
                Assert.True(refusal is JobStateException { Error: JobStateError.Damaged or JobStateError.OtherVersion }, $"Bit {bit}: {refusal.GetType().Name}: {refusal.Message}");
                continue;
            }

            without++;
            Assert.True(before == Text(folder, flipped), $"Bit {bit} changes what the journal says, and nobody noticed.");
        }

        Assert.True(found > without / 4, $"{found} found, {without} without a meaning.");
        TestContext.Current.TestOutputHelper!.WriteLine($"{found + without:N0} flipped bits of {whole.Length * 8L:N0}: {found:N0} found, {without:N0} in room that is not used");
    }

    [Fact]
    public async Task A_bit_that_flips_in_the_log_is_found_or_changes_nothing()
    {
        using EngineBench bench = Bench();
        JobFolder folder = await TakeAsync(bench);
        byte[] file = await File.ReadAllBytesAsync(folder.Journal, TestContext.Current.CancellationToken);
        byte[] log = await File.ReadAllBytesAsync(folder.Journal + "-wal", TestContext.Current.CancellationToken);
        string before = Text(folder, file, log);
        int found = 0, without = 0;

        foreach (long bit in Bits(log.Length))
        {
            byte[] flipped = Flip(log, bit);
            if (Refusal(folder, file, flipped) is { } refusal)
            {
                found++;
                Assert.True(refusal is JobStateException { Error: JobStateError.Damaged }, $"Bit {bit}: {refusal.GetType().Name}: {refusal.Message}");
                Assert.Contains("its log", refusal.Message, StringComparison.Ordinal);
                Assert.Equal(flipped, await File.ReadAllBytesAsync(folder.Journal + "-wal", TestContext.Current.CancellationToken));
                continue;
            }

            without++;
            Assert.True(before == Text(folder, file, flipped), $"Bit {bit} of the log changes what the journal says, and nobody noticed.");
        }

        Assert.True(found > without, $"{found} found, {without} without a meaning.");
        TestContext.Current.TestOutputHelper!.WriteLine($"{found + without:N0} flipped bits of {log.Length * 8L:N0}: {found:N0} found, {without:N0} without a meaning");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_spoiled_page_of_the_log_is_damage_unless_it_is_of_the_last_commit_as_after_a_loss_of_power(bool isOfLast)
    {
        using EngineBench bench = Bench();
        JobFolder folder = await TakeAsync(bench);
        byte[] file = await File.ReadAllBytesAsync(folder.Journal, TestContext.Current.CancellationToken);
        byte[] log = await File.ReadAllBytesAsync(folder.Journal + "-wal", TestContext.Current.CancellationToken);
        int last = JournalText.Commits(log)[^2];
        string before = Text(folder, file, log[..last]);
        EngineBench.Noise(512).CopyTo(log.AsSpan((isOfLast ? last : last - 1_024) + 200));

        Exception? refusal = Refusal(folder, file, log);

        Assert.Equal(isOfLast ? null : JobStateError.Damaged, (refusal as JobStateException)?.Error);
        if (isOfLast)
            Assert.Equal(before, Text(folder, file, log));
    }

    [Theory]
    [InlineData("UPDATE ranges SET cursor = x'7a7a7a', complete = 1")]
    [InlineData("UPDATE segments SET committed = committed - 1")]
    [InlineData("DELETE FROM outcomes")]
    [InlineData("INSERT INTO removals(key, size, version) VALUES(x'6b', 1, 'v')")]
    [InlineData("UPDATE runs SET report = replace(report, 'Complete', 'Incomplete')")]
    public async Task Neither_a_run_nor_a_deletion_nor_a_snapshot_trusts_rows_that_differ_from_their_checksum(string damage)
    {
        using EngineBench bench = Bench();
        await bench.RunAsync(cancellationToken: TestContext.Current.CancellationToken);
        bench.Source.Seed("later", "x");
        JobFolder folder = new(bench.Home, EngineBench.JobName);
        WithoutTriggers(folder, damage);
        long writes = bench.Destination.Counters.Writes;

        JobStateException run = await Assert.ThrowsAsync<JobStateException>(() => bench.RunAsync(cancellationToken: TestContext.Current.CancellationToken));
        JobStateException deletion = Assert.Throws<JobStateException>(() => LifecycleJob.Read(new EngineEnvironment { Home = bench.Home, Stores = new MemoryStoreFactory(bench.FaultySource, bench.FaultyDestination) }, EngineBench.JobName));
        JobStateException snapshot = Assert.Throws<JobStateException>(() => JournalCopy.Make(folder, new StoreAddress { Scheme = "oss", Bucket = "state" }, new SnapshotId(1, 1)));

        string table = damage.Split(' ')[damage.StartsWith("UPDATE", StringComparison.Ordinal) ? 1 : 2].Split('(')[0];
        foreach (JobStateException refusal in (JobStateException[])[run, deletion, snapshot])
        {
            Assert.Equal(JobStateError.Damaged, refusal.Error);
            Assert.Contains($"table '{table}'", refusal.Message, StringComparison.Ordinal);
        }

        Assert.Equal(writes, bench.Destination.Counters.Writes);
    }

    [Fact]
    public async Task A_look_at_a_job_that_cannot_be_understood_any_more_names_the_table()
    {
        using EngineBench bench = Bench();
        await bench.RunAsync(cancellationToken: TestContext.Current.CancellationToken);
        WithoutTriggers(new JobFolder(bench.Home, EngineBench.JobName), "UPDATE runs SET report = replace(report, 'Complete', 'Cnmplete')");

        JobStateException refusal = Assert.Throws<JobStateException>(() => bench.NewEngine().GetJob(EngineBench.JobName));

        Assert.Equal(JobStateError.Damaged, refusal.Error);
        Assert.Contains("table 'runs'", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Every_write_that_the_journal_knows_keeps_the_checksums_right()
    {
        using EngineBench bench = Bench();
        for (int run = 0; run < 3; run++)
        {
            bench.Source.Seed($"later {run}", "x");
            bench.Source.Remove($"key {run:D3}");
            await bench.RunAsync(cancellationToken: TestContext.Current.CancellationToken);
            new JobFolder(bench.Home, EngineBench.JobName).ReadWhole().Dispose();
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("with\0in")]
    [InlineData("\0")]
    [InlineData("half of \ud83d a pair")]
    [InlineData("\ufffd\u2028 你好 😀")]
    public void Whatever_text_a_row_holds_it_is_no_damage_but_a_change_of_it_is(string text)
    {
        using EngineBench bench = new();
        bench.Create();
        JobFolder folder = new(bench.Home, EngineBench.JobName);
        using (SqliteConnection journal = JournalSchema.Open(folder.Journal, EngineBench.JobName))
        {
            using SqliteCommand command = journal.CreateCommand();
            command.CommandText = "INSERT INTO items(run, key, range, state, kind, message, size, version, updated) VALUES(1, $blob, $low, $text, $text, $text || '!', $high, NULL, 0)";
            command.Parameters.AddWithValue("$text", text);
            command.Parameters.AddWithValue("$blob", System.Text.Encoding.UTF8.GetBytes(text));
            command.Parameters.AddWithValue("$low", long.MinValue);
            command.Parameters.AddWithValue("$high", long.MaxValue);
            Assert.Equal(1, command.ExecuteNonQuery());
        }

        folder.ReadWhole().Dispose();

        WithoutTriggers(folder, "UPDATE items SET message = substr(CAST(message AS BLOB), 1, length(CAST(message AS BLOB)) - 1) || '?'");
        Assert.Equal(JobStateError.Damaged, Assert.Throws<JobStateException>(folder.ReadWhole).Error);
    }

    private static EngineBench Bench()
    {
        EngineBench bench = new(new MemoryStoreOptions { PageSize = 4 });
        for (int i = 0; i < Objects; i++)
            bench.Source.Seed($"key {i:D3}", $"content {i}");
        bench.Source.Seed("large", EngineBench.Noise(3 << 20));
        bench.CreateForParts(job => job with { Concurrency = 3 });
        return bench;
    }

    // What a crash near the end of the run leaves, so that the log holds nearly all of it.
    private async Task<JobFolder> TakeAsync(EngineBench bench)
    {
        JobFolder running = new(bench.Home, EngineBench.JobName), taken = Folder();
        int puts = 0;
        bench.DestinationSpy.After = (operation, _, _) =>
        {
            if (operation == StoreOperation.Put && Interlocked.Increment(ref puts) == Objects - 5)
                JournalText.CopyFolder(running.Path, taken.Path);
            return default;
        };
        await bench.RunAsync(cancellationToken: TestContext.Current.CancellationToken);
        return taken;
    }

    private JobFolder Folder()
    {
        JobFolder folder = new(_damaged, EngineBench.JobName);
        Directory.CreateDirectory(folder.Path);
        return folder;
    }

    // Every bit of a few hundred thousand takes hours; these are enough to meet each kind of place many times.
    private static IEnumerable<long> Bits(int bytes)
    {
        Random random = new(11);
        return Enumerable.Range(0, Fuzzer.IsLong ? 10_000 : 300).Select(_ => random.NextInt64(bytes * 8L)).Concat(Enumerable.Range(0, Fuzzer.IsLong ? 800 : 100).Select(bit => (long)bit * (Fuzzer.IsLong ? 1 : 8)));
    }

    private static byte[] Flip(byte[] whole, long bit)
    {
        byte[] flipped = [.. whole];
        flipped[bit / 8] ^= (byte)(1 << (int)(bit % 8));
        return flipped;
    }

    // What a run does before it goes on.
    private static Exception? Refusal(JobFolder folder, byte[] file, byte[]? log = null)
    {
        Write(folder, file, log);
        return Record.Exception(() =>
        {
            folder.ReadWhole().Dispose();
            new JournalWriter(folder.Journal, EngineBench.JobName).DisposeAsync().AsTask().GetAwaiter().GetResult();
        });
    }

    private static string Text(JobFolder folder, byte[] file, byte[]? log = null)
    {
        Write(folder, file, log);
        using SqliteConnection journal = JournalSchema.Open(folder.Journal, EngineBench.JobName);
        return JournalText.Of(journal);
    }

    private static void Write(JobFolder folder, byte[] file, byte[]? log)
    {
        foreach (string old in (string[])["-wal", "-shm", "-journal"])
            File.Delete(folder.Journal + old);
        File.WriteAllBytes(folder.Journal, file);
        if (log is not null)
            File.WriteAllBytes(folder.Journal + "-wal", log);
    }

    private static void WithoutTriggers(JobFolder folder, string sql)
    {
        using SqliteConnection journal = JournalSchema.Open(folder.Journal, EngineBench.JobName);
        List<string> triggers = JournalText.DropTriggers(journal);
        JournalSchema.Execute(journal, sql);
        foreach (string trigger in triggers)
            JournalSchema.Execute(journal, trigger);
    }
}
