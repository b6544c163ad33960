namespace OssMigration.Shell;

/// <summary>What the Shell was asked to do.</summary>
internal enum ShellTask
{
    Prompt,
    Script,
    Command,
    Help,
}

/// <summary>The command line of the Shell.</summary>
/// <param name="Kind">What to do.</param>
/// <param name="Text">The script's path or name, or the command's text.</param>
/// <param name="Arguments">What the script gets.</param>
internal sealed record ShellOptions(ShellTask Kind, string Text, IReadOnlyList<string> Arguments)
{
    public const string Usage = """
        The OssMigration Shell: PowerShell with the module loaded, where no pwsh is installed.

          (nothing)                   a prompt
          NAME [arguments]            runs a shipped runbook, for example: rehearse
          PATH.ps1 [arguments]        runs a script and returns its exit code
          -Command TEXT               runs a text
          -Help                       this text
        """;

    /// <summary>Reads the command line.</summary>
    /// <exception cref="ArgumentException">It makes no sense; the message says why.</exception>
    public static ShellOptions Parse(IReadOnlyList<string> arguments)
    {
        if (arguments.Count == 0)
            return new ShellOptions(ShellTask.Prompt, "", []);
        string first = arguments[0];
        switch (first.ToLowerInvariant())
        {
            case "-help" or "--help" or "-h" or "-?":
                return new ShellOptions(ShellTask.Help, "", []);
            case "-command" or "-c" or "--command":
                return arguments.Count > 1
                    ? new ShellOptions(ShellTask.Command, string.Join(' ', arguments.Skip(1)), [])
                    : throw new ArgumentException("-Command wants a text.");
            case "-file" or "-f" or "--file":
                return arguments.Count > 1
                    ? new ShellOptions(ShellTask.Script, arguments[1], [.. arguments.Skip(2)])
                    : throw new ArgumentException("-File wants the path of a script.");
        }

        return first.StartsWith('-')
            ? throw new ArgumentException($"Unknown option {first}.{Environment.NewLine}{Usage}")
            : new ShellOptions(ShellTask.Script, first, [.. arguments.Skip(1)]);
    }
}
