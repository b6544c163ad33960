using System.Collections.Concurrent;
using OssMigration.Core.Reporting;
using Xunit;

namespace OssMigration.Cluster.Tests;

/// <summary>Keeps what it is told.</summary>
internal sealed class Told : IRunListener
{
    private readonly ConcurrentQueue<RunEvent> _events = new();

    public IReadOnlyCollection<RunEvent> Events => _events;

    public ProgressSnapshot? Progress { get; private set; }

    public void OnProgress(ProgressSnapshot snapshot) => Progress = snapshot;

    public void OnEvent(RunEvent happened) => _events.Enqueue(happened);

    public void OnItem(MigrationItem item)
    {
    }

    /// <summary>Waits for an event whose text holds this.</summary>
    public Task UntilAsync(string text) => Eventually.TrueAsync(() => _events.Any(happened => happened.Message.Contains(text, StringComparison.Ordinal)), () => $"an event with '{text}'; there were: {this}");

    public override string ToString() => string.Join('\n', _events.Select(happened => $"{happened.Level}: {happened.Message}"));
}

/// <summary>Waits for what must come.</summary>
internal static class Eventually
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);

    public static Task TrueAsync(Func<bool> condition, string what) => TrueAsync(condition, () => what);

    public static Task TrueAsync(Func<bool> condition, Func<string> what) => TrueAsync(() => Task.FromResult(condition()), what);

    public static Task TrueAsync(Func<Task<bool>> condition, string what) => TrueAsync(condition, () => what);

    public static async Task TrueAsync(Func<Task<bool>> condition, Func<string> what)
    {
        using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(Limit);
        using PeriodicTimer timer = new(TimeSpan.FromMilliseconds(20));
        try
        {
            while (!await condition())
                await timer.WaitForNextTickAsync(limit.Token);
        }
        catch (OperationCanceledException) when (!TestContext.Current.CancellationToken.IsCancellationRequested)
        {
            Assert.Fail($"Did not come: {what()}");
        }
    }
}
