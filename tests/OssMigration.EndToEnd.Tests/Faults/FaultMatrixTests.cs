using System.Collections.Concurrent;
using OssMigration.TestKit;
using Xunit;

namespace OssMigration.EndToEnd.Tests.Faults;

/// <summary>
/// Every operation meets every fault that the sandbox, a line and a disk can make: once so that it passes, once so that it lasts.
/// Complete and byte for byte the same, or failed with the reason and complete when the same command is given without the fault.
/// </summary>
public sealed class FaultMatrixTests
{
    // Most of the time a cell waits, for a silent line or a slow one.
    private const int AtATime = 16;

    [Fact]
    public async Task Every_fault_at_every_operation_ends_complete_or_with_its_reason_and_can_be_resumed()
    {
        Alone.Require();
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The disk's faults are Linux's: /dev/full, /sys, RLIMIT_FSIZE.");
        await using SandboxProcess sandbox = await SandboxProcess.StartAsync();
        IReadOnlyList<MatrixCell> cells = FaultMatrix.Cells();
        ConcurrentDictionary<MatrixCell, Tried> tried = new();
        await Parallel.ForEachAsync(
            cells.Where(cell => cell.Empty is null), new ParallelOptions { MaxDegreeOfParallelism = AtATime }, async (cell, _) => tried[cell] = await TryAsync(sandbox, cell));

        foreach (MatrixCell cell in cells.Where(cell => cell.Empty is null))
            Alone.Say($"{cell.Fault.Name,-22} {cell.Operation.Name,-17} {tried[cell]}");
        foreach (IGrouping<string, MatrixCell> reason in cells.Where(cell => cell.Empty is not null).GroupBy(cell => cell.Empty!))
            Alone.Say($"{reason.Count()} empty cells: {reason.Key} ({string.Join(", ", reason.Select(cell => cell.Operation.Name).Distinct())})");
        Alone.Say($"{tried.Count} cells tried, {tried.Values.Sum(cell => cell.Passing.Fired + (cell.Lasting?.Fired ?? 0))} faults fired, {cells.Count - tried.Count} cells are empty.");
        string[] complaints = [.. tried.SelectMany(cell => Complaints(cell.Key, cell.Value))];
        Assert.True(complaints.Length == 0, string.Join('\n', complaints));
        Assert.False(Decoy.WasVisited);
    }

    private static async Task<Tried> TryAsync(SandboxProcess sandbox, MatrixCell cell)
    {
        CellRun run = new(sandbox, cell.Operation, cell.Fault);
        CellResult passing = await run.TryAsync(cell.Fault.Times);
        return new Tried(passing, cell.Fault.IsTriedOnce ? null : await run.TryAsync(int.MaxValue));
    }

    private static IEnumerable<string> Complaints(MatrixCell cell, Tried tried)
    {
        foreach ((string expected, CellResult result) in tried.Lasting is { } lasting ? [(cell.Passing, tried.Passing), (cell.Lasting, lasting)] : new[] { (cell.Passing, tried.Passing) })
        {
            if (result.Fired == 0)
                yield return $"{cell.Fault.Name} at {cell.Operation.Name} never fired";
            if (result.Came != expected)
                yield return $"{cell.Fault.Name} at {cell.Operation.Name}: {result.Came}, and not {expected}";
            if (result.Resumed is not (null or CellScenario.Complete))
                yield return $"{cell.Fault.Name} at {cell.Operation.Name}, resumed: {result.Resumed}";
        }
    }

    private sealed record Tried(CellResult Passing, CellResult? Lasting)
    {
        public override string ToString() => Lasting is null
            ? $"fired {Passing.Fired,3}      {Text(Passing)}"
            : $"fired {Passing.Fired,3} {Lasting.Fired,4} {Text(Passing)}; lasting: {Text(Lasting)}";

        private static string Text(CellResult result) => result.Resumed is null ? result.Came : $"{result.Came}, resumed: {result.Resumed}";
    }
}
