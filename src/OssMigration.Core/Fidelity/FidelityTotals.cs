using OssMigration.Core.Reporting;

namespace OssMigration.Core.Fidelity;

/// <summary>Totals of a run beside those of the forecast.</summary>
internal static class FidelityTotals
{
    /// <summary>Every aspect and effect that either has, in their order; null where neither has any.</summary>
    public static IReadOnlyList<FidelityTotal>? Of(IReadOnlyList<FidelityCount> happened, FidelityForecast? forecast)
    {
        if (happened.Count == 0 && forecast is null)
            return null;
        Dictionary<(FidelityAspect Aspect, FidelityEffect Effect), ObjectCount> counts = happened.ToDictionary(count => (count.Aspect, count.Effect), count => count.Count);
        Dictionary<(FidelityAspect Aspect, FidelityEffect Effect), ObjectCount> foreseen =
            (forecast?.Totals ?? []).ToDictionary(count => (count.Aspect, count.Effect), count => count.Count);
        return [.. counts.Keys.Union(foreseen.Keys).Order().Select(place => new FidelityTotal(
            place.Aspect, place.Effect, counts.GetValueOrDefault(place), forecast?.Tells(place.Aspect) == true ? foreseen.GetValueOrDefault(place) : null))];
    }
}
