using System.Diagnostics;

namespace OssMigration.ModuleTests.Support;

/// <summary>A run of the Shell as a process, without a terminal.</summary>
internal sealed record ShellRun(int ExitCode, string Output, string Error)
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(3);

    /// <summary>All that it showed, for a test that fails.</summary>
    public override string ToString() => $"The Shell ended with {ExitCode}, and showed:\n{Output}{Error}";

    /// <summary>Runs the Shell to its end.</summary>
    public static ShellRun Of(IEnumerable<string> arguments, params (string Name, string? Value)[] environment) => Of(arguments, "", environment);

    /// <summary>Runs a Shell that lies elsewhere.</summary>
    public static ShellRun OfProgram(string program, IEnumerable<string> arguments)
    {
        using Process process = Begin(program, arguments, []);
        process.StandardInput.Close();
        return End(process);
    }

    /// <summary>Runs the Shell to its end with text for its input.</summary>
    public static ShellRun Of(IEnumerable<string> arguments, string input, params (string Name, string? Value)[] environment)
    {
        using Process process = Begin(arguments, environment);
        process.StandardInput.Write(input);
        process.StandardInput.Close();
        return End(process);
    }

    /// <summary>Begins a run.</summary>
    public static Process Begin(IEnumerable<string> arguments, params (string Name, string? Value)[] environment)
        => Begin(Layout.Shell, arguments, environment);

    private static Process Begin(string program, IEnumerable<string> arguments, (string Name, string? Value)[] environment)
    {
        ProcessStartInfo start = new("dotnet", ["exec", program, .. arguments])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach ((string name, string? value) in environment)
            start.Environment[name] = value;
        return Process.Start(start)!;
    }

    /// <summary>Waits for the end of a run.</summary>
    public static ShellRun End(Process process)
    {
        Task<string> error = process.StandardError.ReadToEndAsync();
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        if (!process.WaitForExit(Limit))
        {
            process.Kill(entireProcessTree: true);
            Assert.Fail($"The Shell did not end within {Limit}.");
        }

        return new ShellRun(process.ExitCode, output.GetAwaiter().GetResult(), error.GetAwaiter().GetResult());
    }
}
