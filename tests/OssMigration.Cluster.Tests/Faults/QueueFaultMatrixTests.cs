using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using OssMigration.Core.Reporting;
using OssMigration.Core.Slices;
using OssMigration.TestKit;
using Xunit;

namespace OssMigration.Cluster.Tests.Faults;

/// <summary>
/// The queue's column of the fault matrix: every operation at the broker, of a coordinator and of its one worker, meets every fault
/// that a line can make. The worker and the run go on by themselves, the job ends complete, and both sides hold the same.
/// </summary>
[Collection(nameof(OneBroker))]
public sealed class QueueFaultMatrixTests
{
    private const int Objects = 400;
    private const int AtATime = 16;

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_fault_at_every_operation_at_the_broker_is_got_over_by_both_ends()
    {
        Broker.RequireAlone();
        await using SandboxProcess sandbox = await SandboxProcess.StartAsync();
        IReadOnlyList<QueueCell> cells = QueueFaultMatrix.Cells();
        ConcurrentDictionary<QueueCell, string> tried = new();
        await Parallel.ForEachAsync(
            cells.Where(cell => cell.Empty is null), new ParallelOptions { MaxDegreeOfParallelism = AtATime, CancellationToken = Token }, async (cell, _) => tried[cell] = await TryAsync(sandbox, cell));

        foreach (QueueCell cell in cells.Where(cell => cell.Empty is null))
            Alone.Say($"{cell.Name,-18} {cell.End,-11} {cell.Operation.Name,-8} {tried[cell]}");
        foreach (IGrouping<string, QueueCell> reason in cells.Where(cell => cell.Empty is not null).GroupBy(cell => cell.Empty!))
            Alone.Say($"{reason.Count()} empty cells: {reason.Key} ({string.Join(", ", reason.Select(cell => cell.Operation.Name).Distinct())})");
        Alone.Say($"{tried.Count} cells tried, {cells.Count - tried.Count} cells are empty.");
        string[] complaints = [.. tried.Where(cell => !cell.Value.StartsWith("complete", StringComparison.Ordinal)).Select(cell => $"{cell.Key.Name} at {cell.Key.End} {cell.Key.Operation.Name}: {cell.Value}")];
        Assert.True(complaints.Length == 0, string.Join('\n', complaints));
    }

    private static async Task<string> TryAsync(SandboxProcess sandbox, QueueCell cell)
    {
        long begun = Stopwatch.GetTimestamp();
        Told told = new();
        await using SharedJob shared = await SharedJob.StartAsync(new SandboxBucket { Synthetic = $"flat,count={Objects},size=100" }, sandbox: sandbox);
        QueuePlan fault = new(cell.Fault, cell.Operation, cell.Operation.IsOfLaterConnections ? 2 : 1);
        QueuePlan[] plans = cell.Operation.IsOfLaterConnections ? [new QueuePlan(QueueFault.ResetBefore, QueueOperation.First), fault] : [fault];
        await using QueueLine line = new(shared.Broker.Address.Port, plans);
        QueueAddress faulty = shared.Broker.Address with { Port = line.Port };
        try
        {
            Task<MigrationReport> run = shared.CoordinateAsync(told, address: cell.End == QueueEnd.Coordinator ? faulty : null);
            WorkerOptions options = new() { Bounds = new SliceBounds(TimeSpan.FromMilliseconds(200), 40, TimeSpan.FromSeconds(2)) };
            Task<WorkerSummary> worker = shared.Work(options, told, cell.End == QueueEnd.Worker ? faulty : null);
            if (await Task.WhenAny(run, worker).WaitAsync(Patience, Token) == worker && !run.IsCompleted && !worker.IsCompletedSuccessfully)
                await worker;
            MigrationReport report = await run.WaitAsync(Patience, Token);
            WorkerSummary summary = await worker.WaitAsync(Patience, Token);
            if (report.Status != RunStatus.Complete || !report.Reconciled || report.Listed.Objects != Objects)
                return $"{report.Status}: {report.Reason}, listed {report.Listed.Objects}";
            if (summary.Reason != "The job has ended.")
                return $"the worker: {summary.Reason}";
            await shared.AssertSameAsync(Objects);
        }
        catch (Exception exception) when (!Token.IsCancellationRequested)
        {
            return $"{exception.GetType().Name}: {exception.Message}; {told}";
        }

        return fault.HasFired ? string.Create(CultureInfo.InvariantCulture, $"complete in {Stopwatch.GetElapsedTime(begun).TotalSeconds:F1} s") : "never fired";
    }
}
