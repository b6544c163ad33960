namespace OssMigration.Benchmarks.Measuring;

/// <summary>One measured run.</summary>
/// <param name="Work">Time from the first request to the last, as the contestant says; the process's own time where it does not.</param>
/// <param name="Cpu">The client's CPU during that work.</param>
/// <param name="Wall">Time of the whole process.</param>
/// <param name="WholeCpu">The client's CPU from start to end of the process.</param>
/// <param name="PeakMemory">Bytes.</param>
/// <param name="Requests">Requests that the servers got.</param>
/// <param name="ServerCpu">CPU of the servers during the run.</param>
internal sealed record Sample(TimeSpan Work, TimeSpan Cpu, TimeSpan Wall, TimeSpan WholeCpu, long PeakMemory, long Requests, TimeSpan ServerCpu)
{
    /// <summary>Objects written a second, from the 10th second after the first write to the last; null where it was over by then.</summary>
    public double? SteadyRate { get; init; }
}

/// <summary>All runs of a contestant in a scenario.</summary>
/// <param name="Contestant">Its name.</param>
/// <param name="Objects">Objects (or keys) that a run works through.</param>
/// <param name="Bytes">Bytes that a run works through.</param>
/// <param name="Samples">The runs.</param>
internal sealed record Series(string Contestant, long Objects, long Bytes, IReadOnlyList<Sample> Samples)
{
    /// <summary>What stands behind the name of a contestant where a scenario has several rounds: <c>, flat</c> of <c>ours, flat</c>; else nothing.</summary>
    public string Round => Contestant.IndexOf(", ", StringComparison.Ordinal) is > 0 and var at ? Contestant[at..] : "";

    /// <summary>Median of the time of the work, in seconds.</summary>
    public double Seconds => Median(sample => sample.Work.TotalSeconds);

    /// <summary>Objects a second by the median time.</summary>
    public double ObjectsPerSecond => Objects / Seconds;

    /// <summary>Bytes a second by the median time.</summary>
    public double BytesPerSecond => Bytes / Seconds;

    /// <summary>Median of the client's CPU an object, in microseconds.</summary>
    public double MicrosecondsPerObject => Median(sample => sample.Cpu.TotalMicroseconds) / Math.Max(1, Objects);

    /// <summary>Most memory of all runs, in bytes.</summary>
    public long PeakMemory => Samples.Max(sample => sample.PeakMemory);

    /// <summary>Median of the requests.</summary>
    public double Requests => Median(sample => sample.Requests);

    /// <summary>Median of the servers' CPU, in seconds.</summary>
    public double ServerSeconds => Median(sample => sample.ServerCpu.TotalSeconds);

    /// <summary>Median of the objects a second from the 10th second on; null where no run took so long.</summary>
    public double? SteadyRate => Samples.All(sample => sample.SteadyRate is not null) ? Median(sample => sample.SteadyRate!.Value) : null;

    /// <summary>The middle value, or the mean of the two middle ones.</summary>
    public double Median(Func<Sample, double> value)
    {
        double[] sorted = [.. Samples.Select(value).Order()];
        int middle = sorted.Length / 2;
        return sorted.Length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }
}
