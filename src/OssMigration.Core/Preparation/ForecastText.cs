using System.Globalization;
using OssMigration.Core.Jobs;
using OssMigration.Core.Throttling;

namespace OssMigration.Core.Preparation;

/// <summary>Says a forecast in words and figures, in decimal units, as lines and clouds are sold.</summary>
internal static class ForecastText
{
    private const int MostPassesSaid = 10;

    private static readonly string[] Units = ["bytes", "kB", "MB", "GB", "TB", "PB", "EB"];

    /// <summary>The result: <c>320 TB in 25 days needs 1.19 Gbit/s; 250 - 50 Mbit/s needs 148 days, during which 3.0 TB arrive.</c></summary>
    public static string Summary(ForecastRequest request, Forecast forecast)
    {
        string size = Size(request.Bytes);
        string wish = request.Days is { } days ? $"{size} in {Days(days)} needs {Rate(forecast.NeededBytesPerSecond!.Value)}" : "";
        if (forecast.Duration is not { } duration)
            return wish + ".";
        string growth = request.DailyBytes > 0 ? $", during which {Size(forecast.ArrivingBytes)} arrive" : "";
        return $"{(wish.Length > 0 ? wish + "; " : size + ": ")}{Line(request.Job, forecast.BytesPerSecond!.Value)} needs {Span(duration.TotalSeconds)}{growth}.";
    }

    /// <summary>The arithmetic, a step a line.</summary>
    public static IReadOnlyList<string> Arithmetic(ForecastRequest request, Forecast forecast)
    {
        List<string> steps = [];
        if (forecast.Estimate is { } estimate)
            steps.Add($"The source holds {Estimate(estimate)}.");
        steps.Add($"To move: {Size(request.Bytes)} in {Number(request.Objects)} objects, {Size(request.Objects == 0 ? 0 : (double)request.Bytes / request.Objects)} each on average.");
        if (request.Days is { } days)
            steps.Add($"The wish: {Size(request.Bytes)} in {Days(days)} needs {Size(request.Bytes)} x 8 bits / ({Plain(days)} x 86,400 s) = {Rate(forecast.NeededBytesPerSecond!.Value)}.");
        if (forecast.BytesPerSecond is { } rate)
            steps.AddRange(LineSteps(request, forecast, rate));
        ForecastRequests asked = forecast.Requests;
        steps.Add($"Requests to the source: {Number(asked.SourceLists)} lists (each pass lists everything, 1,000 keys a page), {Number(asked.SourceReads)} reads.");
        steps.Add($"Requests to the destination: {Number(asked.DestinationLists)} lists, {Number(asked.DestinationWrites)} writes (objects up to {Binary(request.Job.SinglePutLimit)} in one, larger ones in parts of {Binary(request.Job.PartSize)}).");
        return steps;
    }

    /// <summary>What a source holds, and how good the figure is.</summary>
    public static string Estimate(SourceEstimate estimate) => estimate.IsExact
        ? $"{Number(estimate.Objects)} objects with {Size(estimate.Bytes)}, counted in {Number(estimate.Pages)} pages of its listing"
        : $"about {Number(estimate.Objects)} objects with {Size(estimate.Bytes)}, estimated from {Number(estimate.Pages)} pages of its listing: "
            + $"{Number(estimate.MinimumObjects)} to {Number(estimate.MaximumObjects)} objects and {Size(estimate.MinimumBytes)} to {Size(estimate.MaximumBytes)}, by how much the parts that were looked at differ";

    /// <summary>Bytes in decimal units: <c>320 TB</c>, <c>3.0 TB</c>.</summary>
    public static string Size(double bytes)
    {
        int unit = 0;
        while (bytes >= 999.5 && unit < Units.Length - 1)
        {
            bytes /= 1000;
            unit++;
        }

        return bytes.ToString(unit == 0 || bytes >= 9.95 ? "0" : "0.0", CultureInfo.InvariantCulture) + " " + Units[unit];
    }

    /// <summary>A rate in bits: <c>1.19 Gbit/s</c>.</summary>
    public static string Rate(double bytesPerSecond)
    {
        (double value, string unit) = Bits(bytesPerSecond);
        return $"{Figure(value)} {unit}";
    }

    /// <summary>A span in the unit that fits: <c>148 days</c>, <c>18 minutes</c>.</summary>
    public static string Span(double seconds)
    {
        (double value, string unit) = seconds switch
        {
            >= 2 * 86400 => (seconds / 86400, "days"),
            >= 2 * 3600 => (seconds / 3600, "hours"),
            >= 120 => (seconds / 60, "minutes"),
            _ => (seconds, "seconds"),
        };
        return value.ToString(value >= 9.95 ? "0" : "0.#", CultureInfo.InvariantCulture) + " " + unit;
    }

    /// <summary>A count with separators.</summary>
    public static string Number(double value) => value.ToString("N0", CultureInfo.InvariantCulture);

    /// <summary>A figure with at most two decimals.</summary>
    public static string Plain(double value) => value.ToString("#,0.##", CultureInfo.InvariantCulture);

    private static IEnumerable<string> LineSteps(ForecastRequest request, Forecast forecast, double rate)
    {
        yield return $"The line: {Line(request.Job, rate)} = {Size(rate)} a second = {Size(rate * 86400)} a day.";
        double seconds = forecast.Duration!.Value.TotalSeconds;
        bool isHeldByObjects = seconds > request.Bytes / rate * 1.01 && request.Job.MaxObjectsPerSecond is not null;
        string arithmetic = isHeldByObjects
            ? $"{Number(request.Objects)} objects / {request.Job.MaxObjectsPerSecond} a second"
            : $"{Size(request.Bytes)} / {Size(rate)} a second";
        yield return $"Full migration: {arithmetic} = {Number(seconds)} s = {Span(seconds)}.";
        if (request.DailyBytes > 0)
            yield return $"Meanwhile arrive: {Size(request.DailyBytes)} a day x {Plain(Math.Round(seconds / 86400, 1))} days = {Size(forecast.ArrivingBytes)} in {Number(forecast.ArrivingObjects)} objects.";
        else
            yield return "Growth: none was given, so no increment is reckoned. Give -DailyGrowth where the business writes meanwhile.";
        foreach (ForecastPass pass in forecast.Passes.Skip(1).Take(MostPassesSaid))
            yield return $"Increment {pass.Number - 1}: what arrived during the pass before, {Size(pass.Bytes)} in {Number(pass.Objects)} objects, takes {Span(pass.Duration.TotalSeconds)}.";
        if (forecast.Passes.Count - 1 > MostPassesSaid)
            yield return $"... and so on, to increment {forecast.Passes.Count - 1} with {Size(forecast.Passes[^1].Bytes)} in {Span(forecast.Passes[^1].Duration.TotalSeconds)}.";
        yield return $"Cut-over is possible after {Span(forecast.CutoverAfter!.Value.TotalSeconds)}"
            + (forecast.Passes.Count > 1 ? $", when an increment takes no longer than {Span(request.Interval.TotalSeconds)}." : ".");
        double besides = Besides(request);
        yield return $"These figures count content. Headers, framing and listings take about {Plain(Math.Round(besides * 100, 1))} % of the line besides: with them the full migration takes {Span(seconds * (1 + besides))}.";
    }

    private static double Besides(ForecastRequest request)
        => request.Bytes == 0 ? 0 : (1.0 / 24) + ((double)request.Objects * (TrafficCost.Header + TrafficCost.ListedEntry) / request.Bytes);

    private static string Line(MigrationJob job, double average)
    {
        if (job is { LinkBytesPerSecond: { } link, ReserveBytesPerSecond: { } reserve })
        {
            (double whole, string unit) = Bits(link);
            (double kept, string same) = Bits(reserve);
            return unit == same ? $"{Figure(whole)} - {Figure(kept)} {unit}" : $"{Rate(link)} - {Rate(reserve)}";
        }

        return job.Schedule is null ? Rate(average) : $"the timetable ({Rate(average)} on average)";
    }

    private static (double Value, string Unit) Bits(double bytesPerSecond) => (bytesPerSecond * 8) switch
    {
        >= 999.5e6 and var bits => (bits / 1e9, "Gbit/s"),
        >= 999.5e3 and var bits => (bits / 1e6, "Mbit/s"),
        var bits => (bits / 1e3, "kbit/s"),
    };

    private static string Figure(double value) => value.ToString(value >= 99.95 ? "0" : value >= 9.995 ? "0.#" : "0.##", CultureInfo.InvariantCulture);

    private static string Days(double days) => days == 1 ? "1 day" : Plain(days) + " days";

    private static string Binary(long bytes) => Plain(Math.Round(bytes / (1024.0 * 1024), 1)) + " MiB";
}
