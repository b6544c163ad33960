using System.Diagnostics;
using OssMigration.Benchmarks.Measuring;
using OssMigration.Benchmarks.Running;

namespace OssMigration.Benchmarks.Scenarios;

/// <summary>
/// The module's start. The Shell imports the module before anything can be timed in it, so a copy of the Shell is given an
/// empty module in its place, and imports ours when the clock runs.
/// </summary>
internal static class ImportScenario
{
    private const string FirstCmdlet = "$null = New-MigrationAddress s3://b -Region us-east-1";
    private const string SecondCmdlet = "$null = Get-MigrationJob";
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(1);

    /// <summary>The scenario.</summary>
    public static Scenario Import { get; } = new("import", "Import-Module and the first cmdlets, in the Shell", RateUnit.Objects, (turns, say) =>
    {
        string import = $"Import-Module '{Path.Combine(House.Root, "out", "OssMigration", "OssMigration.psd1")}'";
        return Match.PlayAsync(
            new ArenaPlan("flat,count=1,size=1", 1, 1),
            [
                new("import", arena => Run(arena, "", import)),
                new("first cmdlet", arena => Run(arena, import, FirstCmdlet)),
                new("second cmdlet", arena => Run(arena, $"{import}; {FirstCmdlet}", SecondCmdlet)),
            ],
            turns,
            say);
    });

    private static ChildResult Run(Arena arena, string before, string script)
    {
        ProcessStartInfo start = new("dotnet");
        start.ArgumentList.Add(ShellWithoutModule(arena.Folder));
        start.ArgumentList.Add("-Command");
        start.ArgumentList.Add(Contestants.Timed($"$ErrorActionPreference = 'Stop'; {before}", script) + "\nif (-not (Get-Command New-MigrationAddress)) { throw 'It was not imported.' }");
        start.Environment["OSSMIGRATION_HOME"] = Path.Combine(arena.Folder, "home");
        return ChildRun.Run(start, Limit);
    }

    private static string ShellWithoutModule(string folder)
    {
        string module = Directory.CreateDirectory(Path.Combine(folder, "out", "OssMigration")).FullName;
        File.WriteAllText(Path.Combine(module, "OssMigration.psd1"), "@{ ModuleVersion = '0.0.1' }");

        // The Shell takes a manifest without this file for one of a clone that is not built. The manifest does not name it.
        File.WriteAllText(Path.Combine(module, "OssMigration.dll"), "");
        string shell = Path.GetDirectoryName(House.Shell)!;
        foreach (string file in Directory.EnumerateFiles(shell, "*", SearchOption.AllDirectories))
        {
            string copy = Path.Combine(folder, "shell", Path.GetRelativePath(shell, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }

        return Path.Combine(folder, "shell", Path.GetFileName(House.Shell));
    }
}
