using CsCheck;
using Xunit;

namespace OssMigration.Cluster.Tests;

/// <summary>However workers come, go and lag behind: together they never may take more than the limit.</summary>
public sealed class ShareBookTests
{
    private const long Limit = 1_000;

    private static readonly string[] Names = ["a", "b", "c", "d", "e"];

    [Theory]
    [InlineData(1, 1)]
    [InlineData(3, 1)]
    [InlineData(5, 1)]
    [InlineData(5, 300)]
    public void What_workers_may_be_taking_is_never_more_than_the_limit_and_all_of_it_once_they_have_heard(int limitPart, long least)
    {
        long limit = Limit / limitPart;
        Gen<Event> events = Gen.Select(Gen.Int[0, Names.Length - 1], Gen.Int[0, 3], (worker, kind) => new Event(Names[worker], kind));
        events.List[1, 60].Sample(history =>
        {
            Simulation simulation = new(least, limit);
            foreach (Event happened in history)
            {
                simulation.Take(happened);
                simulation.Tell();
                Assert.InRange(simulation.MayBeTaken(), 0, limit);
            }

            for (int turn = 0; turn < 2; turn++)
            {
                simulation.AllHear();
                simulation.Tell();
            }

            simulation.AllHear();
            Assert.Equal(simulation.BusyWorkers() == 0 ? 0 : limit, simulation.MayBeTaken());
            Assert.All(simulation.Current(), share => Assert.True(share == 0 || share >= Math.Min(least, limit), $"A share of {share} is of no use."));
        });
    }

    [Fact]
    public void The_share_of_one_goes_to_another_only_when_the_first_has_said_that_it_keeps_to_less()
    {
        ShareBook book = new(1);
        Assert.Equal(100, book.Divide(100, 0, [new("a", 0, 0, true)], 1)["a"]);

        ShareClaim[] unheard = [new("a", 0, 0, true), new("b", 0, 0, true)];
        Assert.Equal((50, 0), Shares(book.Divide(100, 0, unheard, 2)));
        ShareClaim[] heard = [new("a", 2, 50, true), new("b", 0, 0, true)];
        Assert.Equal((50, 50), Shares(book.Divide(100, 0, heard, 3)));

        // One that is not among the claims any more must have stopped.
        Assert.Equal(100, book.Divide(100, 0, [new("b", 3, 50, true)], 4)["b"]);
    }

    [Fact]
    public void A_limit_that_is_set_later_waits_for_those_who_had_none()
    {
        ShareBook book = new(1);
        Assert.Null(book.Divide(null, 0, [new("a", 0, null, true)], 1)["a"]);

        Assert.Equal((50, 0), Shares(book.Divide(100, 0, [new("a", 1, null, true), new("b", 0, 0, true)], 2)));
        Assert.Equal((50, 50), Shares(book.Divide(100, 0, [new("a", 2, 50, true), new("b", 0, 0, true)], 3)));
    }

    [Fact]
    public void What_is_withheld_is_given_to_nobody()
    {
        ShareBook book = new(1);
        Assert.Equal(40, book.Divide(100, 60, [new("a", 0, 0, true)], 1)["a"]);
    }

    private static (long?, long?) Shares(IReadOnlyDictionary<string, long?> shares) => (shares["a"], shares["b"]);

    /// <summary>0: it joins or has work; 1: it hears what was told last; 2: it has nothing to do; 3: it leaves.</summary>
    private readonly record struct Event(string Worker, int Kind);

    /// <summary>Workers that hear, or do not, what a book tells; each may be taking what it heard last.</summary>
    private sealed class Simulation(long least, long limit)
    {
        private readonly ShareBook _book = new(least);
        private readonly Dictionary<string, ShareClaim> _workers = [];
        private IReadOnlyDictionary<string, long?> _told = new Dictionary<string, long?>();
        private long _sequence;

        public void Take(Event happened)
        {
            string worker = happened.Worker;
            bool isThere = _workers.TryGetValue(worker, out ShareClaim claim);
            if (happened.Kind == 0)
                _workers[worker] = isThere ? claim with { IsBusy = true } : new ShareClaim(worker, 0, 0, IsBusy: true);
            else if (happened.Kind == 1 && isThere)
                Hear(worker);
            else if (happened.Kind == 2 && isThere)
                _workers[worker] = claim with { IsBusy = false };
            else if (happened.Kind == 3)
                _workers.Remove(worker);
        }

        public void Tell() => _told = _book.Divide(limit, 0, [.. _workers.Values], ++_sequence);

        public void AllHear()
        {
            foreach (string worker in _workers.Keys.ToList())
                Hear(worker);
        }

        public int BusyWorkers() => _workers.Values.Count(claim => claim.IsBusy);

        public IEnumerable<long> Current() => _workers.Values.Select(claim => claim.Current!.Value);

        public long MayBeTaken() => Current().Sum();

        private void Hear(string worker)
            => _workers[worker] = _workers[worker] with { Applied = _sequence, Current = _told.GetValueOrDefault(worker) ?? 0 };
    }
}
