using System.Runtime.CompilerServices;
using OssMigration.Core.Jobs;
using OssMigration.Core.Journal;
using OssMigration.Core.Listing;
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
        using ForecastWalk walk = new(job, request, stores, lister, environment.Time);
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
