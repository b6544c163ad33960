using System.Collections.Concurrent;
using System.Runtime.Versioning;
using OssMigration.Core.Jobs;
using OssMigration.Core.RemoteState;
using OssMigration.Core.Reporting;
using OssMigration.Core.Stores;
using OssMigration.Core.Tests.RemoteState;
using OssMigration.TestKit;
using Xunit;

namespace OssMigration.Core.Tests.Jobs;

/// <summary>Journals, manifests and everything beside them are their owner's alone, from the moment they are made.</summary>
[UnsupportedOSPlatform("windows")]
public sealed class PrivateFilesTests
{
    private const UnixFileMode OfFiles = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    // Pages of a store that lists out of order, chosen keys, an upload in parts: each has files of its own.
    [Fact]
    public async Task Every_file_of_a_job_is_0600_and_every_folder_0700_while_it_runs_and_after()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "There are no such rights.");
        using EngineBench bench = new(new MemoryStoreOptions { PageSize = 5 });
        for (int i = 0; i < 40; i++)
            bench.Source.Seed($"key {i:D2}", $"content {i}");
        bench.Source.Seed("large", EngineBench.Noise(3 << 20));
        ConcurrentDictionary<string, UnixFileMode> seen = new();
        bench.DestinationSpy.After = (_, _, _) => Look(bench.Home, seen);
        bench.SourceSpy.After = (_, _, _) => Look(bench.Home, seen);
        bench.FaultySource.Plan(StoreOperation.List, Fault.UnorderedPage());
        bench.FaultyDestination.Plan(StoreOperation.Put, Fault.Throw(StoreErrorKind.AccessDenied), "key 07");
        bench.CreateForParts();

        MigrationReport first = await bench.RunAsync(cancellationToken: TestContext.Current.CancellationToken);
        MigrationReport sorted = await bench.RunAsync(cancellationToken: TestContext.Current.CancellationToken);
        await bench.RunOverAsync(["key 01", "key 07"], TestContext.Current.CancellationToken);
        await bench.StartAsync(new RunOptions { FailedOnly = true }, TestContext.Current.CancellationToken);
        await bench.CompareAsync();
        await Look(bench.Home, seen);

        Assert.Equal((RunStatus.CompleteWithExceptions, RunStatus.Complete), (first.Status, sorted.Status));
        foreach (string name in (string[])["journal.db", "journal.db-wal", "lock", "scratch", "manifest"])
            Assert.Contains(name, seen.Keys.Select(path => Path.GetFileName(path)));
        AssertPrivate(seen);
    }

    [Fact]
    public async Task What_is_restored_from_elsewhere_is_private_too()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "There are no such rights.");
        using StateBench bench = new();
        for (int i = 0; i < 50; i++)
            bench.Source.Seed($"key {i:D2}", $"content {i}");
        Machine first = bench.NewMachineWithJob();
        await first.RunAsync();
        bench.LetLeaseRunOut();
        Machine second = bench.NewMachine();

        await second.RunAsync();

        ConcurrentDictionary<string, UnixFileMode> seen = new();
        await Look(second.Home, seen);
        Assert.Contains("journal.db", seen.Keys.Select(path => Path.GetFileName(path)));
        AssertPrivate(seen);
    }

    private static ValueTask Look(string home, ConcurrentDictionary<string, UnixFileMode> seen)
    {
        foreach (string path in Directory.EnumerateFileSystemEntries(home, "*", SearchOption.AllDirectories))
        {
            try
            {
                // A file that is wrong once stays wrong.
                UnixFileMode mode = File.GetUnixFileMode(path);
                seen.AddOrUpdate(path, mode, (_, known) => known | mode);
            }
            catch (IOException)
            {
                // It was scratch.
            }
        }

        return default;
    }

    private static void AssertPrivate(ConcurrentDictionary<string, UnixFileMode> seen)
        => Assert.Empty(seen.Where(entry => (entry.Value & ~UnixFileMode.UserExecute) != OfFiles).Select(entry => $"{entry.Key}: {entry.Value}"));
}
