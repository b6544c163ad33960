using System.Management.Automation;
using System.Text;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace OssMigration.Shell;

/// <summary>
/// The terminal, or what stands for it: text and progress that do not tear each other. Where the output is no terminal
/// nothing but plain lines comes out.
/// </summary>
internal sealed class Screen
{
    private const int DefaultWidth = 120;
    private const int DefaultHeight = 50;

    private readonly IAnsiConsole _console;
    private readonly TextWriter _out;
    private readonly TextWriter _error;
    private readonly LiveProgress _progress;
    private readonly Lock _gate = new();
    private readonly StringBuilder _line = new();

    /// <summary>Makes a screen over two writers.</summary>
    public Screen(TextWriter output, TextWriter error, bool isTerminal, bool isErrorTerminal)
    {
        _out = output;
        _error = error;
        IsTerminal = isTerminal;
        ErrorSupportsColour = isErrorTerminal;
        _console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = isTerminal ? AnsiSupport.Yes : AnsiSupport.No,
            Out = new AnsiConsoleOutput(output),
        });
        _progress = new LiveProgress(_console);
    }

    /// <summary>Whether output goes to a terminal that understands escape sequences.</summary>
    public bool IsTerminal { get; }

    /// <summary>Whether text may be coloured: on a terminal, unless NO_COLOR is set.</summary>
    public bool SupportsColour => IsTerminal && Environment.GetEnvironmentVariable("NO_COLOR") is null or "";

    /// <summary>The same for the error stream.</summary>
    public bool ErrorSupportsColour { get; }

    /// <summary>Columns.</summary>
    public int Width => IsTerminal && Console.WindowWidth > 0 ? Console.WindowWidth : DefaultWidth;

    /// <summary>Rows.</summary>
    public int Height => IsTerminal && Console.WindowHeight > 0 ? Console.WindowHeight : DefaultHeight;

    /// <summary>The screen of this process.</summary>
    public static Screen ForConsole()
    {
        bool isDumb = Environment.GetEnvironmentVariable("TERM") == "dumb";
        return new Screen(Console.Out, Console.Error, !Console.IsOutputRedirected && !isDumb, !Console.IsErrorRedirected && !isDumb);
    }

    /// <summary>Writes text that may end in the middle of a line.</summary>
    public void Write(string text)
    {
        lock (_gate)
        {
            if (!_progress.IsShown)
            {
                _out.Write(text);
                _out.Flush();
                return;
            }

            // Above a progress block only whole lines can be written.
            _line.Append(text);
            int end = _line.ToString().LastIndexOf('\n') + 1;
            if (end == 0)
                return;
            _console.Write(new RawText(ErasingLines(_line.ToString(0, end))));
            _line.Remove(0, end);
        }
    }

    /// <summary>Writes whole lines to the error stream.</summary>
    public void WriteError(string text)
    {
        lock (_gate)
        {
            if (_progress.IsShown && ErrorSupportsColour)
            {
                _console.Write(new RawText(ErasingLines(text)));
                return;
            }

            _error.Write(text);
            _error.Flush();
        }
    }

    // The text is written over the progress block, of which nothing may be left beside shorter lines.
    private static string ErasingLines(string text) => text.Replace("\n", "\e[K\n", StringComparison.Ordinal);

    /// <summary>Shows where work stands, or removes it where the record says that it is completed.</summary>
    public void ShowProgress(ProgressRecord record)
    {
        lock (_gate)
        {
            if (!IsTerminal)
                return;
            _progress.Show(record);
            if (!_progress.IsShown)
                WriteHeldBack();
        }
    }

    /// <summary>Removes all progress.</summary>
    public void EndProgress()
    {
        lock (_gate)
        {
            _progress.End();
            WriteHeldBack();
        }
    }

    /// <summary>A line of input; null at its end.</summary>
    public string? ReadLine()
    {
        EndProgress();
        return Console.ReadLine();
    }

    /// <summary>A line that is not shown.</summary>
    public string ReadSecret()
    {
        EndProgress();
        if (Console.IsInputRedirected)
            return Console.ReadLine() ?? "";
        StringBuilder secret = new();
        for (ConsoleKeyInfo key = Console.ReadKey(intercept: true); key.Key != ConsoleKey.Enter; key = Console.ReadKey(intercept: true))
        {
            if (key.Key == ConsoleKey.Backspace && secret.Length > 0)
                secret.Length--;
            else if (!char.IsControl(key.KeyChar))
                secret.Append(key.KeyChar);
        }

        Write(Environment.NewLine);
        return secret.ToString();
    }

    /// <summary>Clears a terminal.</summary>
    public void Clear()
    {
        if (IsTerminal)
            _console.Clear();
    }

    private void WriteHeldBack()
    {
        if (_line.Length == 0)
            return;
        _out.Write(_line.ToString());
        _out.Flush();
        _line.Clear();
    }

    /// <summary>Text that brings its own escape sequences and is neither measured nor wrapped.</summary>
    private sealed class RawText(string text) : IRenderable
    {
        /// <inheritdoc/>
        public Measurement Measure(RenderOptions options, int maxWidth) => new(0, 0);

        /// <inheritdoc/>
        public IEnumerable<Segment> Render(RenderOptions options, int maxWidth) => [Segment.Control(text)];
    }
}
