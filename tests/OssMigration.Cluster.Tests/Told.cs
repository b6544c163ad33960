using System.Collections.Concurrent;
using OssMigration.Core.Reporting;

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
