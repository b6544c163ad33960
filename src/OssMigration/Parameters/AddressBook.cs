using System.Collections.Concurrent;
using System.Diagnostics;
using OssMigration.Core.Jobs;
using OssMigration.Core.Stores;

namespace OssMigration.Parameters;

/// <summary>The URIs of addresses that this process has seen. A job's never change, so each job is read once.</summary>
internal static class AddressBook
{
    // A key press must not wait for a hundred jobs: what is not read now is read at the next.
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(40);

    private static readonly ConcurrentDictionary<string, bool> Seen = new(StringComparer.Ordinal);
    private static readonly ConcurrentDictionary<(string Home, string Job), string[]> OfJobs = new();

    /// <summary>Remembers an address.</summary>
    public static void Note(StoreAddress address) => Seen[address.Uri] = true;

    /// <summary>All that are known, in order.</summary>
    public static IReadOnlyList<string> Find()
    {
        EngineEnvironment environment = ModuleEngine.Environment;
        MigrationEngine engine = new(environment);
        long start = Stopwatch.GetTimestamp();
        List<string> found = [.. Seen.Keys];
        foreach (string job in engine.GetJobNames())
        {
            if (!OfJobs.TryGetValue((environment.Home, job), out string[]? addresses) && Stopwatch.GetElapsedTime(start) < Patience)
                addresses = OfJobs[(environment.Home, job)] = Read(engine, job);
            found.AddRange(addresses ?? []);
        }

        return [.. found.Distinct().Order(StringComparer.Ordinal)];
    }

    private static string[] Read(MigrationEngine engine, string name)
    {
        try
        {
            MigrationJob job = engine.GetJob(name).Job;
            return [job.Source.Uri, job.Destination.Uri];
        }
        catch (JobStateException)
        {
            return [];
        }
    }
}
