using OssMigration.Core.Fidelity;
using OssMigration.Core.Jobs;

namespace OssMigration.Pipeline;

/// <summary>Walks a forecast of what becomes of objects, and writes its objects or its totals.</summary>
internal static class FidelityWalk
{
    /// <summary>Runs it.</summary>
    public static async Task RunAsync(MigrationEngine engine, FidelityForecastRequest request, bool isDetailed, PipelineQueue queue, CancellationToken cancellationToken)
    {
        FidelityForecaster forecaster = engine.Foresee(request, new CommandListener(queue, maximumErrors: 0));
        await foreach (FidelityForecastItem item in forecaster.ItemsAsync(cancellationToken).ConfigureAwait(false))
        {
            if (isDetailed)
                await queue.OutputAsync(item, cancellationToken).ConfigureAwait(false);
        }

        if (!isDetailed && forecaster.Forecast is { } forecast)
            await queue.OutputAsync(forecast, cancellationToken).ConfigureAwait(false);
    }
}
