using System.Management.Automation.Language;
using OssMigration.ModuleTests.Support;

namespace OssMigration.ModuleTests;

/// <summary>All scripts of the house are parsed, so that a slip shows where no pwsh is installed.</summary>
public sealed class ScriptsTests
{
    public static TheoryData<string> Scripts => [.. Find(Layout.Root)
        .Where(file => !file.StartsWith("out" + Path.DirectorySeparatorChar, StringComparison.Ordinal))];

    public static TheoryData<string> Runbooks => [.. Directory.GetFiles(Path.Combine(Layout.Module, "runbooks"), "*.ps1").Select(path => Path.GetFileName(path))];

    [Fact]
    public void The_scripts_of_the_house_are_found()
    {
        string[] found = [.. Find(Layout.Root)];

        Assert.Contains("build.ps1", found);
        Assert.Contains("OssMigration.psd1", found);
        Assert.Contains(Path.Combine("src", "OssMigration", "runbooks", "rehearse.ps1"), found);
        Assert.Contains(found, file => file.StartsWith(Path.Combine("tests", "Pester"), StringComparison.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Scripts))]
    public void A_script_parses_without_error(string file)
    {
        Parser.ParseFile(Path.Combine(Layout.Root, file), out _, out ParseError[] errors);

        Assert.Empty(errors.Select(error => $"{error.Extent.StartLineNumber}: {error.Message}"));
    }

    [Theory]
    [MemberData(nameof(Scripts))]
    public void A_script_gives_our_cmdlets_parameters_that_they_have(string file)
    {
        using Session session = new();

        CmdletUses.AssertParametersExist(session, Parser.ParseFile(Path.Combine(Layout.Root, file), out _, out _));
    }

    [Theory]
    [MemberData(nameof(Runbooks))]
    public void A_shipped_runbook_uses_cmdlets_of_Microsoft_PowerShell_Core_and_ours_only(string runbook)
    {
        using Session session = new();
        ScriptBlockAst script = Parser.ParseFile(Path.Combine(Layout.Module, "runbooks", runbook), out _, out _);
        HashSet<string> own = [.. HostCmdlets(runbook), .. script.FindAll(node => node is FunctionDefinitionAst, true).Cast<FunctionDefinitionAst>().Select(function => function.Name)];
        string[] used = [.. script.FindAll(node => node is CommandAst, true).Cast<CommandAst>()
            .Where(command => !IsSibling(command))
            .Select(command => command.GetCommandName() ?? "(computed)")
            .Where(name => !own.Contains(name))
            .Distinct()];

        Assert.NotEmpty(used);
        Assert.All(used, name => Assert.Contains(
            session.Run("(Get-Command $name -CommandType Cmdlet -ErrorAction Ignore).Source", ("name", name)).Succeeded().Output.Select(source => source.ToString()),
            source => source is "Microsoft.PowerShell.Core" or "OssMigration"));
    }

    [Theory]
    [MemberData(nameof(Runbooks))]
    public void A_shipped_runbook_says_what_it_does(string runbook)
    {
        ScriptBlockAst script = Parser.ParseFile(Path.Combine(Layout.Module, "runbooks", runbook), out _, out _);

        CommentHelpInfo help = script.GetHelpContent();

        Assert.False(string.IsNullOrWhiteSpace(help.Synopsis));
        Assert.NotEmpty(help.Examples);
    }

    // Assets of Azure Automation are read by a cmdlet that only its sandbox has.
    private static string[] HostCmdlets(string runbook) => runbook == "azure-automation.ps1" ? ["Get-AutomationPSCredential"] : [];

    // & "$PSScriptRoot/other.ps1": another shipped runbook, which is held to the same rule.
    private static bool IsSibling(CommandAst command)
        => command.CommandElements[0] is ExpandableStringExpressionAst { Value: string path }
            && path.StartsWith("$PSScriptRoot/", StringComparison.Ordinal)
            && File.Exists(Path.Combine(Layout.Module, "runbooks", path["$PSScriptRoot/".Length..]));

    private static IEnumerable<string> Find(string root)
    {
        string[] skipped = ["bin", "obj", ".git", "node_modules", "out"];
        return new DirectoryInfo(root).EnumerateDirectories()
            .Where(folder => !skipped.Contains(folder.Name))
            .SelectMany(folder => folder.EnumerateFiles("*.ps*1", SearchOption.AllDirectories))
            .Concat(new DirectoryInfo(root).EnumerateFiles("*.ps*1"))
            .Select(file => Path.GetRelativePath(root, file.FullName))
            .Where(file => !file.Split(Path.DirectorySeparatorChar).Intersect(skipped).Any())
            .Order(StringComparer.Ordinal);
    }
}
