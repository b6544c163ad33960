using Microsoft.Data.Sqlite;
using OssMigration.Core.Jobs;
using OssMigration.Core.Journal;
using OssMigration.Core.Reporting;
using OssMigration.Core.Tests.Jobs;
using OssMigration.TestKit;
using Xunit;

namespace OssMigration.Core.Tests.Journal;

/// <summary>What a run had done at moments of its time, and journals from before that was kept.</summary>
public sealed class SeriesPointTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(40)]
    [InlineData(3_000)]
    public async Task A_run_keeps_few_points_however_long_it_is_and_they_are_spread_over_its_time(int minutes)
    {
        using EngineBench bench = new();
        bench.Create();
        await bench.RunAsync(cancellationToken: TestContext.Current.CancellationToken);
        bench.Tamper("DELETE FROM series");
        MigrationReport report = bench.Engine.GetReports(EngineBench.JobName)[0];

        using (SqliteConnection connection = JournalSchema.Open(new JobFolder(bench.Home, EngineBench.JobName).Journal, EngineBench.JobName))
        using (JournalTransaction writes = new(connection))
        {
            JournalSchema.Execute(connection, "BEGIN");
            for (int second = 5; second <= minutes * 60; second += 5)
                writes.PutReport(report with { Duration = TimeSpan.FromSeconds(second), EndedAt = report.StartedAt.AddSeconds(second) }, isFinished: false);
            JournalSchema.Execute(connection, "COMMIT");
        }

        using JournalReader journal = bench.Journal();
        IReadOnlyList<SeriesPoint> points = journal.Series(1);
        TimeSpan longest = points.Zip(points.Skip(1), (earlier, later) => later.Elapsed - earlier.Elapsed).Max();
        Assert.InRange(points.Count, Math.Min(minutes * 12, SeriesPoint.Most / 2) - 1, SeriesPoint.Most);
        Assert.Equal(TimeSpan.FromMinutes(minutes), points[^1].Elapsed);
        Assert.InRange(longest.TotalSeconds, 5, Math.Max(5, minutes * 60 * 2.1 / SeriesPoint.Most * 2));
    }

    [Fact]
    public async Task A_run_ends_with_a_point_that_holds_what_its_report_says()
    {
        using EngineBench bench = new();
        bench.Source.Seed("a", EngineBench.Noise(1_000));
        bench.Source.Seed("b", EngineBench.Noise(2_000));
        bench.Create();

        MigrationReport report = await bench.RunAsync(cancellationToken: TestContext.Current.CancellationToken);

        using JournalReader journal = bench.Journal();
        SeriesPoint last = journal.Series(1)[^1];
        Assert.Equal((2L, new ObjectCount(2, 3_000), 3_000L), (last.Listed, last.Done, last.CopiedBytes));
        Assert.True(last.BytesWritten >= 3_000, $"{last.BytesWritten}");
        Assert.Equal(report.EndedAt.ToUnixTimeMilliseconds(), last.At.ToUnixTimeMilliseconds());
    }

    [Fact]
    public async Task A_journal_of_the_version_before_is_brought_forward_and_its_job_goes_on()
    {
        using EngineBench bench = new();
        bench.Source.Seed("k", "x");
        bench.Create();
        await bench.RunAsync(cancellationToken: TestContext.Current.CancellationToken);
        using (SqliteConnection old = JournalSchema.Open(new JobFolder(bench.Home, EngineBench.JobName).Journal, EngineBench.JobName))
            JournalText.DropTriggers(old);
        bench.Tamper("DROP TABLE sums; DROP TABLE series; DROP TABLE arrived; DROP TABLE fidelity; DROP TABLE changes; UPDATE meta SET value = '2' WHERE name = 'schema'");

        Assert.Equal(JobState.Finished, bench.NewEngine().GetJob(EngineBench.JobName).State);
        MigrationReport second = await bench.RunAsync(cancellationToken: TestContext.Current.CancellationToken);

        using JournalReader journal = bench.Journal();
        Assert.Equal((RunStatus.Complete, 1L), (second.Status, second.Skipped.Objects));
        Assert.Empty(journal.Series(1));
        Assert.NotEmpty(journal.Series(2));
    }
}
