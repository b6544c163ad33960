using OssMigration.Shell;

// The PowerShell engine would report its use to its maker, and cost a fifth of the start for that.
Environment.SetEnvironmentVariable("POWERSHELL_TELEMETRY_OPTOUT", "1");

ShellOptions options;
try
{
    options = ShellOptions.Parse(args);
}
catch (ArgumentException e)
{
    Console.Error.WriteLine(e.Message);
    return ExitCodes.Usage;
}

if (options.Kind == ShellTask.Help)
{
    Console.WriteLine(ShellOptions.Usage);
    return ExitCodes.Success;
}

using ShellSession session = new();
return session.Open() ? session.Run(options) : ExitCodes.Error;
