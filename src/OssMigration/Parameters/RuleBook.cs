using System.Collections;
using System.Collections.Concurrent;
using OssMigration.Core.Mirroring;
using OssMigration.Core.Stores;

namespace OssMigration.Parameters;

/// <summary>The mirroring rules of buckets, as they were when this session last looked at them with Get-OssMirrorRule. A rule is known by prefix and suffix.</summary>
internal static class RuleBook
{
    private static readonly ConcurrentDictionary<string, StandingRule[]> Rules = new(StringComparer.Ordinal);

    /// <summary>Remembers the rules of a bucket.</summary>
    public static void Note(StoreAddress destination, MirrorRuleSet rules) => Rules[NameOf(destination)] = [.. rules.Mirrors];

    /// <summary>A property of the rules of the job that is typed, or of all that are known; empty ones left out.</summary>
    /// <param name="given">The parameters that are typed already.</param>
    /// <param name="property">Prefix or suffix.</param>
    public static IEnumerable<(string Text, string Meaning)> Find(IDictionary given, Func<StandingRule, string?> property)
    {
        string? job = (given["Job"] ?? given["Name"] ?? given["JobName"])?.ToString();
        string? bucket = job is { Length: > 0 } ? NameOf(ModuleEngine.Current.GetJob(job).Job.Destination) : null;
        return Rules.Where(seen => bucket is null || seen.Key == bucket)
            .SelectMany(seen => seen.Value.Select(property).OfType<string>().Where(text => text.Length > 0).Distinct().Select(text => (text, $"A mirroring rule of {seen.Key}")));
    }

    private static string NameOf(StoreAddress destination) => $"{destination.Bucket} {destination.Endpoint}".TrimEnd();
}
