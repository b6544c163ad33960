using OssMigration.Core.Jobs;
using OssMigration.Core.Listing;
using OssMigration.Core.Planning;
using OssMigration.Core.Reporting;
using OssMigration.Core.Stores;

namespace OssMigration.Core.Preparation;

/// <summary>Finds out how much a source holds.</summary>
public sealed class SourceMeasurer(EngineEnvironment environment)
{
    private const double StandardErrors = 3;

    /// <summary>Estimates from a bounded number of list pages. A source that is small for that number is counted.</summary>
    /// <param name="source">The address; what is under its prefix counts.</param>
    /// <param name="cutting">How objects are cut.</param>
    /// <param name="maxPages">Most list pages that are asked for, at least 1.</param>
    /// <param name="credential">Keys given by hand, or null.</param>
    /// <param name="listener">Told of repeated requests.</param>
    /// <param name="cancellationToken">Cancels.</param>
    /// <exception cref="RefusedException">ForecastSampleTooSmall: the pages did not reach far enough to say anything. ForecastSampleTooUneven: a few branches hold most, which no sample tells.</exception>
    /// <exception cref="StoreException">The source cannot be listed, or lists against the contract.</exception>
    public async Task<SourceEstimate> SampleAsync(
        StoreAddress source, ObjectCutting cutting, int maxPages, ICredentialProvider? credential, IRunListener listener, CancellationToken cancellationToken)
    {
        await using OpenedBucket opened = OpenedBucket.ForReading(environment, source, credential, listener);
        KeySpaceSampler sampler = new(opened.Objects, cutting, maxPages, environment.Random);
        if (await sampler.SampleAsync(cancellationToken).ConfigureAwait(false) is not { } found)
        {
            if (sampler.IsTooUneven)
            {
                throw new RefusedException(
                    "ForecastSampleTooUneven",
                    $"The keys of {source} are too uneven to estimate them from {sampler.Pages} pages: a few branches hold most of the objects, and a sample that misses or meets one of them misleads.",
                    "List everything with -Exact, or give a larger -Sample, one that reaches all of it: a page is up to 1,000 keys.");
            }

            throw new RefusedException(
                "ForecastSampleTooSmall",
                $"{maxPages} pages of the listing of {source} are too few to estimate it: too few branches of its keys could be counted to the end.",
                $"Give more with -Sample, {Math.Max(500, maxPages * 4)} for example, or list everything with -Exact.");
        }

        return Estimate(found.Load, found.Variance, found.IsExact, sampler.Pages);
    }

    /// <summary>Lists everything and counts.</summary>
    /// <inheritdoc cref="SampleAsync"/>
    public async Task<SourceEstimate> CountAsync(
        StoreAddress source, ObjectCutting cutting, ICredentialProvider? credential, IRunListener listener, CancellationToken cancellationToken)
    {
        await using OpenedBucket opened = OpenedBucket.ForReading(environment, source, credential, listener);
        Count count = new(new PagedLister(opened.Objects, null, ""), cutting);
        await new RangeBoard(count, "", count.Lister, destination: null, RangeBoardOptions.Default).RunAsync([new LiveRange(null, null)], cancellationToken).ConfigureAwait(false);
        return Estimate(count.Total, default, isExact: true, (int)count.Pages);
    }

    private static SourceEstimate Estimate(TransferLoad load, TransferLoad variance, bool isExact, int pages)
    {
        double objects = StandardErrors * Math.Sqrt(variance.Objects), bytes = StandardErrors * Math.Sqrt(variance.Bytes);
        return new SourceEstimate
        {
            Objects = Whole(load.Objects),
            Bytes = Whole(load.Bytes),
            Reads = Whole(load.Reads),
            Writes = Whole(load.Writes),
            IsExact = isExact,
            Pages = pages,
            MinimumObjects = Whole(load.Objects - objects),
            MaximumObjects = Whole(load.Objects + objects),
            MinimumBytes = Whole(load.Bytes - bytes),
            MaximumBytes = Whole(load.Bytes + bytes),
        };
    }

    private static long Whole(double value) => value <= 0 ? 0 : value >= long.MaxValue ? long.MaxValue : (long)Math.Round(value);

    private sealed class Count(PagedLister lister, ObjectCutting cutting) : IRangeHost
    {
        private readonly object _gate = new();

        public PagedLister Lister => lister;

        public TransferLoad Total { get; private set; }

        public long Pages { get; private set; }

        public Task KeepCutAsync(LiveRange range, LiveRange added) => Task.CompletedTask;

        public async Task WalkAsync(RangeOnBoard range, CancellationToken cancellationToken)
        {
            IRangeListing listing = lister.Open(range, RangeSide.Source);
            TransferLoad load = default;
            await foreach (ListedEntry listed in listing.ReadAsync(cancellationToken).ConfigureAwait(false))
                load += cutting.Of(listed.Entry.Size);
            lock (_gate)
            {
                Total += load;
                Pages += listing.Totals.Pages;
            }
        }
    }
}
