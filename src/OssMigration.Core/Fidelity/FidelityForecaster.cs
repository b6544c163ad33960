using System.Runtime.CompilerServices;
using System.Threading.Channels;
using OssMigration.Core.Jobs;
using OssMigration.Core.Journal;
using OssMigration.Core.Listing;
using OssMigration.Core.Planning;
using OssMigration.Core.Reporting;
using OssMigration.Core.Stores;

namespace OssMigration.Core.Fidelity;

/// <summary>
/// Walks the source of a job and tells what will become of its objects, by the rules that copy them. Nothing is written at either end; the
/// totals are kept with the job. Use it once.
/// </summary>
public sealed class FidelityForecaster(EngineEnvironment environment, FidelityForecastRequest request, IRunListener listener)
{
    /// <summary>The totals; null before the walk has ended.</summary>
    public FidelityForecast? Forecast { get; private set; }

    /// <summary>
    /// The objects that do not arrive as they are (or all), in no order, as they are found. Walk it to its end: a forecast that was left early has no totals.
    /// </summary>
    /// <exception cref="StoreException">The source cannot be listed.</exception>
    /// <exception cref="JobStateException">There is no such job.</exception>
    public async IAsyncEnumerable<FidelityForecastItem> ItemsAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        JobFolder folder = new(environment.Home, request.JobName);
        MigrationJob job;
        using (JournalReader reader = folder.Read())
            job = reader.Job();
        await using StoreChain stores = new(environment, job, request.Credentials, listener, new CutoverClock(environment.Time) { Moment = job.CutoverTime });
        PagedLister lister = new(stores.Source, ObjectFilterMatcher.Compile(job.Filter), job.Filter.Prefix);
        using ForecastWalk walk = new(job, request, stores, lister);
        using CancellationTokenSource leaving = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task walking = walk.RunAsync(leaving.Token);
        try
        {
            await foreach (FidelityForecastItem item in walk.Items.ReadAllAsync(cancellationToken).ConfigureAwait(false))
                yield return item;
        }
        finally
        {
            // Who leaves early leaves nothing behind that still uses the stores.
            await leaving.CancelAsync().ConfigureAwait(false);
            await walking.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        Forecast = walk.ToForecast(environment.Time.GetUtcNow());
        await using JournalWriter journal = new(folder.Journal, folder.Name);
        await journal.WriteAsync(writes => writes.PutForecast(Forecast)).ConfigureAwait(false);
    }
}

/// <summary>The walk of a forecast over the ranges of a source.</summary>
internal sealed class ForecastWalk : IRangeHost, IDisposable
{
    private const int MostHeld = 256;
    private const int MostHeadsOfRange = 16;

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
    public ForecastWalk(MigrationJob job, FidelityForecastRequest request, StoreChain stores, PagedLister lister)
    {
        (_job, _request, _stores, _lister) = (job, request, stores, lister);
        _rules = new FidelityRules(job.Policy, stores.Destination.Limits, stores.Keys);
        _translator = new ObjectTranslator(_rules, stores.SourceTraits);
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
            RangeBoard board = new(this, _job.Filter.Prefix, _lister, destination: null, RangeBoardOptions.Of(_job.SteadyConcurrency));
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
        Unread = _tally.Unread,
        LeftOut = _tally.LeftOut,
        Totals = _tally.Fidelity.Counts,
    };

    private async Task<FidelityMarks?> ForeseeAsync(ListedEntry listed, CancellationToken cancellationToken)
    {
        ObjectEntry entry = listed.Entry;
        if (FidelityRules.OfKey(_stores.Destination.Limits, entry, _job.InvalidKeyAction) is { } refused)
            return refused;
        if (!_request.ReadsHeaders || entry.Availability == ObjectAvailability.NeedsRestore)
            return _rules.OfListing(entry);
        await _heads.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            ObjectHead? head = await _stores.Source.HeadAsync(entry.Key, cancellationToken).ConfigureAwait(false);
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

/// <summary>Counts the objects of a forecast.</summary>
internal sealed class ForecastTally
{
    public ObjectCount Listed { get; private set; }

    public ObjectCount Copied { get; private set; }

    public ObjectCount Unsupported { get; private set; }

    public ObjectCount NeedsRestore { get; private set; }

    public ObjectCount Unread { get; private set; }

    public ObjectCount LeftOut { get; private set; }

    public FidelityTally Fidelity { get; } = new();

    /// <summary>Counts one object; null marks stand for headers that could not be read.</summary>
    public void Count(ObjectEntry entry, FidelityMarks? marks)
    {
        Listed = Listed.Plus(entry.Size);
        if (marks is not { } known)
        {
            Unread = Unread.Plus(entry.Size);
            return;
        }

        if (known.Findings is [{ Aspect: FidelityAspect.Key, Effect: FidelityEffect.Dropped }])
        {
            LeftOut = LeftOut.Plus(entry.Size);
            Fidelity.Count(known, entry.Size);
            return;
        }

        bool isRefused = known.Findings is not null && known.IsRefused;
        if (!isRefused && entry.Availability == ObjectAvailability.NeedsRestore)
        {
            NeedsRestore = NeedsRestore.Plus(entry.Size);
            return;
        }

        Fidelity.Count(known, entry.Size);
        if (isRefused)
            Unsupported = Unsupported.Plus(entry.Size);
        else
            Copied = Copied.Plus(entry.Size);
    }

    /// <summary>Adds what was counted elsewhere.</summary>
    public void Add(ForecastTally other)
    {
        Listed += other.Listed;
        Copied += other.Copied;
        Unsupported += other.Unsupported;
        NeedsRestore += other.NeedsRestore;
        Unread += other.Unread;
        LeftOut += other.LeftOut;
        Fidelity.Add(other.Fidelity);
    }
}
