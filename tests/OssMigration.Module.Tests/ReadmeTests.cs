using System.Management.Automation.Language;
using System.Text.RegularExpressions;
using OssMigration.ModuleTests.Support;

namespace OssMigration.ModuleTests;

/// <summary>The README's PowerShell runs as it stands, against a sandbox that answers to the addresses that it names.</summary>
public sealed partial class ReadmeTests
{
    private const string Runbook = "seamless-migration.ps1";
    private const string ByHand = "Set-OssMirrorRule -Job";

    private static readonly string Readme = File.ReadAllText(Path.Combine(Layout.Root, "README.md"));

    private static string[] Blocks => [.. PowerShellBlock().Matches(Readme).Select(block => block.Groups[1].Value)];

    // The five steps are there twice: a job is moved by one of them.
    [Theory]
    [InlineData(Runbook, ByHand)]
    [InlineData(ByHand, Runbook)]
    public void Its_PowerShell_moves_a_bucket(string used, string leftOut)
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("readme-");
        try
        {
            string[] blocks = [.. Blocks.Where(block => !block.Contains(leftOut, StringComparison.Ordinal))];
            Assert.Equal(Blocks.Length - 1, blocks.Length);

            ShellRun run = ShellRun.Of([Write(folder.FullName, blocks), folder.FullName], ("OSSMIGRATION_HOME", Path.Combine(folder.FullName, "jobs")));

            Assert.True(run is { ExitCode: 0, Error: "" }, $"{used}: {run}");
            Assert.True(Enumerable.Range(0, blocks.Length).All(index => run.Output.Contains($"begins {index}\n", StringComparison.Ordinal)), $"{run}");
            Assert.True(run.Output.Contains("The source is deleted by rule ossmigration-my-move.", StringComparison.Ordinal), $"{run}");
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public void It_names_every_cmdlet_and_no_other()
    {
        Assert.All(HelpFile.Entries.Keys, name => Assert.Contains($"`{name}`", Readme, StringComparison.Ordinal));
        Assert.Empty(CmdletNames.Unknown(Readme));
    }

    [Fact]
    public void Its_files_and_its_PowerShell_are_there_and_right()
    {
        Assert.All(LinkedFile().Matches(Readme).Select(link => link.Groups[1].Value), file => Assert.True(File.Exists(Path.Combine(Layout.Root, file)), file));
        Assert.All(Blocks, block =>
        {
            Parser.ParseInput(block, out _, out ParseError[] errors);
            Assert.Empty(errors.Select(error => error.Message));
        });
    }

    private static string Write(string folder, string[] blocks)
    {
        List<string> lines = ["param($folder)", $". '{Path.Combine(Layout.Root, "tests", "Pester", "Stages", "Readme.ps1")}'"];
        foreach ((int index, string block) in blocks.Index())
        {
            string file = Path.Combine(folder, $"{index}.ps1");
            File.WriteAllText(file, block);
            if (index == blocks.Length - 1)
                lines.Add("Get-SourceLifecycle my-move | ForEach-Object { \"The source is deleted by rule $($_.RuleId).\" }");
            lines.Add($"'begins {index}'; . '{file}'");
        }

        string script = Path.Combine(folder, "readme.ps1");
        File.WriteAllLines(script, lines);
        return script;
    }

    [GeneratedRegex(@"(?s)```powershell\n(.*?)```")]
    private static partial Regex PowerShellBlock();

    [GeneratedRegex(@"\]\((?!https?://)([^)#]+)\)")]
    private static partial Regex LinkedFile();
}
