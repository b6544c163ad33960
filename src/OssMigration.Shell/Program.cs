using OssMigration.Shell;

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
