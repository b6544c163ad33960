using OssMigration.Core.Planning;

namespace OssMigration.Core.Listing;

/// <summary>Whose ranges are on a board: it keeps them and walks them.</summary>
internal interface IRangeHost
{
    /// <summary>
    /// Keeps a cut: the range ends there from now on, and what is behind it is a range of its own. Called in the order of the cuts and
    /// never twice at a time; the new range is walked, and may be cut itself, when the task is done.
    /// </summary>
    /// <param name="range">The range that is cut. Its end is moved already.</param>
    /// <param name="added">What lies behind its new end.</param>
    Task KeepCutAsync(LiveRange range, LiveRange added);

    /// <summary>Walks a range to its end. A range is over when this returns.</summary>
    Task WalkAsync(RangeOnBoard range, CancellationToken cancellationToken);
}

/// <summary>How a board shares out its work.</summary>
internal sealed record RangeBoardOptions
{
    /// <summary>The defaults.</summary>
    public static RangeBoardOptions Default { get; } = new();

    /// <summary>
    /// Most ranges and probes under way at a time, 64 by default. Of a job, which lists both sides of a range, it is its concurrency: pages
    /// of 32 ranges are 128 at most, some 30 MB. How much faster so many list depends on how evenly the keys are spread.
    /// </summary>
    public int MostAtATime { get; init; } = 64;

    /// <summary>Those of a job with this concurrency.</summary>
    public static RangeBoardOptions Of(int concurrency, TimeProvider time) => new() { MostAtATime = Math.Max(2, concurrency), Time = time };

    /// <summary>No range is taken over while this many walk without waiting for a page: more listers would not help them.</summary>
    public int MostBusy { get; init; } = Environment.ProcessorCount;

    /// <summary>The clock that tells how long pages take: where they come at once, a cut brings less than its requests cost.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Begins a piece of work and does not wait for it. By default on the thread pool.</summary>
    public Action<Func<Task>> Begin { get; init; } = work => _ = Task.Run(work);
}
