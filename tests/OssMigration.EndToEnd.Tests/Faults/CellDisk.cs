using Microsoft.Data.Sqlite;
using OssMigration.TestKit;
using Xunit;

namespace OssMigration.EndToEnd.Tests.Faults;

/// <summary>A run on a disk that fails.</summary>
internal sealed class CellDisk(CellBench bench, CellScenario scenario, DiskFault fault)
{
    // More than the journal's log has at its beginning, less than it gets with the first objects.
    private const int KiBytesThatFit = 48;

    private string Log => Path.Join(bench.JobFolder, "journal.db-wal");

    private string Manifests => Path.Join(bench.JobFolder, "manifest");

    /// <summary>With the failing disk, and once more when it has been put right.</summary>
    public async Task<CellResult> TryAsync(bool isManifest) => fault switch
    {
        DiskFault.Full => await WithLinkAsync(Log, "/dev/full"),
        DiskFault.ReadOnly when isManifest => await WithFolderAsync(),
        DiskFault.ReadOnly => await WithLinkAsync(Log, "/sys/kernel/journal.db-wal"),
        DiskFault.Fills => await InLittleRoomAsync(),
        _ => await WhileLockedAsync(),
    };

    private async Task<CellResult> WithLinkAsync(string path, string target)
    {
        File.Delete(path);
        File.CreateSymbolicLink(path, target);
        string came = await scenario.AttemptAsync();
        File.Delete(path);
        return await ResumedAsync(1, came);
    }

    private async Task<CellResult> WithFolderAsync()
    {
        Directory.Delete(Manifests);
        Directory.CreateSymbolicLink(Manifests, "/sys/kernel");
        string came = await scenario.AttemptAsync();
        Directory.Delete(Manifests);
        Directory.CreateDirectory(Manifests);
        return await ResumedAsync(1, came);
    }

    private async Task<CellResult> InLittleRoomAsync()
    {
        using ShellProcess run = ShellProcess.StartWithin(
            KiBytesThatFit, bench.Environment.Home, bench.Sandbox.S3Keys, bench.Sandbox.OssKeys,
            $"try {{ $ErrorActionPreference = 'Stop'; exit (Start-OssMigration {CellBench.JobName}).ExitCode }} catch {{ \"error $($_.FullyQualifiedErrorId)\"; exit 1 }}");
        int exitCode = await run.WaitAsync();
        string? error = run.Output.Split('\n').FirstOrDefault(line => line.StartsWith("error ", StringComparison.Ordinal));
        return await ResumedAsync(exitCode == 1 ? 1 : 0, error is null ? $"exit code {exitCode}: {run.Output}" : $"stopped: {error["error ".Length..].Split(',')[0].Trim()}");
    }

    private async Task<CellResult> WhileLockedAsync()
    {
        using CancellationTokenSource end = new();
        Task<int> locking = LockAgainAndAgainAsync(end.Token);
        string came = await scenario.AttemptAsync();
        await end.CancelAsync();
        return new CellResult(await locking, came, null);
    }

    private async Task<int> LockAgainAndAgainAsync(CancellationToken end)
    {
        int locked = 0;
        await using SqliteConnection connection = new($"Data Source={Path.Join(bench.JobFolder, "journal.db")};Pooling=False");
        connection.Open();
        while (!end.IsCancellationRequested)
        {
            await using (SqliteTransaction transaction = connection.BeginTransaction(deferred: false))
            {
                locked++;
                await Task.Delay(150, CancellationToken.None);
            }

            await Task.Delay(20, CancellationToken.None);
        }

        return locked;
    }

    private async Task<CellResult> ResumedAsync(int fired, string came)
        => new(fired, came, came == CellScenario.Complete ? null : await scenario.AttemptAsync());
}
