using OssMigration.Core.Jobs;
using OssMigration.Core.Journal;
using OssMigration.Core.Planning;
using OssMigration.Core.Reporting;
using OssMigration.Core.Stores;

namespace OssMigration.Core.Slices;

/// <summary>Cuts the ranges of a run in two, so that no worker has nothing to do.</summary>
internal sealed class SharedCuts(JobFolder folder, RunStretch stretch, IRunListener listener)
{
    private const int FirstRanges = 16;

    private readonly RangeCutter _cutter = new(stretch.Stores.Source, stretch.Job.Filter.Prefix);

    /// <summary>The highest number that a range has.</summary>
    public int LastRange { get; set; }

    /// <summary>Cuts before the first orders: so many ranges that workers have something to do at once.</summary>
    /// <param name="ranges">The ranges by number; new ones are added.</param>
    /// <param name="cancellationToken">Cancels.</param>
    /// <returns>Those that are new.</returns>
    public async Task<IReadOnlyList<SharedRange>> CutFirstAsync(Dictionary<int, SharedRange> ranges, CancellationToken cancellationToken)
    {
        List<SharedRange> added = [];
        Queue<SharedRange> next = new(ranges.Values.OrderBy(range => range.Row.Id));
        while (ranges.Count < FirstRanges && next.TryDequeue(out SharedRange? range))
        {
            if (await CutAsync(range, cancellationToken).ConfigureAwait(false) is not { } half)
                continue;
            ranges.Add(half.Row.Id, half);
            added.Add(half);
            next.Enqueue(half);
            next.Enqueue(range);
        }

        return added;
    }

    /// <summary>Where workers have nothing to do: asks those that work on ranges to cut them.</summary>
    public async Task FeedAsync(Dictionary<int, SharedRange> ranges, SharedStanding standing)
    {
        int hungry = standing.Waiting > 0 ? 0 : standing.Places - standing.Working - ranges.Values.Count(range => range.WantedCut is not null);
        IEnumerable<SharedRange> busy = standing.Busy.Keys.Select(id => ranges.GetValueOrDefault(id)).OfType<SharedRange>();
        foreach (SharedRange range in busy.Where(range => range.IsOpen && range.WantedCut is null && !range.IsSmall))
        {
            if (hungry-- <= 0)
                return;
            range.WantedCut = await FindAsync(range, CancellationToken.None).ConfigureAwait(false);
            range.IsSmall = range.WantedCut is null;
        }
    }

    /// <summary>What lies behind a key of a range, as a range of its own.</summary>
    public RangeRow Behind(SharedRange range, string cut)
        => new(range.Row.Run, ++LastRange, new KeyRange(cut, range.Row.Range.EndInclusive), Cursor: null, default, IsComplete: false);

    private async Task<SharedRange?> CutAsync(SharedRange range, CancellationToken cancellationToken)
    {
        if (await FindAsync(range, cancellationToken).ConfigureAwait(false) is not { } cut)
            return null;
        RangeRow behind = Behind(range, cut);
        await stretch.Journal.WriteAsync(writes => writes.CutRange(range.Row.Id, behind)).ConfigureAwait(false);
        range.Row = range.Row with { Range = range.Row.Range with { EndInclusive = cut } };
        return new SharedRange(folder, behind);
    }

    private async Task<string?> FindAsync(SharedRange range, CancellationToken cancellationToken)
    {
        try
        {
            return await _cutter.FindAsync(range.Place, range.Row.Range.EndInclusive, cancellationToken).ConfigureAwait(false);
        }
        catch (StoreException exception) when (exception.Kind is not StoreErrorKind.Credential)
        {
            listener.OnEvent(new RunEvent(EventLevel.Verbose, $"A range could not be cut: {exception.Describe()}"));
            return null;
        }
    }
}
