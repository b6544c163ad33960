using OssMigration.Core.Jobs;
using OssMigration.Core.Reporting;
using OssMigration.Core.Throttling;

namespace OssMigration.Core.Preparation;

/// <summary>
/// Reckons how long a move takes. The line is taken for what holds it back: the full pass takes bytes by rate, each increment is what
/// arrived during the pass before, and cut-over is possible after the first increment that takes no longer than the interval.
/// </summary>
public static class Forecaster
{
    private const double Day = 24 * 3600;
    private const int MostPasses = 1000;
    private const double Longest = 1000 * 365.25 * Day;
    private const double PageSize = 1000;

    /// <summary>Makes a forecast.</summary>
    /// <exception cref="JobOptionException">The limits contradict each other.</exception>
    /// <exception cref="RefusedException">
    /// ForecastNoRate: neither line nor wish; ForecastGrowthOutrunsLine: more arrives than the line carries;
    /// ForecastTooLong: over a thousand years; ForecastDoesNotConverge: increments shrink too slowly.
    /// </exception>
    /// <exception cref="ArgumentException">A number that cannot be.</exception>
    public static Forecast Forecast(ForecastRequest request)
    {
        Check(request);
        LimitPlan plan = JobLimits.Of(request.Job);
        bool hasLine = plan.Schedule is not null || plan.Always.BytesPerSecond is not null;
        if (!hasLine && request.Days is null)
            throw new RefusedException("ForecastNoRate", "Nothing says what the line carries.", "Give -MaxBandwidth, -LinkBandwidth with -ReserveForBusiness, or -Schedule; or -Days, to learn what it needs.");
        LineCapacity? line = hasLine ? new LineCapacity(plan, request.Start) : null;
        List<ForecastPass> passes = line is null ? [] : Passes(request, line);
        TimeSpan? cutover = passes.Count == 0 ? null : passes[^1].StartsAfter + passes[^1].Duration;
        Forecast forecast = new()
        {
            Summary = "",
            Arithmetic = [],
            Objects = request.Objects,
            Bytes = request.Bytes,
            BytesPerSecond = line?.BytesPerSecond,
            NeededBytesPerSecond = request.Bytes / (request.Days * Day),
            Duration = passes.Count == 0 ? null : passes[0].Duration,
            ArrivingBytes = passes.Count == 0 ? 0 : Arriving(request.DailyBytes, passes[0]),
            ArrivingObjects = passes.Count == 0 ? 0 : Arriving(DailyObjects(request), passes[0]),
            Passes = passes,
            CutoverAfter = cutover,
            CutoverAt = cutover is null ? null : request.Start + cutover,
            Requests = Requests(request, passes),
            Estimate = request.Estimate,
        };
        return forecast with { Summary = ForecastText.Summary(request, forecast), Arithmetic = ForecastText.Arithmetic(request, forecast) };
    }

    /// <summary>Objects a day; where only bytes are known, of the present average size.</summary>
    internal static double DailyObjects(ForecastRequest request)
        => request.DailyObjects ?? (request.Bytes == 0 ? 0 : request.DailyBytes * ((double)request.Objects / request.Bytes));

    private static void Check(ForecastRequest request)
    {
        if (request.Bytes < 0 || request.Objects < 0 || request.DailyBytes < 0 || request.DailyObjects < 0)
            throw new ArgumentException("Sizes and counts are 0 or more.");
        if (request.Objects == 0 && request.Bytes > 0)
            throw new ArgumentException("There are bytes and no objects. Give the number of objects: requests are reckoned from it.");
        if (request.Days is <= 0 or > 36525 or double.NaN)
            throw new ArgumentException($"Days is {request.Days}; more than 0 and at most 36525 is possible.");
        if (request.Interval <= TimeSpan.Zero || request.Interval > TimeSpan.FromDays(1))
            throw new ArgumentException($"Interval is {request.Interval}; more than zero and at most one day is possible.");
        List<string> problems = [.. JobLimits.Problems(request.Job)];
        if (problems.Count > 0)
            throw new JobOptionException(problems);
    }

    private static List<ForecastPass> Passes(ForecastRequest request, LineCapacity line)
    {
        double dailyObjects = DailyObjects(request);
        RefuseOutrun(request, dailyObjects, line);
        List<ForecastPass> passes = [];
        double start = 0, bytes = request.Bytes, objects = request.Objects;
        while (true)
        {
            double seconds = line.SecondsFor(bytes, objects, start);
            if (start + seconds > Longest)
            {
                throw new RefusedException(
                    "ForecastTooLong", $"{ForecastText.Size(request.Bytes)} would take more than a thousand years at {ForecastText.Rate(line.BytesPerSecond)}.", "Give the line more, or check the figures.");
            }

            passes.Add(new ForecastPass(passes.Count + 1, Whole(bytes), Whole(objects), TimeSpan.FromSeconds(start), TimeSpan.FromSeconds(seconds)));
            bool isGrowing = request.DailyBytes > 0 || dailyObjects > 0;
            if (!isGrowing || (passes.Count > 1 && seconds <= request.Interval.TotalSeconds))
                return passes;
            if (passes.Count == MostPasses)
            {
                throw new RefusedException(
                    "ForecastDoesNotConverge",
                    $"{ForecastText.Size(request.DailyBytes)} a day are so near to what the line carries ({ForecastText.Size(line.BytesPerSecond * Day)} a day) that after {MostPasses} passes an increment still takes {ForecastText.Span(seconds)}.",
                    "Give the line more.");
            }

            start += seconds;
            bytes = request.DailyBytes * seconds / Day;
            objects = dailyObjects * seconds / Day;
        }
    }

    private static void RefuseOutrun(ForecastRequest request, double dailyObjects, LineCapacity line)
    {
        if (request.DailyBytes > 0 && request.DailyBytes >= line.BytesPerSecond * Day)
        {
            throw new RefusedException(
                "ForecastGrowthOutrunsLine",
                $"{ForecastText.Size(request.DailyBytes)} arrive a day and {ForecastText.Rate(line.BytesPerSecond)} carries {ForecastText.Size(line.BytesPerSecond * Day)} a day: the move would never end.",
                $"It needs more than {ForecastText.Rate(request.DailyBytes / Day)} for what arrives alone.");
        }

        if (dailyObjects > 0 && dailyObjects >= line.ObjectsPerSecond * Day)
        {
            throw new RefusedException(
                "ForecastGrowthOutrunsLine",
                $"{ForecastText.Number(dailyObjects)} objects arrive a day and {ForecastText.Plain(line.ObjectsPerSecond)} objects a second make {ForecastText.Number(line.ObjectsPerSecond * Day)} a day: the move would never end.",
                $"It needs more than {ForecastText.Plain(dailyObjects / Day)} objects a second for what arrives alone.");
        }
    }

    private static ForecastRequests Requests(ForecastRequest request, List<ForecastPass> passes)
    {
        TransferLoad each = request.Estimate is { Objects: > 0 } found
            ? new TransferLoad(1, 0, (double)found.Reads / found.Objects, (double)found.Writes / found.Objects)
            : new ObjectCutting(request.Job.SinglePutLimit, request.Job.PartSize).Of(request.Objects == 0 ? 0 : request.Bytes / request.Objects);
        double copied = passes.Count == 0 ? request.Objects : passes.Sum(pass => (double)pass.Objects);
        double lists = 0, there = request.Objects;
        for (int i = 0; i < Math.Max(1, passes.Count); i++)
        {
            lists += Math.Max(1, Math.Ceiling(there / PageSize));
            if (i + 1 < passes.Count)
                there += passes[i + 1].Objects;
        }

        return new ForecastRequests(Whole(lists), Whole(copied * each.Reads), Whole(lists), Whole(copied * each.Writes));
    }

    private static long Arriving(double daily, ForecastPass pass) => Whole(daily * pass.Duration.TotalDays);

    private static long Whole(double value) => value >= long.MaxValue ? long.MaxValue : (long)Math.Round(value);
}
