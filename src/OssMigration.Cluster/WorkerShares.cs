using OssMigration.Core.Throttling;

namespace OssMigration.Cluster;

/// <summary>Divides what a job may take now among the workers that are heard. Not thread-safe.</summary>
internal sealed class WorkerShares(WorkerTable table, TimeProvider time)
{
    private readonly ShareBook _bytes = new(RateLimits.LowestBytesPerSecond);
    private readonly ShareBook _objects = new(1);
    private readonly long _begunAt = time.GetTimestamp();

    /// <summary>Whether a coordinator before this one gave shares too: a worker of it that is cut off may keep to its own for a while.</summary>
    public bool AreResumed { get; set; }

    /// <summary>The shares that go out with a state.</summary>
    /// <param name="limits">What all may take together.</param>
    /// <param name="areOrdersWaiting">Whether somebody who has nothing to do will soon have.</param>
    /// <param name="sequence">The number of the state.</param>
    public IReadOnlyDictionary<string, Share> Divide(RateLimits limits, bool areOrdersWaiting, long sequence)
    {
        IReadOnlyList<Presence> workers = table.Present();
        IReadOnlyDictionary<string, long?> bytes = Of(_bytes, limits.BytesPerSecond, share => share.BytesPerSecond);
        IReadOnlyDictionary<string, long?> objects = Of(_objects, limits.ObjectsPerSecond, share => share.ObjectsPerSecond);
        return workers.ToDictionary(worker => worker.Worker, worker => new Share(bytes[worker.Worker], objects[worker.Worker]));

        IReadOnlyDictionary<string, long?> Of(ShareBook book, long? total, Func<Share, long?> amount)
        {
            List<ShareClaim> claims = [.. workers.Select(worker => new ShareClaim(
                worker.Worker, worker.Applied, worker.Share is { } share ? amount(share) : null, worker.Busy.Count > 0 || areOrdersWaiting))];
            return book.Divide(total, Withheld(total, claims), claims, sequence);
        }
    }

    private long Withheld(long? total, List<ShareClaim> claims)
    {
        bool mayMiss = AreResumed && time.GetElapsedTime(_begunAt) < WorkerTable.LostAfter;
        return mayMiss && total is { } limit ? Math.Max(0, limit - claims.Sum(claim => Math.Min(claim.Current ?? limit, limit))) : 0;
    }
}
