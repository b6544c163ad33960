using OssMigration.Benchmarks.Measuring;
using OssMigration.Benchmarks.Running;

namespace OssMigration.Benchmarks.Scenarios;

/// <summary>One thing that is measured, by name.</summary>
/// <param name="Name">On the command line and in the tables.</param>
/// <param name="Title">What it is, for people.</param>
/// <param name="Unit">What its rate counts: objects or bytes.</param>
/// <param name="Play">Runs all its contestants so many times.</param>
internal sealed record Scenario(string Name, string Title, RateUnit Unit, Func<int, Action<string>, Task<IReadOnlyList<Series>>> Play);

/// <summary>What a rate counts.</summary>
internal enum RateUnit
{
    /// <summary>Objects a second.</summary>
    Objects,

    /// <summary>Bytes a second.</summary>
    Bytes,
}
