using OssMigration.Core.Jobs;
using OssMigration.Core.Slices;
using OssMigration.Core.Stores;
using OssMigration.Core.Throttling;
using Xunit;

namespace OssMigration.Cluster.Tests;

/// <summary>Orders and what the coordinator tells come by different ways: either may be ahead of the other.</summary>
public sealed class WorkerSlicesTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly WorkerSlices _slices = new(StateOf(run: 1));

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_order_of_a_run_that_was_not_told_yet_waits_for_it_and_counts()
    {
        Task<bool> hearing = _slices.HearOfAsync(OrderOf(run: 2), Token);
        Assert.False(hearing.IsCompleted);

        _slices.Hear(StateOf(run: 2));

        Assert.True(await hearing.WaitAsync(Patience, Token));
        Assert.False(_slices.IsVoid(OrderOf(run: 2)));
        Assert.NotNull(_slices.TryBegin(OrderOf(run: 2), Token));
    }

    [Fact]
    public async Task An_order_of_a_run_that_is_over_is_void()
    {
        Task<bool> hearing = _slices.HearOfAsync(OrderOf(run: 0), Token);
        await Eventually.TrueAsync(
            () =>
            {
                _slices.Hear(StateOf(run: 1));
                return hearing.IsCompleted;
            },
            "that it is known to be over");

        Assert.True(await hearing);
        Assert.True(_slices.IsVoid(OrderOf(run: 0)));
    }

    [Fact]
    public async Task A_worker_that_leaves_meanwhile_does_not_judge()
    {
        Task<bool> hearing = _slices.HearOfAsync(OrderOf(run: 2), Token);

        await _slices.LeaveAsync();

        Assert.False(await hearing.WaitAsync(Patience, Token));
    }

    [Fact]
    public void A_range_that_is_ordered_anew_ends_what_is_under_way_and_its_older_orders()
    {
        WorkerSlices.Slice slice = _slices.TryBegin(OrderOf(run: 1), Token)!;
        Assert.Equal(1, Assert.Single(_slices.Busy()).Value);

        _slices.Hear(StateOf(run: 1, generation: 2));

        Assert.True(slice.IsVoid);
        Assert.True(_slices.IsVoid(OrderOf(run: 1)));
        slice.Dispose();
        Assert.Empty(_slices.Busy());
    }

    public void Dispose() => _slices.Dispose();

    private static SliceOrder OrderOf(int run) => new() { Run = run, Range = 3, Generation = 1 };

    private static State StateOf(int run, long generation = 1) => new()
    {
        Sequence = 1,
        Version = EngineVersion.Current,
        Host = "host",
        Now = default,
        Shared = new SharedState
        {
            Job = new MigrationJob { Name = "job", Source = new StoreAddress { Scheme = "s3", Bucket = "from" }, Destination = new StoreAddress { Scheme = "oss", Bucket = "to" } },
            Run = run,
            Limits = RateLimits.None,
            Cuts = new Dictionary<int, string>(),
            Generations = new Dictionary<int, long> { [3] = generation },
        },
        Shares = new Dictionary<string, Share>(),
    };
}
