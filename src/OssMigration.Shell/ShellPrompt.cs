using System.Management.Automation.Language;

namespace OssMigration.Shell;

/// <summary>The prompt: reads commands and runs them until <c>exit</c> or the end of the input.</summary>
internal sealed class ShellPrompt(ShellSession session)
{
    private readonly ILineReader _reader = Console.IsInputRedirected || !session.Host.Screen.IsTerminal
        ? new PlainLineReader(session.Host.Screen)
        : new LineEditor(session);

    /// <summary>Runs the prompt and returns the exit code.</summary>
    public int Run()
    {
        session.Host.UI.WriteLine("OssMigration Shell. 'Get-Command -Module OssMigration' shows what there is, 'exit' leaves.");
        while (session.Host.ExitCode is null && Read() is { } text)
        {
            if (text.Trim().Length > 0)
                session.RunText(text);
        }

        return session.Host.ExitCode ?? ExitCodes.Success;
    }

    private string? Read()
    {
        string prompt = session.Evaluate("\"$($ExecutionContext.SessionState.Path.CurrentLocation)\"") as string ?? "";
        string? text = _reader.Read($"OSS {prompt}> ");
        while (text is not null && IsUnfinished(text))
        {
            if (_reader.Read(">> ") is not { } more || more.Length == 0)
                break;
            text += Environment.NewLine + more;
        }

        return text;
    }

    private static bool IsUnfinished(string text)
    {
        Parser.ParseInput(text, out _, out ParseError[] errors);
        return errors.Any(error => error.IncompleteInput);
    }
}
