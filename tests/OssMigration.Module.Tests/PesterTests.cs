using System.Management.Automation.Language;
using OssMigration.ModuleTests.Support;

namespace OssMigration.ModuleTests;

/// <summary>
/// The tests for Pester, run in the Shell by a stand-in for it where they use Core cmdlets only, so that they are known to hold before
/// somebody runs them in an installed PowerShell.
/// </summary>
public sealed class PesterTests
{
    private static readonly string Folder = Path.Combine(Layout.Root, "tests", "Pester");
    private static readonly string[] Pester = ["Describe", "It", "BeforeAll", "AfterAll", "Should", "Open-Stage", "Close-Stage", "Import-BuiltModule"];

    private static readonly Lazy<HashSet<string>> Known = new(() =>
    {
        using Session session = new();
        return [.. session.Run("(Get-Command -Module Microsoft.PowerShell.Core, OssMigration).Name").Succeeded().Output.Select(name => name.ToString()), .. Pester];
    });

    public static TheoryData<string> Files => [.. Directory.GetFiles(Folder, "*.Tests.ps1").Where(RunsHere).Select(file => Path.GetFileName(file))];

    [Theory]
    [MemberData(nameof(Files))]
    public void A_file_passes(string file)
    {
        DirectoryInfo home = Directory.CreateTempSubdirectory("pester-");
        try
        {
            ShellRun run = ShellRun.Of(
                [Path.Combine(AppContext.BaseDirectory, "Support", "PesterStandIn.ps1"), Path.Combine(Folder, file), Folder], ("OSSMIGRATION_HOME", home.FullName));

            string[] lines = run.Output.Split('\n');
            Assert.Equal("", string.Join('\n', lines.Where(line => line.StartsWith("FAILED", StringComparison.Ordinal))));
            Assert.Equal("", run.Error);
            Assert.Equal(Count(file), lines.Count(line => line.StartsWith("passed ", StringComparison.Ordinal)));
            Assert.Contains("ended", lines);
        }
        finally
        {
            home.Delete(recursive: true);
        }
    }

    [Fact]
    public void There_is_one_file_for_each_cmdlet_and_none_for_what_is_no_cmdlet()
    {
        string[] named = [.. Directory.GetFiles(Folder, "*-*.Tests.ps1").Select(file => Path.GetFileName(file).Replace(".Tests.ps1", "", StringComparison.Ordinal))];

        Assert.Equal(HelpFile.Entries.Keys.Order(StringComparer.Ordinal), named.Order(StringComparer.Ordinal));
    }

    private static bool RunsHere(string file)
        => Commands(file).All(command => command.InvocationOperator != TokenKind.Unknown || Known.Value.Contains(command.GetCommandName() ?? ""));

    private static int Count(string file) => Commands(Path.Combine(Folder, file)).Count(command => command.GetCommandName() == "It");

    private static IEnumerable<CommandAst> Commands(string file)
        => Parser.ParseFile(file, out _, out _).FindAll(node => node is CommandAst, searchNestedScriptBlocks: true).Cast<CommandAst>();
}
