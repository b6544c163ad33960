using CsCheck;
using OssMigration.Core.Throttling;
using Xunit;

namespace OssMigration.Core.Tests.Throttling;

public sealed class MemoryBudgetTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Requests_are_granted_in_the_order_they_came_so_that_a_large_one_is_not_starved()
    {
        MemoryBudget budget = new(100);
        MemoryBudget.Lease first = await budget.AcquireAsync(60, Token);
        Task<MemoryBudget.Lease> large = budget.AcquireAsync(90, Token).AsTask();
        Task<MemoryBudget.Lease> small = budget.AcquireAsync(10, Token).AsTask();
        Assert.False(large.IsCompleted || small.IsCompleted);

        first.Dispose();
        (await large).Dispose();
        (await small).Dispose();
        Assert.Equal(0, budget.Used);
    }

    [Fact]
    public async Task A_request_above_the_whole_budget_is_granted_alone()
    {
        MemoryBudget budget = new(100);
        MemoryBudget.Lease small = await budget.AcquireAsync(1, Token);
        Task<MemoryBudget.Lease> huge = budget.AcquireAsync(1000, Token).AsTask();
        Assert.False(huge.IsCompleted);

        small.Dispose();
        MemoryBudget.Lease granted = await huge;
        Task<MemoryBudget.Lease> next = budget.AcquireAsync(1, Token).AsTask();
        Assert.False(next.IsCompleted);
        Assert.Equal(1000, budget.Used);

        granted.Dispose();
        granted.Dispose();
        (await next).Dispose();
        Assert.Equal(0, budget.Used);
    }

    [Fact]
    public async Task A_cancelled_request_leaves_the_queue_to_those_behind_it()
    {
        MemoryBudget budget = new(100);
        using MemoryBudget.Lease first = await budget.AcquireAsync(60, Token);
        using CancellationTokenSource giveUp = new();
        Task<MemoryBudget.Lease> large = budget.AcquireAsync(90, giveUp.Token).AsTask();
        Task<MemoryBudget.Lease> small = budget.AcquireAsync(10, Token).AsTask();

        await giveUp.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => large);
        (await small).Dispose();
        Assert.Equal(60, budget.Used);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await budget.AcquireAsync(1, giveUp.Token));
    }

    [Fact]
    public async Task Bytes_granted_in_the_moment_of_a_cancel_are_neither_lost_nor_given_back_twice()
    {
        MemoryBudget budget = new(10);
        for (int round = 0; round < 3000; round++)
        {
            MemoryBudget.Lease held = await budget.AcquireAsync(10, Token);
            using CancellationTokenSource cancel = new();
            Task<MemoryBudget.Lease> waiting = budget.AcquireAsync(10, cancel.Token).AsTask();
            Task cancelling = Task.Run(cancel.Cancel, Token);
            held.Dispose();
            await cancelling;
            try
            {
                (await waiting).Dispose();
            }
            catch (OperationCanceledException)
            {
                // Either end of the race is right.
            }
            Assert.Equal(0, budget.Used);
        }
    }

    [Fact]
    public async Task Never_more_than_the_budget_is_granted_and_in_the_end_everybody_was_served() =>
        await Gen.Select(Gen.Long[1, 120].Array[1, 30], Gen.Int[0, 29].Array[60]).SampleAsync(async (requests, order) =>
        {
            MemoryBudget budget = new(100);
            List<Task<MemoryBudget.Lease>> tasks = [.. requests.Select(bytes => budget.AcquireAsync(bytes, Token).AsTask())];
            List<int> open = [.. Enumerable.Range(0, requests.Length)];
            foreach (int choice in order.Concat(Enumerable.Repeat(0, requests.Length)))
            {
                Assert.True(budget.Used <= 100 || requests.Contains(budget.Used));
                int[] held = [.. open.Where(index => tasks[index].IsCompleted)];
                if (open.Count == 0)
                    break;
                int done = held.Length == 0 ? open[0] : held[choice % held.Length];
                (await tasks[done].WaitAsync(TimeSpan.FromSeconds(10), Token)).Dispose();
                open.Remove(done);
            }
            Assert.Empty(open);
            Assert.Equal(0, budget.Used);
        }, iter: 200);
}
