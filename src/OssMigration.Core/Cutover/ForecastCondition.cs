namespace OssMigration.Core.Cutover;

/// <summary>Puts a forecast into words. Pure.</summary>
internal static class ForecastCondition
{
    /// <summary>The condition; it never keeps anybody from anything.</summary>
    /// <param name="forecast">The forecast.</param>
    /// <param name="need">What the machine must still do.</param>
    /// <param name="isReady">Whether no condition is open.</param>
    /// <param name="writesGoOn">True where existing objects are changed still.</param>
    public static CutoverCondition Of(CutoverForecast forecast, CutoverNeed need, bool isReady, bool writesGoOn)
    {
        List<string> sentences = [Left(forecast)];
        if (forecast.ListingTime is { } listing)
            sentences.Add($"The shortest of the last runs took {CutoverText.Span(listing)}{Rates(forecast)}.");
        if (forecast.RunTime is { } run)
            sentences.Add($"A run that moves what is left takes about {CutoverText.Span(run)}{(forecast.FollowsTimetable ? " by the job's timetable" : "")}{Comparison(forecast)}.");
        sentences.Add(Earliest(forecast, need, isReady, writesGoOn));
        return new CutoverCondition
        {
            Subject = CutoverSubject.Forecast,
            State = forecast.Left is { Objects: 0 } ? CutoverState.Met : CutoverState.Advisory,
            Evidence = string.Join(' ', sentences),
            Data = forecast,
        };
    }

    private static string Left(CutoverForecast forecast)
        => forecast.Left is { } left ? $"Left to move: {CutoverText.Count(left)}." : "No comparison tells what is left to move.";

    private static string Rates(CutoverForecast forecast)
        => forecast is { ObjectsPerSecond: { } objects, BytesPerSecond: { } bytes }
            ? FormattableString.Invariant($", the largest one moved {objects:N1} objects and {bytes:N0} bytes a second")
            : "";

    private static string Comparison(CutoverForecast forecast)
        => forecast.ComparisonTime is { } time ? $", the comparison after it {CutoverText.Span(time)}" : "";

    private static string Earliest(CutoverForecast forecast, CutoverNeed need, bool isReady, bool writesGoOn) => (forecast.EarliestMoment, need) switch
    {
        (null, _) => "When the switch is possible cannot be told before there was a run and a comparison.",
        (_, CutoverNeed.Nothing) => isReady ? "The switch is safe now." : "No run and no comparison is needed before the switch; what else is open is.",
        ({ } moment, _) => $"The earliest safe moment is about {CutoverText.Time(moment)}{(writesGoOn ? ", if writes to existing objects stop now" : "")}.",
    };
}
