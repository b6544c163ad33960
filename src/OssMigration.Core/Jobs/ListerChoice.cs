using OssMigration.Core.Journal;
using OssMigration.Core.Listing;
using OssMigration.Core.Reporting;
using OssMigration.Core.Stores;

namespace OssMigration.Core.Jobs;

/// <summary>
/// How each end is listed: range by range from its pages, or, for a store that was caught ignoring start-after or
/// breaking the order of keys, from one serial listing that is sorted on the disk.
/// </summary>
internal sealed class ListerChoice : IDisposable
{
    private readonly StoreChain _stores;
    private readonly JobFolder _folder;
    private readonly IRunListener _listener;
    private readonly ObjectFilterMatcher _filter;

    /// <summary>Begins with trust in both stores, but for what the run knows better.</summary>
    public ListerChoice(StoreChain stores, MigrationJob job, RunRow run, JobFolder folder, IRunListener listener)
    {
        _stores = stores;
        _folder = folder;
        _listener = listener;
        _filter = ObjectFilterMatcher.Compile(job.Filter);
        Source = run.SortsSource ? SortedSource() : new PagedLister(stores.Source, _filter, _filter.Prefix);
        Destination = run.SortsDestination ? SortedDestination() : new PagedLister(stores.Destination, filter: null, _filter.Prefix);
    }

    /// <summary>Lists the source.</summary>
    public IKeyLister Source { get; private set; }

    /// <summary>Lists the destination.</summary>
    public IKeyLister Destination { get; private set; }

    /// <summary>Whether the source is listed serially and sorted.</summary>
    public bool SortsSource => Source is not PagedLister;

    /// <summary>Whether the destination is listed serially and sorted.</summary>
    public bool SortsDestination => Destination is not PagedLister;

    /// <summary>
    /// Whether the error is one that a sorted serial listing cures; then that is chosen for the store that caused it, and
    /// the listener hears of it loudly, because it costs time and disk.
    /// </summary>
    public bool FallBack(StoreException error)
    {
        if (error.Kind != StoreErrorKind.Listing || error.Code is not ("OutOfOrder" or "Repeated" or "StartAfterIgnored"))
            return false;

        bool isSource = error.Store == _stores.Source.DisplayName && Source is PagedLister;
        if (!isSource && Destination is not PagedLister)
            return false;
        _listener.OnEvent(new RunEvent(
            EventLevel.Warning, $"{error.Store} does not list in order ({error.Code}); it is listed serially from now on and sorted on this machine's disk. {error.Message}"));
        if (isSource)
            Source = SortedSource();
        else
            Destination = SortedDestination();
        return true;
    }

    /// <summary>Drops the sorted listings from the disk.</summary>
    public void Dispose()
    {
        (Source as IDisposable)?.Dispose();
        (Destination as IDisposable)?.Dispose();
    }

    private SerialSortedLister SortedSource() => Sorted(_stores.Source, _filter, "source.db");

    private SerialSortedLister SortedDestination() => Sorted(_stores.Destination, filter: null, "destination.db");

    private SerialSortedLister Sorted(IObjectReader store, ObjectFilterMatcher? filter, string file)
    {
        PrivateFiles.CreateFolder(_folder.Scratch);
        return new SerialSortedLister(store, filter, _filter.Prefix, Path.Combine(_folder.Scratch, file));
    }
}
