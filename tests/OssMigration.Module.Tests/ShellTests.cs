using System.Diagnostics;
using OssMigration.ModuleTests.Support;

namespace OssMigration.ModuleTests;

public sealed class ShellTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("ossmigration-shell-").FullName;

    [Theory]
    [InlineData("'fine'", 0)]
    [InlineData("exit 7", 7)]
    [InlineData("throw 'no'", 1)]
    [InlineData("try { throw 'no' } catch { 'caught' }", 0)]
    [InlineData("Get-MigrationJob no-such-job; 'after'", 0)]
    [InlineData("$ErrorActionPreference = 'Stop'; Get-MigrationJob no-such-job; 'after'", 1)]
    [InlineData("if ($true) { exit 3 }; 'after'", 3)]
    [InlineData("try { exit 4 } finally { 'cleaned up' }", 4)]
    public void A_script_gives_its_exit_code(string script, int code)
    {
        ShellRun run = ShellRun.Of([Script(script)]);

        Assert.Equal(code, run.ExitCode);
    }

    [Theory]
    [InlineData("1 + 1", 0)]
    [InlineData("exit 5", 5)]
    [InlineData("throw 'no'", 1)]
    [InlineData("Get-MigrationJob no-such-job", 1)]
    [InlineData("if (", 1)]
    public void A_command_gives_its_exit_code(string command, int code)
    {
        ShellRun run = ShellRun.Of(["-Command", command]);

        Assert.Equal(code, run.ExitCode);
        Assert.Equal(code == 1, run.Error.Length > 0);
    }

    [Fact]
    public void At_the_prompt_a_runbook_is_begun_by_its_name_and_keys_are_asked_for()
    {
        ShellRun move = ShellRun.Of(["-Command", "seamless-migration -Job no-such-job; exit $LASTEXITCODE"]);
        ShellRun keys = ShellRun.Of(["-Command", "$keys = Get-Credential -UserName AKID; \"$($keys.UserName) $($keys.Password.Length)\""], "secret\n");

        Assert.Equal(1, move.ExitCode);
        Assert.Contains("There is no job 'no-such-job' yet", move.Output, StringComparison.Ordinal);
        Assert.Contains("AKID 6", keys.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", keys.Output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_script_gets_its_arguments_as_they_were_typed()
    {
        string script = Script("""
            param([string] $Name, [switch] $Loud, [switch] $Quiet, [Parameter(ValueFromRemainingArguments)] [string[]] $Rest)
            "$Name|$Loud|$Quiet|$($Rest -join ',')"
            """);

        ShellRun run = ShellRun.Of([script, "-Name", "it's $HOME", "-Loud", "-Quiet:$false", "two words", "`x"]);

        Assert.Equal("it's $HOME|True|False|two words,`x", run.Output.Trim());
    }

    [Fact]
    public void A_path_with_spaces_and_quotes_is_run()
    {
        string folder = Directory.CreateDirectory(Path.Combine(_folder, "it's a folder")).FullName;
        string path = Path.Combine(folder, "run me.ps1");
        File.WriteAllText(path, "'ran'");

        Assert.Equal("ran", ShellRun.Of([path]).Output.Trim());
    }

    [Fact]
    public void Errors_go_to_the_error_stream_and_output_does_not()
    {
        ShellRun run = ShellRun.Of([Script("'output'; Get-MigrationJob no-such-job; 'more'")]);

        Assert.Equal(["output", "more"], run.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));
        Assert.Contains("There is no job 'no-such-job'.", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void It_reports_nothing_to_the_makers_of_PowerShell()
    {
        ShellRun run = ShellRun.Of([Script("[Microsoft.PowerShell.Telemetry.ApplicationInsightsTelemetry]::CanSendTelemetry")], ("POWERSHELL_TELEMETRY_OPTOUT", null));

        Assert.Equal("False", run.Output.Trim());
    }

    [Fact]
    public void Without_a_terminal_nothing_is_coloured()
    {
        ShellRun run = ShellRun.Of([Script("\"$($PSStyle.Foreground.Red)red$($PSStyle.Reset)\"; Get-MigrationJob no-such-job; New-MigrationAddress s3://bucket; throw 'x'")]);

        Assert.Contains("red", run.Output, StringComparison.Ordinal);
        Assert.DoesNotContain('\u001b', run.Output);
        Assert.DoesNotContain('\u001b', run.Error);
    }

    [Fact]
    public void A_name_that_is_neither_script_nor_runbook_is_a_clear_error()
    {
        ShellRun run = ShellRun.Of(["no-such-runbook"]);

        Assert.Equal(64, run.ExitCode);
        Assert.Contains("no-such-runbook", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void The_prompt_reads_commands_and_ends_with_exit()
    {
        ShellRun run = ShellRun.Of([], "1 + 1\nfunction Twice($n) {\n  2 * $n\n}\n\nTwice 21\nthrow 'goes on'\n(Get-Module OssMigration).Name\nexit 9\n");

        Assert.Equal(9, run.ExitCode);
        Assert.Equal(["2", "42", "OssMigration"], run.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Skip(1));
        Assert.Contains("goes on", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void The_prompt_ends_with_its_input()
    {
        Assert.Equal(0, ShellRun.Of([], "1 + 1\n").ExitCode);
    }

    [Fact]
    public void A_question_that_nobody_can_answer_is_an_error()
    {
        ShellRun run = ShellRun.Of([Script("""
            $ErrorActionPreference = 'Stop'
            $job = New-MigrationJob asked-job s3://source oss://destination
            Remove-MigrationJob $job
            """)], ("OSSMIGRATION_HOME", _folder));

        Assert.Equal(1, run.ExitCode);
        Assert.Contains("nobody to answer", run.Error, StringComparison.Ordinal);
        Assert.NotEmpty(Directory.GetDirectories(_folder, "asked-job", SearchOption.AllDirectories));
    }

    [Fact]
    public void A_signal_to_end_stops_the_script_which_cleans_up()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no SIGTERM.");
        string mark = Path.Combine(_folder, "cleaned-up");
        using Process process = ShellRun.Begin([Script($"try {{ 'begun'; while ($true) {{ [System.Threading.Thread]::Yield() | Out-Null }} }} finally {{ [System.IO.File]::WriteAllText('{mark}', 'yes') }}")]);
        Assert.Equal("begun", process.StandardOutput.ReadLine());

        Assert.Equal(0, Signals.Send(process.Id, Signals.Terminate));

        ShellRun run = ShellRun.End(process);
        Assert.Equal(143, run.ExitCode);
        Assert.True(File.Exists(mark));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private string Script(string text)
    {
        string path = Path.Combine(_folder, Path.GetRandomFileName() + ".ps1");
        File.WriteAllText(path, text);
        return path;
    }
}
