using OssMigration.TestKit;

namespace OssMigration.EndToEnd.Tests.Faults;

/// <summary>What came of a fault at an operation.</summary>
/// <param name="Fired">How often it came.</param>
/// <param name="Came">What came of it.</param>
/// <param name="Resumed">What came of the same command without it; null where there was nothing to resume.</param>
internal sealed record CellResult(int Fired, string Came, string? Resumed);

/// <summary>Tries one cell in a sandbox that other cells use at the same time.</summary>
internal sealed class CellRun(SandboxProcess sandbox, MatrixOperation operation, MatrixFault fault)
{
    /// <summary>With a fault that comes so often, and then once more without it where it did harm.</summary>
    public async Task<CellResult> TryAsync(int times)
    {
        await using CellBench bench = await CellBench.StartAsync(sandbox, fault);
        CellScenario scenario = new(bench, operation.Scenario);
        await scenario.PrepareAsync();
        LinePlan? plan = fault.LineFaultFor(operation) is { } onLine ? bench.Line(operation).Plan(onLine, operation.IsMeant, times) : null;
        if (fault.InSandbox is not null)
            await sandbox.AddFaultsAsync(InSandbox(Prefix(bench), times == int.MaxValue ? -1 : times));
        if (fault.OnDisk != DiskFault.None)
            return await new CellDisk(bench, scenario, fault.OnDisk).TryAsync(isManifest: operation.Name == "manifest");
        int before = bench.Line(operation).Count(operation.IsMeant);

        string came = await scenario.AttemptAsync();

        int fired = plan?.Fired ?? (fault.InSandbox is not null ? await FiredAsync(Prefix(bench)) : bench.Line(operation).Count(operation.IsMeant) - before);
        if (came == CellScenario.Complete)
            return new CellResult(fired, came, null);
        bench.SourceLine.Clear();
        bench.DestinationLine.Clear();
        if (fault.InSandbox is not null)
            await sandbox.ClearFaultsAsync(Prefix(bench));
        return new CellResult(fired, came, await scenario.AttemptAsync());
    }

    private string Prefix(CellBench bench) => operation.Scenario == MatrixScenario.Snapshot ? bench.PrefixOfState : bench.Prefix;

    private SandboxFault InSandbox(string prefix, int times) => new()
    {
        Side = operation.Side == SandboxSide.S3 ? "s3" : "oss",
        Kind = fault.InSandbox!,
        Operation = operation.Request,
        KeyPrefix = prefix,
        Value = fault.Value,
        Times = times,
    };

    private async Task<int> FiredAsync(string prefix) => (await sandbox.GetFaultsAsync()).Where(planned => planned.KeyPrefix == prefix).Sum(planned => planned.Fired);
}
