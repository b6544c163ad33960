using System.Management.Automation.Language;
using OssMigration.ModuleTests.Support;

namespace OssMigration.ModuleTests;

/// <summary>
/// Every example of the help runs, against the sandbox. Those with cmdlets that only an installed PowerShell has are run by
/// tests/Pester/Help.Tests.ps1; one that needs more than a sandbox says so ("Needs ...") in its remarks.
/// </summary>
public sealed class ExampleTests
{
    private const string KeysFile = "keys.txt";

    private static readonly string Stages = Path.Combine(Layout.Root, "tests", "Pester", "Stages");

    private static readonly Lazy<HashSet<string>> Known = new(() =>
    {
        using Session session = new();
        return [.. session.Run("(Get-Command -Module Microsoft.PowerShell.Core, OssMigration).Name").Succeeded().Output.Select(name => name.ToString()), "Get-Credential"];
    });

    public static TheoryData<string> Cmdlets => [.. HelpFile.Entries.Where(entry => entry.Value.Examples.Any(RunsHere)).Select(entry => entry.Key)];

    [Theory]
    [MemberData(nameof(Cmdlets))]
    public void The_examples_of_a_cmdlet_run_without_error(string cmdlet)
    {
        DirectoryInfo folder = Directory.CreateTempSubdirectory("examples-");
        try
        {
            HelpExample[] examples = [.. HelpFile.Entries[cmdlet].Examples.Where(RunsHere)];
            string script = Write(folder.FullName, cmdlet, examples);

            ShellRun run = ShellRun.Of([script, folder.FullName], ("OSSMIGRATION_HOME", Path.Combine(folder.FullName, "jobs")));

            Assert.Equal("", string.Join('\n', run.Output.Split('\n').Where(line => line.StartsWith("FAILED", StringComparison.Ordinal))));
            Assert.Equal("", run.Error);
            AssertSilent(folder.FullName, run);
            Assert.Equal(examples.Select(example => "ran " + example.Title), run.Output.Split('\n').Where(line => line.StartsWith("ran Example", StringComparison.Ordinal)));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public void Few_examples_need_an_installed_PowerShell_or_more_than_a_sandbox()
    {
        HelpExample[] all = [.. HelpFile.Entries.Values.SelectMany(entry => entry.Examples)];
        HelpExample[] elsewhere = [.. all.Where(example => !RunsHere(example))];

        TestContext.Current.TestOutputHelper!.WriteLine($"{all.Length - elsewhere.Length} examples run here, {elsewhere.Length} do not: {string.Join("; ", elsewhere.Select(example => example.Code.Split('\n')[0]))}");
        Assert.NotEmpty(elsewhere);
        Assert.True(elsewhere.Length * 5 < all.Length, $"{elsewhere.Length} of {all.Length} examples are not run here.");
    }

    private static bool RunsHere(HelpExample example)
    {
        ScriptBlockAst script = Parser.ParseInput(example.Code, out _, out ParseError[] errors);
        Assert.Empty(errors.Select(error => $"{example.Title}: {error.Message}"));
        return !example.Remarks.StartsWith("Needs ", StringComparison.Ordinal)
            && script.FindAll(node => node is CommandAst, searchNestedScriptBlocks: true).Cast<CommandAst>().All(command => Known.Value.Contains(command.GetCommandName()));
    }

    // Nothing of the keys is in what was shown, verbose and debug, nor in any file: journal, manifest, report, snapshot, nor an argument of a process.
    private static void AssertSilent(string folder, ShellRun run)
    {
        string kept = Path.Combine(folder, KeysFile);
        Canary canary = new();
        foreach (string secret in File.ReadAllLines(kept))
            canary.Watch("a key of the sandbox", secret);
        File.Delete(kept);
        Assert.Empty(canary.In(run.Output + run.Error));
        Assert.Empty(canary.InFolder(folder));
    }

    private static string Write(string folder, string cmdlet, IReadOnlyList<HelpExample> examples)
    {
        string own = Path.Combine(Stages, cmdlet + ".ps1");
        List<string> lines =
        [
            "param($folder)",
            "$VerbosePreference = $DebugPreference = $InformationPreference = 'Continue'",
            $". '{Path.Combine(Stages, "Default.ps1")}'", File.Exists(own) ? $". '{own}'" : "",
            "$watched = $sandbox",
        ];
        foreach ((int index, HelpExample example) in examples.Index())
        {
            string file = Path.Combine(folder, $"{index}.ps1");
            File.WriteAllText(file, example.Code);
            string title = CodeGeneration.EscapeSingleQuotedStringContent(example.Title);
            lines.Add($"$Error.Clear(); try {{ . '{file}' }} catch {{ }}; if ($Error) {{ 'FAILED {title}: ' + $Error[0] }} else {{ 'ran {title}' }}");
        }

        lines.Add("if ([System.IO.File]::Exists(\"/proc/$($watched.Pid)/cmdline\")) { [System.IO.File]::ReadAllText(\"/proc/$($watched.Pid)/cmdline\"), [System.IO.File]::ReadAllText(\"/proc/$($watched.Pid)/environ\") }");
        lines.Add($"[System.IO.File]::WriteAllLines(\"$folder/{KeysFile}\", [string[]]@($watched.S3Credential.GetNetworkCredential().Password, $watched.OssCredential.GetNetworkCredential().Password))");
        string script = Path.Combine(folder, "examples.ps1");
        File.WriteAllLines(script, lines);
        return script;
    }
}
