using OssMigration.Core.Jobs;
using OssMigration.Core.Journal;
using OssMigration.Core.Manifests;
using OssMigration.Core.Planning;
using OssMigration.Core.RemoteState;
using OssMigration.Core.Reporting;
using OssMigration.Core.Stores;
using OssMigration.Core.Tests.Jobs;
using OssMigration.TestKit;
using Xunit;

namespace OssMigration.Core.Tests.RemoteState;

/// <summary>Snapshots as they are stored and restored, and what is refused.</summary>
public sealed class SnapshotTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_did_not_change_is_sent_once_and_comes_back_as_it_was()
    {
        using StateBench bench = new();
        Machine machine = bench.NewMachineWithJob();
        byte[] first, grown;
        int piecesBefore, piecesAfter;
        await using (KeptState state = await machine.OpenAsync())
        {
            using RangeSegment segment = await BeginSegmentAsync(machine);
            first = await AppendAsync(machine, segment, from: 0, count: 60_000);
            await state.TakeAsync(Token);
            piecesBefore = bench.Pieces.Length;
            grown = await AppendAsync(machine, segment, from: 60_000, count: 2_000);
            await state.TakeAsync(Token);
            piecesAfter = bench.Pieces.Length;
        }

        Machine second = bench.NewMachine();
        await (await second.OpenAsync()).DisposeAsync();

        // The journal's piece, and the last of the segment.
        Assert.InRange(piecesAfter - piecesBefore, 2, 3);
        Assert.True(first.Length > 2 * Snapshot.PieceBytes);
        Assert.Equal(grown, File.ReadAllBytes(Directory.GetFiles(second.Folder.Manifests).Single()));
        Assert.InRange((double)grown.Length / 62_000, 20, 80);
    }

    [Fact]
    public async Task A_snapshot_that_could_not_be_sent_as_a_whole_is_not_seen()
    {
        using StateBench bench = new();
        Machine machine = bench.NewMachineWithJob();
        await using KeptState state = await machine.OpenAsync();
        string before = bench.Heads[^1];
        machine.Engine.SetJob(EngineBench.JobName, new JobChanges { Concurrency = 3 });
        int failed = 0;
        bench.State.BeforeOperation = (operation, key, _) =>
        {
            if (operation == StoreOperation.Put && key!.Contains("/head/", StringComparison.Ordinal))
            {
                failed++;
                throw new StoreException(StoreErrorKind.Network, "oss://state", "The line is cut.");
            }

            return default;
        };

        await Assert.ThrowsAsync<StoreException>(() => state.TakeAsync(Token));
        bench.State.BeforeOperation = null;

        Assert.NotEqual(0, failed);
        Assert.Equal(before, bench.Heads[^1]);
        Assert.NotEqual(3, (await AskAsync(bench.NewMachine())).Job.Concurrency);
        await state.TakeAsync(Token);
        Assert.Equal(3, (await AskAsync(bench.NewMachine())).Job.Concurrency);
    }

    [Fact]
    public async Task A_snapshot_whose_answer_was_lost_is_the_newest_all_the_same()
    {
        using StateBench bench = new();
        Machine machine = bench.NewMachineWithJob();
        await using KeptState state = await machine.OpenAsync();
        int lost = 0;
        bench.State.AfterOperation = (operation, key, _) =>
        {
            if (operation == StoreOperation.Put && key!.Contains("/head/", StringComparison.Ordinal) && lost++ == 0)
                throw new StoreException(StoreErrorKind.Network, "oss://state", "The answer is lost.");
            return default;
        };

        await state.TakeAsync(Token);

        Assert.Equal(1, lost);
        Assert.Equal(2, bench.Heads.Length);
    }

    [Theory]
    [InlineData("/piece/", true)]
    [InlineData("/piece/", false)]
    [InlineData("/head/", true)]
    public async Task A_damaged_snapshot_is_refused_and_nothing_older_is_taken_in_its_place(string part, bool isChanged)
    {
        using StateBench bench = new();
        Machine machine = bench.NewMachineWithJob();
        KeptState state = await machine.OpenAsync();
        await state.TakeAsync(Token);
        await state.DisposeAsync();
        foreach (string key in bench.State.Keys.Where(key => key.Contains(part, StringComparison.Ordinal)).Order(StringComparer.Ordinal).TakeLast(part == "/head/" ? 1 : int.MaxValue).ToList())
        {
            if (isChanged)
                bench.State.Seed(key, Packed.Of("something else"u8));
            else
                bench.State.Remove(key);
        }

        JobStateException refusal = await Assert.ThrowsAsync<JobStateException>(() => bench.NewMachine().OpenAsync());

        Assert.Equal(JobStateError.Damaged, refusal.Error);
    }

    [Fact]
    public async Task A_snapshot_of_a_newer_engine_is_refused()
    {
        using StateBench bench = new();
        await (await bench.NewMachineWithJob().OpenAsync()).DisposeAsync();
        string newest = bench.Heads[^1];
        Snapshot snapshot = Snapshot.Read(bench.State.Find(newest)!.Content)!;
        bench.State.Seed(newest, (snapshot with { Schema = JournalSchema.Version + 1 }).ToBytes());

        JobStateException refusal = await Assert.ThrowsAsync<JobStateException>(() => bench.NewMachine().OpenAsync());

        Assert.Equal(JobStateError.OtherVersion, refusal.Error);
    }

    [Fact]
    public async Task A_snapshot_cannot_write_outside_of_the_jobs_folder()
    {
        using StateBench bench = new();
        await (await bench.NewMachineWithJob().OpenAsync()).DisposeAsync();
        string newest = bench.Heads[^1];
        Snapshot snapshot = Snapshot.Read(bench.State.Find(newest)!.Content)!;
        bench.State.Seed(newest, (snapshot with { Files = [.. snapshot.Files, snapshot.Files[0] with { Name = "manifest/../../escaped.seg" }] }).ToBytes());
        Machine second = bench.NewMachine();

        Assert.Equal(JobStateError.Damaged, (await Assert.ThrowsAsync<JobStateException>(() => second.OpenAsync())).Error);

        Assert.Empty(Directory.GetFiles(second.Home, "escaped*", SearchOption.AllDirectories));
        Assert.False(second.Folder.Exists);
    }

    [Fact]
    public async Task Snapshots_and_pieces_that_nothing_needs_are_deleted()
    {
        using StateBench bench = new();
        Machine machine = bench.NewMachineWithJob();
        for (int run = 0; run < 4; run++)
        {
            await using KeptState state = await machine.OpenAsync();
            bench.Time.Advance(TimeSpan.FromMinutes(20));
        }

        Assert.InRange(bench.Heads.Length, 1, 2);
        Assert.InRange(bench.Pieces.Length, 1, 3);
        Assert.InRange(bench.State.Keys.Count(key => key.Contains("/lease/", StringComparison.Ordinal)), 1, 4);
        await (await bench.NewMachine().OpenAsync()).DisposeAsync();
    }

    [Fact]
    public async Task A_job_that_keeps_its_state_elsewhere_is_not_run_without_it()
    {
        using StateBench bench = new();
        Machine machine = bench.NewMachineWithJob();
        await (await machine.OpenAsync()).DisposeAsync();

        Assert.Equal("StateUriNeeded", (await RefusalAsync(() => machine.Engine.RunAsync(EngineBench.JobName, new RunOptions(), machine.Listener, Token))).ErrorId);
        Assert.Equal("StateUriNeeded", Assert.Throws<RefusedException>(() => machine.Engine.SetJob(EngineBench.JobName, new JobChanges { Concurrency = 3 })).ErrorId);
        Assert.Equal("StateOtherPlace", (await RefusalAsync(() => machine.OpenAsync(StateBench.Place with { Prefix = "elsewhere/" }))).ErrorId);
        Assert.Equal(StateBench.Place, machine.Engine.GetJob(EngineBench.JobName).StateAddress);
    }

    [Fact]
    public async Task A_change_is_made_to_the_newest_state_and_kept_with_it()
    {
        using StateBench bench = new();
        await (await bench.NewMachineWithJob().OpenAsync()).DisposeAsync();

        await bench.NewMachine().Engine.SetJobAsync(EngineBench.JobName, new JobChanges { Concurrency = 3 }, new StateLocation(StateBench.Place), SilentListener.Instance, Token);

        Assert.Equal(3, (await AskAsync(bench.NewMachine())).Job.Concurrency);
    }

    [Fact]
    public async Task A_moment_of_cut_over_that_is_set_while_the_job_runs_here_is_waited_for_until_a_snapshot_has_it()
    {
        using StateBench bench = new();
        Machine machine = bench.NewMachineWithJob();
        await using KeptState state = await machine.OpenAsync();
        DateTimeOffset moment = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

        Task<MigrationJob> set = machine.Engine.SetJobAsync(EngineBench.JobName, new JobChanges { CutoverTime = moment }, new StateLocation(StateBench.Place), SilentListener.Instance, Token);
        await bench.RunClockUntilAsync(() => set.IsCompleted);
        await set;

        Assert.Equal(moment, (await AskAsync(bench.NewMachine())).Job.CutoverTime);
    }

    [Fact]
    public async Task Another_job_of_the_same_name_is_not_taken_for_it()
    {
        using StateBench bench = new();
        await (await bench.NewMachineWithJob().OpenAsync()).DisposeAsync();
        bench.Time.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal("StateOtherJob", (await RefusalAsync(() => bench.NewMachineWithJob().OpenAsync())).ErrorId);
    }

    [Theory]
    [InlineData(BucketVersioning.Enabled)]
    [InlineData(BucketVersioning.Suspended)]
    [InlineData(BucketVersioning.Unknown)]
    public async Task A_bucket_that_would_overwrite_is_refused(BucketVersioning versioning)
    {
        using StateBench bench = new(state: new MemoryStoreOptions { Versioning = versioning });

        Assert.Equal("StateBucketVersioned", (await RefusalAsync(() => bench.NewMachineWithJob().OpenAsync())).ErrorId);
        Assert.Empty(bench.State.Keys);
    }

    [Fact]
    public async Task A_place_among_the_objects_of_the_job_is_refused()
    {
        using StateBench bench = new();

        Assert.Equal("StateUriOverlaps", (await RefusalAsync(() => bench.NewMachineWithJob().OpenAsync(StateBench.Place with { Bucket = "to" }))).ErrorId);
    }

    [Fact]
    public async Task A_job_that_is_nowhere_leaves_nothing_behind()
    {
        using StateBench bench = new();
        Machine machine = bench.NewMachine();

        Assert.Equal(JobStateError.NotFound, (await Assert.ThrowsAsync<JobStateException>(() => machine.OpenAsync())).Error);

        Assert.Empty(bench.State.Keys);
        Assert.False(Directory.Exists(machine.Folder.Path));
    }

    private static Task<JobStatus> AskAsync(Machine machine)
        => machine.Engine.GetJobAsync(EngineBench.JobName, new StateLocation(StateBench.Place), machine.Listener, Token);

    private static Task<RefusedException> RefusalAsync(Func<Task> call) => Assert.ThrowsAsync<RefusedException>(call);

    private static async Task<RangeSegment> BeginSegmentAsync(Machine machine)
    {
        RangeRow range = new(1, 0, KeyRange.All, Cursor: null, default, IsComplete: false);
        await WriteAsync(machine, writes =>
        {
            writes.AddRun(new RunRow(1, MigrationMode.Full, DateTimeOffset.UtcNow, IsFinished: false, 0, TimeSpan.Zero, default, default));
            writes.AddRanges([range]);
        });
        return new RangeSegment(machine.Folder.Manifests, range, standing: null);
    }

    private static async Task<byte[]> AppendAsync(Machine machine, RangeSegment segment, int from, int count)
    {
        Random random = new(from + 1);
        byte[] tag = new byte[16];
        SettledEntry[] entries = [.. Enumerable.Range(from, count).Select(i =>
        {
            random.NextBytes(tag);
            string etag = Convert.ToHexString(tag);
            return new SettledEntry(FormattableString.Invariant($"object {i:D9}"), i, new SourceVersion(etag), etag, (ulong)random.NextInt64(), ProofKind.ETagMd5);
        })];
        SegmentRow row = segment.Append(entries)!;
        RangeRow range = new(1, 0, KeyRange.All, Cursor: null, default, IsComplete: false);
        await WriteAsync(machine, writes => writes.CommitRange(new RangeBatch().ToCommit(range, entries[^1].Key, new ObjectCount(from + count, 0)) with { Segment = row }));
        await using FileStream file = new(Path.Combine(machine.Folder.Manifests, row.Name), FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        byte[] content = new byte[row.CommittedLength];
        await file.ReadExactlyAsync(content, Token);
        return content;
    }

    private static async Task WriteAsync(Machine machine, Action<JournalTransaction> write)
    {
        await using JournalWriter journal = new(machine.Folder.Journal, EngineBench.JobName);
        await journal.WriteAsync(write);
    }
}
