using System.Threading.Channels;
using OssMigration.Core.Jobs;
using OssMigration.Core.Listing;
using OssMigration.Core.Planning;
using OssMigration.Core.Stores;
using OssMigration.Core.Versions;

namespace OssMigration.Core.Fidelity;

/// <summary>The walk of a forecast over the ranges of a source.</summary>
internal sealed class ForecastWalk : IRangeHost, IDisposable
{
    private const int MostHeld = 256;
    private const int MostHeadsOfRange = 16;

    private readonly TimeProvider _time;
    private readonly object _gate = new();
    private readonly FidelityForecastRequest _request;
    private readonly MigrationJob _job;
    private readonly StoreChain _stores;
    private readonly PagedLister _lister;
    private readonly FidelityRules _rules;
    private readonly ObjectTranslator _translator;
    private readonly SemaphoreSlim _heads;
    private readonly ForecastTally _tally = new();
    private readonly Channel<FidelityForecastItem> _items = Channel.CreateBounded<FidelityForecastItem>(MostHeld);

    /// <summary>Nothing is sent yet.</summary>
    public ForecastWalk(MigrationJob job, FidelityForecastRequest request, StoreChain stores, PagedLister lister, TimeProvider time)
    {
        (_job, _request, _stores, _lister, _time) = (job, request, stores, lister, time);
        _rules = new FidelityRules(job.Policy, stores.Destination.Limits, stores.Keys, stores.SourceClasses);
        _translator = new ObjectTranslator(_rules, stores.SourceTags);
        _heads = new SemaphoreSlim(job.SteadyConcurrency);
    }

    /// <summary>The objects, as they are found.</summary>
    public ChannelReader<FidelityForecastItem> Items => _items.Reader;

    /// <summary>Walks everything, and ends the items whatever happens.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        Exception? error = null;
        try
        {
            RangeBoard board = new(this, _job.Filter.Prefix, _lister, destination: null, RangeBoardOptions.Of(_job.SteadyConcurrency, _time));
            await board.RunAsync([new LiveRange(null, null)], cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            error = exception;
        }

        _items.Writer.TryComplete(error);
    }

    /// <inheritdoc/>
    public Task KeepCutAsync(LiveRange range, LiveRange added) => Task.CompletedTask;

    /// <inheritdoc/>
    public async Task WalkAsync(RangeOnBoard range, CancellationToken cancellationToken)
    {
        ForecastTally part = new();
        Queue<(ObjectEntry Entry, Task<FidelityMarks?> Marks)> heads = new();
        try
        {
            await foreach (ListedEntry listed in _lister.Open(range, RangeSide.Source).ReadAsync(cancellationToken).ConfigureAwait(false))
            {
                if (listed.IsFilteredOut)
                    continue;
                heads.Enqueue((listed.Entry, ForeseeAsync(listed, cancellationToken)));
                while (heads.Count > MostHeadsOfRange || (heads.TryPeek(out var head) && head.Marks.IsCompleted))
                    await CountNextAsync().ConfigureAwait(false);
            }

            while (heads.Count > 0)
                await CountNextAsync().ConfigureAwait(false);
        }
        finally
        {
            if (heads.Count > 0)
                await ((Task)Task.WhenAll(heads.Select(head => head.Marks))).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            lock (_gate)
                _tally.Add(part);
        }

        async Task CountNextAsync()
        {
            (ObjectEntry entry, Task<FidelityMarks?> marks) = heads.Dequeue();
            FidelityMarks? found = await marks.ConfigureAwait(false);
            part.Count(entry, found);
            if (found is { } known && (known.Findings is not null || _request.IncludesCarried))
                await _items.Writer.WriteAsync(FidelityForecastItem.Of(_job.Name, entry.Key, entry.Size, known), cancellationToken).ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _heads.Dispose();

    /// <summary>The totals.</summary>
    public FidelityForecast ToForecast(DateTimeOffset now) => new()
    {
        JobName = _job.Name,
        At = now,
        ReadsHeaders = _request.ReadsHeaders,
        Listed = _tally.Listed,
        Copied = _tally.Copied,
        Unsupported = _tally.Unsupported,
        NeedsRestore = _tally.NeedsRestore,
        RestoreByClass = _tally.RestoreByClass,
        Unread = _tally.Unread,
        LeftOut = _tally.LeftOut,
        Versions = _tally.Versions,
        DeleteMarkers = _tally.DeleteMarkers,
        Totals = _tally.Fidelity.Counts,
    };

    private async Task<FidelityMarks?> ForeseeAsync(ListedEntry listed, CancellationToken cancellationToken)
    {
        ObjectEntry entry = listed.Entry;
        if (FidelityRules.OfKey(_stores.Destination.Limits, entry, _job.InvalidKeyAction) is { } refused)
            return refused;
        if (entry.History is { } history)
            return await ForeseeAsync(entry, history, cancellationToken).ConfigureAwait(false);
        if (!_request.ReadsHeaders || entry.Availability == ObjectAvailability.NeedsRestore)
            return _rules.OfListing(entry);
        return await ReadAsync(token => _stores.Source.HeadAsync(entry.Key, token), cancellationToken).ConfigureAwait(false);
    }

    // Of the versions of a key the first speaks that does not arrive as it is: one that is refused holds up those after it.
    private async Task<FidelityMarks?> ForeseeAsync(ObjectEntry entry, ObjectHistory history, CancellationToken cancellationToken)
    {
        FidelityMarks? found = _rules.OfListing(entry);
        foreach (ObjectVersion version in history.Versions.Where(version => version.Entry is not null))
        {
            FidelityMarks? marks = _request.ReadsHeaders && entry.Availability == ObjectAvailability.Readable
                ? await ReadAsync(token => _stores.SourceVersions!.HeadAsync(entry.Key, version.VersionId, token), cancellationToken).ConfigureAwait(false)
                : _rules.OfListing(version.Entry!);
            if (marks is null or { IsRefused: true })
                return marks;
            found = found is { Findings: null } or null ? marks : found;
        }

        return found;
    }

    private async Task<FidelityMarks?> ReadAsync(Func<CancellationToken, Task<ObjectHead?>> read, CancellationToken cancellationToken)
    {
        await _heads.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            ObjectHead? head = await read(cancellationToken).ConfigureAwait(false);
            return head is null ? null : (await _translator.ForeseeAsync(head, cancellationToken).ConfigureAwait(false)).Marks.WhenCounted;
        }
        catch (StoreException exception) when (!exception.StopsJob)
        {
            return null;
        }
        finally
        {
            _heads.Release();
        }
    }
}
