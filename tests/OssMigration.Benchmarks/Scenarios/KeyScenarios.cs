using OssMigration.Benchmarks.Measuring;
using OssMigration.Benchmarks.Running;

namespace OssMigration.Benchmarks.Scenarios;

/// <summary>Work that moves no content: what is migrated already, comparison, and the module's start.</summary>
internal static class KeyScenarios
{
    /// <summary>All of them.</summary>
    public static IReadOnlyList<Scenario> All { get; } =
    [
        new("import", "Import-Module and the first cmdlet", RateUnit.Objects, (turns, say) => Match.PlayAsync(
            new ArenaPlan("flat,count=1,size=1", 1, 1),
            [
                new("first cmdlet", arena => Contestants.Ours(arena, "$null = New-MigrationAddress s3://b -Region us-east-1")),
                new("second cmdlet", arena => Contestants.Ours(arena, "$null = Get-MigrationJob", "$null = New-MigrationAddress s3://b -Region us-east-1")),
            ],
            turns,
            say)),
    ];
}
