using System.Text;
using Microsoft.Data.Sqlite;
using OssMigration.Core.Copying;
using OssMigration.Core.Jobs;
using OssMigration.Core.Journal;
using OssMigration.Core.Reporting;
using OssMigration.Core.Stores;
using OssMigration.Core.Tests.Jobs;
using OssMigration.TestKit;
using OssMigration.TestKit.Fuzzing;
using Xunit;

namespace OssMigration.Core.Tests.Journal;

/// <summary>A machine may lose its power at any byte that the journal writes: whatever is on the disk then is a journal of an earlier moment.</summary>
public sealed class JournalCrashTests : IDisposable
{
    private const int Objects = 60;
    private readonly string _crashed = Directory.CreateTempSubdirectory("ossmigration-test-").FullName;

    public void Dispose() => Directory.Delete(_crashed, recursive: true);

    [Fact]
    public async Task A_log_that_ends_at_any_byte_opens_as_the_journal_of_an_earlier_moment_and_the_job_goes_on_from_it()
    {
        using EngineBench bench = new(new MemoryStoreOptions { PageSize = 4 });
        for (int i = 0; i < Objects; i++)
            bench.Source.Seed($"key {i:D3}", $"content {i}");
        bench.Source.Seed("large", EngineBench.Noise(3 << 20));
        bench.CreateForParts(job => job with { Concurrency = 3 });
        JobFolder folder = new(bench.Home, EngineBench.JobName);
        string taken = Path.Combine(_crashed, "taken");
        int puts = 0;
        bench.DestinationSpy.After = (operation, _, _) =>
        {
            // Near the end, so that the log holds nearly all of the run.
            if (operation == StoreOperation.Put && Interlocked.Increment(ref puts) == Objects - 5)
                JournalText.CopyFolder(folder.Path, taken);
            return default;
        };
        await bench.RunAsync(cancellationToken: TestContext.Current.CancellationToken);
        byte[] log = File.ReadAllBytes(Path.Combine(taken, "journal.db-wal"));
        Random random = new(7);
        int[] cuts = Fuzzer.IsLong
            ? [.. Enumerable.Range(0, log.Length + 1)]
            : [.. Enumerable.Range(0, 400).Select(_ => random.Next(log.Length + 1)).Append(0).Append(log.Length).Order()];

        List<int> commits = JournalText.Commits(log);
        Dictionary<int, string> moments = [];
        foreach (int cut in cuts)
        {
            string home = Crash(taken, log.AsSpan(0, cut));
            string now = Read(home);
            int last = commits.FindLast(end => end <= cut);
            if (moments.TryAdd(last, now))
                await AssertGoesOnAsync(bench, home);
            Assert.True(moments[last] == now, $"A log of {cut} bytes gives another journal than its last whole commit, which ends at {last}.");
            Directory.Delete(home, recursive: true);
        }

        Assert.True(moments.Values.Distinct().Count() > 3, "The log held hardly any moments.");
        TestContext.Current.TestOutputHelper!.WriteLine($"{cuts.Length:N0} ends of a log of {log.Length:N0} bytes, {moments.Count} moments of {commits.Count}, each run to its end");
    }

    [Theory]
    [InlineData("1")]
    [InlineData("99")]
    [InlineData("")]
    [InlineData("x")]
    public async Task A_journal_of_a_version_that_this_engine_does_not_know_is_refused_and_left_as_it_is(string version)
    {
        using EngineBench bench = new();
        bench.Create();
        bench.Tamper($"UPDATE meta SET value = '{version}' WHERE name = 'schema'");

        JobStateException error = await Assert.ThrowsAsync<JobStateException>(() => bench.RunAsync(cancellationToken: TestContext.Current.CancellationToken));

        Assert.Equal(JobStateError.OtherVersion, error.Error);
        using SqliteConnection journal = JournalSchema.Open(new JobFolder(bench.Home, EngineBench.JobName).Journal, EngineBench.JobName);
        Assert.Equal(version, JournalSchema.GetMeta(journal, "schema"));
    }

    [Fact]
    public async Task Of_two_that_run_one_job_at_once_one_wins_and_the_other_is_told()
    {
        using EngineBench bench = new();
        for (int i = 0; i < Objects; i++)
            bench.Source.Seed($"key {i:D3}", "content");
        bench.Create();
        using JobLockWitness witness = new(bench);

        MigrationReport report = await bench.RunAsync(cancellationToken: TestContext.Current.CancellationToken);

        Assert.Equal(RunStatus.Complete, report.Status);
        Assert.Equal(JobStateError.Locked, Assert.IsType<JobStateException>(witness.Refusal).Error);
    }

    private string Crash(string taken, ReadOnlySpan<byte> log)
    {
        string home = Path.Combine(_crashed, "home");
        JobFolder folder = new(home, EngineBench.JobName);
        JournalText.CopyFolder(taken, folder.Path);
        File.Delete(folder.Journal + "-shm");
        File.WriteAllBytes(folder.Journal + "-wal", log.ToArray());
        return home;
    }

    // Everything that is in the tables. What was committed together is there together.
    private static string Read(string home)
    {
        JobFolder folder = new(home, EngineBench.JobName);
        StringBuilder all = new();
        using (SqliteConnection journal = JournalSchema.Open(folder.Journal, EngineBench.JobName))
        {
            Assert.Equal(["ok"], JournalText.Rows(journal, "PRAGMA integrity_check"));
            all.Append(JournalText.Of(journal));
        }

        using JournalReader reader = folder.ReadWhole();
        Assert.Equal(EngineBench.JobName, reader.Job().Name);
        if (reader.LastRun() is not { } run)
            return all.ToString();
        long listed = 0, pending = 0;
        foreach (RangeRow range in reader.Ranges(run.Run))
        {
            listed += range.Listed.Objects;
            pending += reader.InProgress(run.Run, range.Id).Count;
        }

        OutcomeKind[] listedKinds = [OutcomeKind.Copied, OutcomeKind.Skipped, OutcomeKind.Conflict, OutcomeKind.Unsupported, OutcomeKind.NeedsRestore, OutcomeKind.Vanished, OutcomeKind.Failed];
        Assert.Equal(listed, pending + reader.Outcomes(run.Run).Where(outcome => listedKinds.Contains(outcome.Key)).Sum(outcome => outcome.Value.Objects));
        return all.ToString();
    }

    private static async Task AssertGoesOnAsync(EngineBench bench, string home)
    {
        foreach (string key in bench.Destination.Keys)
            bench.Destination.Remove(key);
        foreach (string key in bench.Source.Keys.Take(Objects - 5))
            bench.Destination.Seed(key, bench.Source.Find(key)!.Content);
        bench.MoveTo(home);

        Assert.Equal(RunStatus.Complete, (await bench.RunAsync(cancellationToken: TestContext.Current.CancellationToken)).Status);
        MigrationReport next = await bench.RunAsync(cancellationToken: TestContext.Current.CancellationToken);

        Assert.Equal((RunStatus.Complete, true), (next.Status, next.Reconciled));
        Assert.Equal(bench.Source.Keys, bench.Destination.Keys);
    }

    /// <summary>Tries to run the job from a second engine while the first is in the middle of it.</summary>
    private sealed class JobLockWitness : IDisposable
    {
        private readonly EngineBench _bench;
        private int _asked;

        public JobLockWitness(EngineBench bench)
        {
            _bench = bench;
            bench.DestinationSpy.After = async (operation, _, _) =>
            {
                if (operation == StoreOperation.Put && Interlocked.Exchange(ref _asked, 1) == 0)
                    Refusal = await Record.ExceptionAsync(() => bench.NewEngine().RunAsync(EngineBench.JobName, new RunOptions(), bench.Listener, CancellationToken.None));
            };
        }

        public Exception? Refusal { get; private set; }

        public void Dispose() => _bench.DestinationSpy.After = null;
    }
}
