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
        IReadOnlyList<FidelityCount> foreseen = forecast?.Totals ?? [];
        List<FidelityCount> places = [.. happened, .. foreseen.Where(place => Find(happened, place) is null)];
        places.Sort(static (a, b) => a.Aspect != b.Aspect ? a.Aspect - b.Aspect : a.Effect - b.Effect);
        return places.ConvertAll(place => new FidelityTotal(
            place.Aspect, place.Effect, Count(happened, place), forecast?.Tells(place.Aspect) == true ? Count(foreseen, place) : null));
    }

    private static ObjectCount Count(IReadOnlyList<FidelityCount> counts, FidelityCount place) => Find(counts, place)?.Count ?? default;

    private static FidelityCount? Find(IReadOnlyList<FidelityCount> counts, FidelityCount place)
        => counts.FirstOrDefault(count => count.Aspect == place.Aspect && count.Effect == place.Effect);
}
