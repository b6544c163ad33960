using System.Text;
using OssMigration.Core.Jobs;
using OssMigration.Core.Journal;
using OssMigration.Core.RemoteState;
using OssMigration.Core.Reporting;
using OssMigration.Core.Slices;
using OssMigration.Core.Stores;
using OssMigration.Core.Tests.Jobs;
using OssMigration.TestKit;
using Xunit;

namespace OssMigration.Core.Tests.RemoteState;

/// <summary>Jobs that go on on another machine, from what is kept at a store.</summary>
public sealed class StateTests
{
    private const int Objects = 80;
    private const string Secret = "a-secret-that-must-not-be-kept";

    [Fact]
    public async Task A_run_that_was_stopped_goes_on_on_an_empty_disk_and_copies_nothing_again()
    {
        using StateBench bench = new();
        Fill(bench);
        Machine first = bench.NewMachineWithJob();
        using CancellationTokenSource stop = new();
        StopAt(bench, Objects / 2, stop);

        MigrationReport stopped = await first.RunUntilAsync(stop.Token, WithSecret());
        bench.Destination.BeforeOperation = null;
        Machine second = bench.NewMachine();
        MigrationReport report = await second.RunAsync(WithSecret());

        Assert.Equal((RunStatus.Incomplete, RunStatus.Complete, 1, 1), (stopped.Status, report.Status, report.Run, report.Resumes));
        Assert.Equal((Objects, report.Listed), ((int)report.Listed.Objects, report.Outcomes));
        Assert.All(bench.Writes, write => Assert.Equal(1, write.Value));
        bench.AssertSame();
        Assert.True((await second.CompareAsync()).IsClean);
        Assert.All(bench.State.Keys, key => Assert.DoesNotContain(Secret, Content(bench, key), StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(1, false)]
    [InlineData(2, false)]
    [InlineData(3, true)]
    [InlineData(4, false)]
    [InlineData(5, true)]
    [InlineData(6, false)]
    [InlineData(7, true)]
    [InlineData(8, false)]
    public async Task Machines_that_are_lost_with_their_disks_at_any_moment_lose_no_object_and_write_none_twice(int seed, bool isAfterCutover)
    {
        Random random = new(seed);
        using StateBench bench = new(seed % 2 == 0 ? ETagStyle.Md5 : ETagStyle.Kms);
        Fill(bench);
        bench.Source.Seed("large", EngineBench.Noise(3 << 20));
        Machine machine = bench.NewMachineWithJob(job => job with { Concurrency = random.Next(1, 9), CutoverTime = isAfterCutover ? DateTimeOffset.UnixEpoch : null });
        for (int kill = 0; kill < 4; kill++)
        {
            KillAt(bench, machine, random.Next(1, Objects / 3), whenDone: random.Next(2) == 0);
            await Assert.ThrowsAnyAsync<Exception>(() => machine.RunAsync());
            Assert.True(machine.IsDead);
            bench.LetLeaseRunOut();
            machine = bench.NewMachine();
        }

        bench.Destination.BeforeOperation = null;
        bench.Source.BeforeOperation = null;
        MigrationReport report = await machine.RunAsync();

        Assert.Equal((RunStatus.Complete, null), (report.Status, report.Reason));
        Assert.Equal((Objects + 1, report.Listed), ((int)report.Listed.Objects, report.Outcomes));
        Assert.All(bench.Writes, write => Assert.Equal(1, write.Value));
        bench.AssertSame();
        Assert.True((await machine.CompareAsync()).IsClean);
    }

    [Theory]
    [InlineData(StoreOperation.Initiate)]
    [InlineData(StoreOperation.UploadPart)]
    public async Task An_upload_that_a_lost_machine_completed_after_its_last_snapshot_is_not_sent_again(StoreOperation lastInSnapshot)
    {
        using StateBench bench = new(ETagStyle.Kms);
        bench.Source.Seed("large", EngineBench.Noise(3 << 20));
        Machine first = bench.NewMachineWithJob();
        int parts = 0;
        int reached = 0;
        bench.Destination.BeforeOperation = async (operation, _, _) =>
        {
            string? before = bench.Heads.LastOrDefault();
            if (operation == StoreOperation.UploadPart)
                Interlocked.Increment(ref parts);
            if (operation == lastInSnapshot && Interlocked.Increment(ref reached) == 1)
                await bench.RunClockUntilAsync(() => bench.Heads.LastOrDefault() != before);
            if (operation == StoreOperation.Complete)
                first.IsDead = true;
        };
        await Assert.ThrowsAnyAsync<Exception>(() => first.RunAsync());
        bench.Destination.BeforeOperation = null;
        bench.LetLeaseRunOut();

        MigrationReport report = await bench.NewMachine().RunAsync();

        Assert.Equal((3, RunStatus.Complete, 1L), (parts, report.Status, report.Outcomes.Objects));
        Assert.Equal(1, bench.Writes["large"]);
        bench.AssertSame();
    }

    [Fact]
    public async Task A_cut_over_that_workers_would_not_hear_of_is_refused_where_the_state_is_kept_too()
    {
        using StateBench bench = new();
        Machine machine = bench.NewMachineWithJob();
        await (await machine.OpenAsync()).DisposeAsync();
        JobChanger.Write(machine.Folder, writes =>
        {
            writes.AddRun(new RunRow(1, MigrationMode.Full, bench.Time.GetUtcNow(), IsFinished: false, 0, TimeSpan.Zero, default, default));
            writes.PutSharing(new Sharing { Run = 1, Resumes = 0 });
        });

        RefusedException refusal = await Assert.ThrowsAsync<RefusedException>(() => machine.Engine.SetJobAsync(
            EngineBench.JobName, new JobChanges { CutoverTime = bench.Time.GetUtcNow() }, new StateLocation(StateBench.Place), machine.Listener, TestContext.Current.CancellationToken));

        Assert.Equal("CutoverNotHeard", refusal.ErrorId);
        Assert.Null(machine.Engine.GetJob(EngineBench.JobName).Job.CutoverTime);
    }

    [Fact]
    public async Task Of_two_machines_one_runs_and_the_other_says_which_has_the_job_and_since_when()
    {
        using StateBench bench = new();
        Fill(bench);
        Machine first = bench.NewMachineWithJob();
        await using KeptState held = await first.OpenAsync();
        Machine second = bench.NewMachine();

        RefusedException refusal = await Assert.ThrowsAsync<RefusedException>(() => second.OpenAsync());

        Assert.Equal("StateLeaseHeld", refusal.ErrorId);
        Assert.Contains($"process {Environment.ProcessId} on {Environment.MachineName}", refusal.Message, StringComparison.Ordinal);
        Assert.Contains(FormattableString.Invariant($"since {bench.Time.GetUtcNow():u}"), refusal.Message, StringComparison.Ordinal);
        Assert.Equal(JobState.Running, (await second.Engine.GetJobAsync(EngineBench.JobName, new StateLocation(StateBench.Place), second.Listener, TestContext.Current.CancellationToken)).State);
        Assert.False(second.Folder.Exists);
    }

    [Fact]
    public async Task A_lease_that_was_given_back_is_free_at_once()
    {
        using StateBench bench = new();
        await (await bench.NewMachineWithJob().OpenAsync()).DisposeAsync();

        await (await bench.NewMachine().OpenAsync()).DisposeAsync();

        Assert.Equal(2, bench.State.Keys.Count(key => key.Contains("/lease/", StringComparison.Ordinal)));
        Assert.DoesNotContain(bench.State.Keys, key => key.Contains("/clock/", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Whoever_lost_the_lease_stops_and_its_snapshots_are_not_the_newest()
    {
        using StateBench bench = new();
        Fill(bench);
        Machine first = bench.NewMachineWithJob(job => job with { Concurrency = 1 });
        TaskCompletionSource reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
        TaskCompletionSource goOn = new(TaskCreationOptions.RunContinuationsAsynchronously);
        int writes = 0;
        bench.Destination.BeforeOperation = async (operation, _, token) =>
        {
            if (operation != StoreOperation.Put || Interlocked.Increment(ref writes) != 10)
                return;
            reached.SetResult();
            await goOn.Task.WaitAsync(token);
        };
        Task<MigrationReport> lost = first.RunAsync();
        await reached.Task;
        first.IsCutOff = true;
        bench.LetLeaseRunOut();
        MigrationReport report = await bench.NewMachine().RunAsync();
        string newest = bench.Heads[^1];
        first.IsCutOff = false;

        RefusedException refusal = await Assert.ThrowsAsync<RefusedException>(() => lost);

        Assert.Equal("StateLeaseLost", refusal.ErrorId);
        Assert.Equal(RunStatus.Complete, report.Status);
        Assert.Equal(newest, bench.Heads[^1]);
        Assert.Equal(10, writes - (Objects - 9));
        Assert.Equal((RunStatus.Incomplete, "The lease of the job's state was lost."), (first.Engine.GetReports(EngineBench.JobName)[^1].Status, first.Engine.GetReports(EngineBench.JobName)[^1].Reason));
        bench.AssertSame();
    }

    [Fact]
    public async Task A_machine_goes_on_with_its_own_journal_where_that_is_newer_and_need_not_wait_for_itself()
    {
        using StateBench bench = new();
        Fill(bench);
        Machine machine = bench.NewMachineWithJob();
        await (await machine.OpenAsync()).DisposeAsync();
        KeptState left = await machine.OpenAsync();
        SetConcurrency(machine, 7);
        machine.IsDead = true;
        await left.DisposeAsync();

        Machine again = new(bench, machine.Home);
        await (await again.OpenAsync()).DisposeAsync();

        Assert.Equal(7, again.Engine.GetJob(EngineBench.JobName).Job.Concurrency);
        Assert.DoesNotContain(again.Listener.Events, happened => happened.Message.Contains("snapshot", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_machine_goes_on_with_the_snapshot_where_another_one_went_on_meanwhile()
    {
        using StateBench bench = new();
        Fill(bench);
        Machine first = bench.NewMachineWithJob();
        await first.RunAsync();
        bench.Source.Seed("later", "x");
        Machine second = bench.NewMachine();
        await second.RunAsync();

        MigrationReport report = await first.RunAsync();

        Assert.Equal((3, 0L), (report.Run, report.Copied.Objects));
        Assert.Contains(first.Listener.Events, happened => happened.Message.Contains("goes on from its snapshot", StringComparison.Ordinal));
        Assert.Equal([1, 2, 3], first.Engine.GetReports(EngineBench.JobName).Select(known => known.Run));
    }

    [Fact]
    public async Task The_moment_of_cut_over_is_in_a_snapshot_at_once()
    {
        using StateBench bench = new();
        Machine first = bench.NewMachineWithJob();
        await using KeptState state = await first.OpenAsync();
        DateTimeOffset moment = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
        string before = bench.Heads[^1];

        SetCutover(first, moment);
        await bench.RunClockUntilAsync(() => bench.Heads[^1] != before);

        JobStatus status = await bench.NewMachine().Engine.GetJobAsync(EngineBench.JobName, new StateLocation(StateBench.Place), SilentListener.Instance, TestContext.Current.CancellationToken);
        Assert.Equal(moment, status.Job.CutoverTime);
    }

    [Fact]
    public async Task Snapshots_are_taken_while_a_run_is_under_way_and_none_where_nothing_changed()
    {
        using StateBench bench = new();
        Fill(bench);
        Machine machine = bench.NewMachineWithJob(job => job with { Concurrency = 1 });
        int puts = 0;
        string? seen = null;
        bench.Destination.BeforeOperation = async (operation, _, _) =>
        {
            if (operation != StoreOperation.Put || Interlocked.Increment(ref puts) % 25 != 0)
                return;
            seen = bench.Heads[^1];
            await bench.RunClockUntilAsync(() => bench.Heads[^1] != seen);
        };

        await machine.RunAsync();

        Assert.Equal(Objects, puts);
        await using KeptState state = await machine.OpenAsync();
        string last = bench.Heads[^1];
        for (int second = 0; second < 30; second++)
        {
            bench.Time.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
        }

        Assert.Equal(last, bench.Heads[^1]);
    }

    private static RunOptions WithSecret()
    {
        FixedCredentialProvider keys = new(new StoreCredential("id", Secret));
        return new RunOptions { Credentials = new RunCredentials(keys, keys) };
    }

    private static string Content(StateBench bench, string key)
    {
        byte[] content = bench.State.Find(key)!.Content;
        return Encoding.Latin1.GetString(content is [0x1F, 0x8B, ..] ? Packed.Open(content, 64 << 20) : content);
    }

    private static void Fill(StateBench bench)
    {
        for (int i = 0; i < Objects; i++)
            bench.Source.Seed(FormattableString.Invariant($"object {i:D3}"), $"content of {i}");
    }

    private static void StopAt(StateBench bench, int put, CancellationTokenSource stop)
    {
        int puts = 0;
        bench.Destination.BeforeOperation = (operation, _, _) =>
        {
            if (operation == StoreOperation.Put && Interlocked.Increment(ref puts) == put)
                stop.Cancel();
            return default;
        };
    }

    // The clock runs, so that books are flushed and snapshots taken now and then.
    private static void KillAt(StateBench bench, Machine machine, int call, bool whenDone)
    {
        int calls = 0;
        bench.Source.BeforeOperation = (_, _, _) =>
        {
            bench.Time.Advance(TimeSpan.FromMilliseconds(300));
            return default;
        };
        bench.Destination.BeforeOperation = (operation, _, _) =>
        {
            if (operation is StoreOperation.Put or StoreOperation.UploadPart && Interlocked.Increment(ref calls) == call)
            {
                machine.IsDead = true;
                if (!whenDone)
                    throw new KilledException();
            }

            return default;
        };
    }

    private static void SetConcurrency(Machine machine, int concurrency) => machine.Engine.SetJob(EngineBench.JobName, new JobChanges { Concurrency = concurrency });

    private static void SetCutover(Machine machine, DateTimeOffset moment) => machine.Engine.SetJob(EngineBench.JobName, new JobChanges { CutoverTime = moment });
}
