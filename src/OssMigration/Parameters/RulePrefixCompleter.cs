using System.Collections;
using System.Collections.Concurrent;
using OssMigration.Core.Mirroring;
using OssMigration.Core.Stores;

namespace OssMigration.Parameters;

/// <summary>Completes prefixes of mirroring rules, as the bucket's were when this session last looked at them with Get-OssMirrorRule.</summary>
public sealed class RulePrefixCompleter : WordCompleter
{
    private static readonly ConcurrentDictionary<string, string[]> Prefixes = new(StringComparer.Ordinal);

    /// <summary>Remembers the rules of a bucket.</summary>
    internal static void Note(StoreAddress destination, MirrorRuleSet rules)
        => Prefixes[NameOf(destination)] = [.. rules.Mirrors.Select(rule => rule.Prefix).Where(prefix => prefix.Length > 0)];

    /// <inheritdoc/>
    private protected override IEnumerable<(string Text, string Meaning)> Words(IDictionary given)
    {
        string? job = (given["Job"] ?? given["Name"] ?? given["JobName"])?.ToString();
        string? bucket = job is { Length: > 0 } ? NameOf(ModuleEngine.Current.GetJob(job).Job.Destination) : null;
        return Prefixes.Where(seen => bucket is null || seen.Key == bucket)
            .SelectMany(seen => seen.Value.Select(prefix => (prefix, $"A mirroring rule of {seen.Key}")));
    }

    private static string NameOf(StoreAddress destination) => $"{destination.Bucket} {destination.Endpoint}".TrimEnd();
}
