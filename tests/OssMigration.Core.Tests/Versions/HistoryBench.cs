using System.Text;
using OssMigration.Core.Jobs;
using OssMigration.Core.Stores;
using OssMigration.Core.Tests.Jobs;
using OssMigration.TestKit;
using Xunit;

namespace OssMigration.Core.Tests.Versions;

/// <summary>An engine bench with versioning at both ends and a job that copies histories.</summary>
internal static class HistoryBench
{
    public static EngineBench Make(MemoryStoreOptions? source = null, MemoryStoreOptions? destination = null, TimeProvider? time = null) => new(
        (source ?? new MemoryStoreOptions()) with { Versioning = BucketVersioning.Enabled },
        destination ?? new MemoryStoreOptions { Versioning = BucketVersioning.Enabled },
        time);

    public static MigrationJob CreateForHistories(this EngineBench bench, Func<MigrationJob, MigrationJob>? change = null)
        => bench.CreateForParts(job => (change ?? (same => same))(job with { Versions = VersionScope.All }));

    /// <summary>Writes versions at the source, oldest first; null deletes.</summary>
    public static void SeedHistory(this MemoryStore store, string key, params byte[]?[] contents)
    {
        foreach (byte[]? content in contents)
        {
            if (content is null)
                store.SeedDeleteMarker(key);
            else
                store.Seed(key, content);
        }
    }

    public static void SeedHistory(this MemoryStore store, string key, params string?[] texts)
        => store.SeedHistory(key, [.. texts.Select(text => text is null ? null : Encoding.UTF8.GetBytes(text))]);

    /// <summary>Five versions and two delete markers, the last of them current.</summary>
    public static string?[] FiveVersions { get; } = ["one", "second", null, "third", "third", "fifth and last", null];

    public static void AssertSame(EngineBench bench)
    {
        Assert.Equal(bench.Source.KeysWithHistory, bench.Destination.KeysWithHistory);
        foreach (string key in bench.Source.KeysWithHistory)
            Assert.Equal(Texts(bench.Source, key), Texts(bench.Destination, key));
    }

    public static IReadOnlyList<string?> Texts(MemoryStore store, string key)
        => [.. store.History(key).Select(version => version is null ? null : Convert.ToHexString(version.Content.AsSpan(0, Math.Min(50, version.Content.Length))) + version.Content.Length)];
}
