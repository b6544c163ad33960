using Microsoft.Data.Sqlite;
using OssMigration.Core.Jobs;
using OssMigration.Core.Journal;
using OssMigration.Core.Reporting;
using OssMigration.Core.Stores;
using OssMigration.Core.Tests.Jobs;
using OssMigration.TestKit;
using Xunit;

namespace OssMigration.Core.Tests.Journal;

public sealed class JournalStateTests
{
    [Fact]
    public async Task A_job_that_another_process_runs_is_refused_as_locked_and_is_not_disturbed()
    {
        using EngineBench bench = new();
        bench.Source.Seed("k", "x");
        TaskCompletionSource begun = new();
        TaskCompletionSource goOn = new();
        bench.FaultyDestination.Plan(StoreOperation.Put, Fault.Before(async token =>
        {
            begun.SetResult();
            await goOn.Task.WaitAsync(token);
        }));
        bench.Create();
        Task<MigrationReport> run = bench.RunAsync(cancellationToken: TestContext.Current.CancellationToken);
        await begun.Task;

        JobStateException second = await Assert.ThrowsAsync<JobStateException>(
            () => bench.NewEngine().RunAsync(EngineBench.JobName, new RunOptions(), SilentListener.Instance, TestContext.Current.CancellationToken));
        JobStateException removal = Assert.Throws<JobStateException>(() => bench.NewEngine().RemoveJob(EngineBench.JobName));
        goOn.SetResult();

        Assert.Equal((JobStateError.Locked, JobStateError.Locked, EngineBench.JobName), (second.Error, removal.Error, second.JobName));
        Assert.Equal(RunStatus.Complete, (await run).Status);
    }

    [Fact]
    public async Task Looking_at_a_job_does_not_keep_it_from_being_started()
    {
        using EngineBench bench = new();
        bench.Create();
        using CancellationTokenSource enough = new();
        Task looking = Task.Run(
            () =>
            {
                while (!enough.IsCancellationRequested)
                    bench.NewEngine().GetJob(EngineBench.JobName);
            },
            TestContext.Current.CancellationToken);

        for (int i = 0; i < 30; i++)
            Assert.Equal(RunStatus.Complete, (await bench.RunAsync(cancellationToken: TestContext.Current.CancellationToken)).Status);

        await enough.CancelAsync();
        await looking;
    }

    [Theory]
    [InlineData("UPDATE meta SET value = 'another fingerprint of a job' WHERE name = 'fingerprint'", JobStateError.OtherJob)]
    [InlineData("UPDATE meta SET value = replace(value, '\"to\"', '\"elsewhere\"') WHERE name = 'job'", JobStateError.OtherJob)]
    [InlineData("UPDATE meta SET value = '1' WHERE name = 'schema'", JobStateError.OtherVersion)]
    [InlineData("UPDATE meta SET value = '7' WHERE name = 'schema'", JobStateError.OtherVersion)]
    [InlineData("DELETE FROM meta WHERE name = 'schema'", JobStateError.OtherVersion)]
    [InlineData("DELETE FROM meta WHERE name = 'job'", JobStateError.Damaged)]
    [InlineData("UPDATE meta SET value = '{' WHERE name = 'job'", JobStateError.Damaged)]
    [InlineData("UPDATE meta SET value = '{}' WHERE name = 'job'", JobStateError.Damaged)]
    [InlineData("DELETE FROM meta WHERE name = 'fingerprint'", JobStateError.Damaged)]
    [InlineData("DROP TABLE meta", JobStateError.Damaged)]
    [InlineData("UPDATE runs SET mode = 'Sideways'", JobStateError.Damaged)]
    [InlineData("DROP TABLE ranges", JobStateError.Damaged)]
    public async Task A_journal_that_was_tampered_with_is_refused_with_the_reason_and_nothing_is_sent(string sql, JobStateError expected)
    {
        using EngineBench bench = new();
        bench.Source.Seed("k", "x");
        bench.Create();
        await bench.RunAsync(cancellationToken: TestContext.Current.CancellationToken);
        bench.Tamper(sql);
        bench.Source.Seed("l", "x");
        long writes = bench.Destination.Counters.Writes;

        JobStateException refusal = await Assert.ThrowsAsync<JobStateException>(() => bench.RunAsync(cancellationToken: TestContext.Current.CancellationToken));

        Assert.Equal((expected, EngineBench.JobName), (refusal.Error, refusal.JobName));
        Assert.Contains(EngineBench.JobName, refusal.Message, StringComparison.Ordinal);
        Assert.Equal(writes, bench.Destination.Counters.Writes);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(10)]
    [InlineData(100_000)]
    public async Task A_file_that_is_no_journal_is_refused_as_damaged(int length)
    {
        using EngineBench bench = new();
        bench.Create();
        await File.WriteAllBytesAsync(Path.Combine(bench.JobPath, "journal.db"), EngineBench.Noise(length), TestContext.Current.CancellationToken);

        JobStateException refusal = await Assert.ThrowsAsync<JobStateException>(() => bench.RunAsync(cancellationToken: TestContext.Current.CancellationToken));

        Assert.Contains(refusal.Error, (JobStateError[])[JobStateError.Damaged, JobStateError.OtherVersion]);
        Assert.Throws<JobStateException>(() => bench.Engine.GetJob(EngineBench.JobName));
    }

    [Fact]
    public async Task A_manifest_that_is_damaged_or_gone_stops_the_run_with_its_name_and_the_run_is_recorded()
    {
        using EngineBench bench = new();
        bench.Source.Seed("k", "x");
        bench.Create();
        await bench.RunAsync(cancellationToken: TestContext.Current.CancellationToken);
        string segment = Assert.Single(Directory.GetFiles(Path.Combine(bench.JobPath, "manifest")));
        byte[] content = await File.ReadAllBytesAsync(segment, TestContext.Current.CancellationToken);
        File.Delete(segment);

        JobStateException error = await Assert.ThrowsAsync<JobStateException>(() => bench.RunAsync(cancellationToken: TestContext.Current.CancellationToken));
        Assert.Equal(JobStateError.Damaged, error.Error);
        Assert.Contains(Path.GetFileName(segment), error.Message, StringComparison.Ordinal);
        Assert.Equal(RunStatus.Incomplete, bench.Engine.GetReports(EngineBench.JobName)[^1].Status);

        await File.WriteAllBytesAsync(segment, content, TestContext.Current.CancellationToken);
        Assert.Equal(RunStatus.Complete, (await bench.RunAsync(cancellationToken: TestContext.Current.CancellationToken)).Status);
    }

    [Fact]
    public async Task A_full_disk_stops_the_run_with_one_error_and_it_is_carried_on_when_there_is_room_again()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Only Linux has a device that is always full.");
        using EngineBench bench = new();
        bench.Source.Seed("k", "x");
        bench.Create();

        string log = Path.Combine(bench.JobPath, "journal.db-wal");
        File.CreateSymbolicLink(log, "/dev/full");
        StoreException error = await Assert.ThrowsAsync<StoreException>(() => bench.RunAsync(cancellationToken: TestContext.Current.CancellationToken));
        Assert.Equal(StoreErrorKind.LocalDisk, error.Kind);
        Assert.Contains("journal", error.Message, StringComparison.Ordinal);
        Assert.Equal(0, bench.Destination.Counters.Writes);

        File.Delete(log);
        Assert.Equal(RunStatus.Complete, (await bench.RunAsync(cancellationToken: TestContext.Current.CancellationToken)).Status);
    }

    [Fact]
    public async Task A_manifest_folder_that_cannot_be_written_stops_the_run_and_the_run_is_recorded_and_carried_on()
    {
        using EngineBench bench = new();
        bench.Source.Seed("k", "x");
        bench.Create();
        string manifests = Path.Combine(bench.JobPath, "manifest");
        Directory.Delete(manifests);
        await File.WriteAllTextAsync(manifests, "no folder", TestContext.Current.CancellationToken);

        StoreException error = await Assert.ThrowsAsync<StoreException>(() => bench.RunAsync(cancellationToken: TestContext.Current.CancellationToken));
        Assert.Equal(StoreErrorKind.LocalDisk, error.Kind);
        Assert.Equal(RunStatus.Incomplete, Assert.Single(bench.Engine.GetReports(EngineBench.JobName)).Status);

        File.Delete(manifests);
        Directory.CreateDirectory(manifests);
        MigrationReport report = await bench.RunAsync(cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal((RunStatus.Complete, report.Listed), (report.Status, report.Outcomes));
    }

    [Fact]
    public void A_home_that_cannot_be_written_is_an_error_of_the_disk()
    {
        using EngineBench bench = new();
        File.WriteAllText(Path.Combine(bench.Home, "jobs"), "no folder");

        StoreException error = Assert.Throws<StoreException>(() => bench.Create());

        Assert.Equal(StoreErrorKind.LocalDisk, error.Kind);
    }

    [Fact]
    public async Task A_lock_file_that_cannot_be_opened_is_an_error_of_the_disk()
    {
        using EngineBench bench = new();
        bench.Create();
        Directory.CreateDirectory(Path.Combine(bench.JobPath, "lock"));

        StoreException error = await Assert.ThrowsAsync<StoreException>(() => bench.RunAsync(cancellationToken: TestContext.Current.CancellationToken));

        Assert.Equal(StoreErrorKind.LocalDisk, error.Kind);
    }

    [Fact]
    public async Task A_write_ahead_log_cut_at_any_byte_opens_at_an_earlier_consistent_state()
    {
        using EngineBench bench = new();
        bench.Create();
        string journal = Path.Combine(bench.JobPath, "journal.db");
        using SqliteConnection holder = JournalSchema.Open(journal, EngineBench.JobName);
        JournalSchema.Execute(holder, "PRAGMA wal_autocheckpoint=0");
        await using (JournalWriter writer = new(journal, EngineBench.JobName))
        {
            await writer.WriteAsync(writes =>
            {
                writes.AddRun(new RunRow(1, MigrationMode.Full, DateTimeOffset.UnixEpoch, false, 0, default, default, default));
                writes.AddRanges([new RangeRow(1, 0, OssMigration.Core.Planning.KeyRange.All, null, default, false)]);
            });
            for (int i = 1; i <= 40; i++)
            {
                RangeCommit commit = new()
                {
                    Run = 1,
                    RangeId = 0,
                    Cursor = $"k{i:D3}",
                    Listed = new ObjectCount(i, i),
                    Outcomes = [new OutcomeDelta(OssMigration.Core.Copying.OutcomeKind.Copied, new ObjectCount(1, 1))],
                    Items = [],
                    Resolved = [],
                    Late = [],
                };
                await writer.WriteAsync(writes => writes.CommitRange(commit));
            }
        }

        byte[] database = await ReadSharedAsync(journal);
        byte[] log = await ReadSharedAsync(journal + "-wal");
        Assert.True(log.Length > 40 * 4096);
        HashSet<long> states = [];
        Random random = new(1);
        for (int cut = 0; cut <= log.Length; cut += random.Next(1, log.Length / 150))
        {
            string copy = Path.Combine(bench.Home, $"cut-{cut}.db");
            await File.WriteAllBytesAsync(copy, database, TestContext.Current.CancellationToken);
            await File.WriteAllBytesAsync(copy + "-wal", log[..cut], TestContext.Current.CancellationToken);
            using JournalReader reader = new(copy, EngineBench.JobName);
            if (reader.LastRun() is null)
                continue;
            RangeRow range = Assert.Single(reader.Ranges(1));
            long copied = reader.Outcomes(1).Values.Sum(count => count.Objects);
            Assert.Equal((range.Listed.Objects, range.Cursor), (copied, copied == 0 ? null : $"k{copied:D3}"));
            states.Add(copied);
        }

        Assert.True(states.Count > 20, $"{states.Count} states");
    }

    [Fact]
    public async Task Segments_of_earlier_runs_are_deleted_and_their_knowledge_is_kept()
    {
        using EngineBench bench = new();
        for (int i = 0; i < 20; i++)
            bench.Source.Seed($"k{i:D2}", "x");
        bench.Create();
        for (int run = 1; run <= 3; run++)
        {
            bench.Source.Seed("k05", $"version {run}");
            MigrationReport report = await bench.RunAsync(cancellationToken: TestContext.Current.CancellationToken);
            Assert.Equal(run == 1 ? 20 : 1, report.Copied.Objects);
            Assert.Equal($"run{run:D5}-range00000.seg", Path.GetFileName(Assert.Single(Directory.GetFiles(Path.Combine(bench.JobPath, "manifest")))));
        }

        bench.Source.Remove("k05");
        MigrationReport last = await bench.RunAsync(cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal((RunStatus.Complete, 1L, 19L), (last.Status, last.GoneAtSource.Objects, last.Skipped.Objects));
        Assert.Equal(MigrationItemState.GoneAtSource, Assert.Single(bench.Items()).State);
        Assert.Equal([1, 2, 3, 4], bench.Engine.GetReports(EngineBench.JobName).Select(report => report.Run));
    }

    private static async Task<byte[]> ReadSharedAsync(string path)
    {
        await using FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        using MemoryStream copy = new();
        await file.CopyToAsync(copy);
        return copy.ToArray();
    }
}
