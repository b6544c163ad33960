using System.Diagnostics;
using OssMigration.TestKit;

namespace OssMigration.Benchmarks.Running;

/// <summary>Watches the servers while a contestant runs: how many objects it has written, four times a second.</summary>
internal sealed class WriteWatch : IAsyncDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan Climb = TimeSpan.FromSeconds(10);

    private readonly CancellationTokenSource _stop = new();
    private readonly List<(TimeSpan At, long Written)> _seen = [];
    private readonly SandboxProcess _servers;
    private readonly Task _watching;

    /// <summary>Begins to watch.</summary>
    public WriteWatch(SandboxProcess servers)
    {
        _servers = servers;
        _watching = Task.Run(WatchAsync);
    }

    /// <summary>Objects a second from the 10th second after the first write until the last one; null where there were none then.</summary>
    public async Task<double?> SteadyRateAsync()
    {
        await _stop.CancelAsync();
        await _watching;
        int first = _seen.FindIndex(seen => seen.Written > 0);
        if (first < 0)
            return null;
        int last = _seen.FindIndex(seen => seen.Written == _seen[^1].Written);
        int from = _seen.FindIndex(seen => seen.At >= _seen[first].At + Climb);
        return from >= 0 && from < last ? (_seen[last].Written - _seen[from].Written) / (_seen[last].At - _seen[from].At).TotalSeconds : null;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _watching;
        _stop.Dispose();
    }

    private async Task WatchAsync()
    {
        long begun = Stopwatch.GetTimestamp();
        using PeriodicTimer timer = new(Interval);
        try
        {
            while (await timer.WaitForNextTickAsync(_stop.Token))
            {
                SandboxStatistics statistics = await _servers.GetStatisticsAsync();
                _seen.Add((Stopwatch.GetElapsedTime(begun), statistics.S3["PutObject"] + statistics.Oss["PutObject"]));
            }
        }
        catch (OperationCanceledException)
        {
        }
    }
}
