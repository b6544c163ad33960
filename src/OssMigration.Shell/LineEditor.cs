using System.Management.Automation;
using System.Text;

namespace OssMigration.Shell;

/// <summary>Reads a line with editing keys, history (up, down) and completion (Tab).</summary>
internal sealed class LineEditor(ShellSession session) : ILineReader
{
    private readonly List<string> _history = [];
    private readonly StringBuilder _text = new();
    private Completions? _completions;
    private string _prompt = "";
    private int _cursor;
    private int _recalled;
    private int _rowsAbove;

    /// <inheritdoc/>
    public string? Read(string prompt)
    {
        _prompt = prompt;
        _text.Clear();
        _cursor = 0;
        _rowsAbove = 0;
        _recalled = _history.Count;
        Console.TreatControlCAsInput = true;
        try
        {
            Draw();
            return Edit();
        }
        finally
        {
            Console.TreatControlCAsInput = false;
        }
    }

    private string? Edit()
    {
        while (true)
        {
            ConsoleKeyInfo key = Console.ReadKey(intercept: true);
            bool control = key.Modifiers.HasFlag(ConsoleModifiers.Control);
            if (key.Key != ConsoleKey.Tab)
                _completions = null;
            if (key.Key == ConsoleKey.Enter)
                return Accept();
            if (control && key.Key == ConsoleKey.D && _text.Length == 0)
            {
                session.Host.Screen.Write(Environment.NewLine);
                return null;
            }

            if (control && key.Key == ConsoleKey.C)
            {
                session.Host.Screen.Write("^C" + Environment.NewLine);
                return "";
            }

            Apply(key, control);
            Draw();
        }
    }

    private string Accept()
    {
        _cursor = _text.Length;
        Draw();
        session.Host.Screen.Write(Environment.NewLine);
        string line = _text.ToString();
        if (line.Trim().Length > 0 && (_history.Count == 0 || _history[^1] != line))
            _history.Add(line);
        return line;
    }

    private void Apply(ConsoleKeyInfo key, bool control)
    {
        switch (key.Key)
        {
            case ConsoleKey.LeftArrow when _cursor > 0:
                _cursor--;
                break;
            case ConsoleKey.RightArrow when _cursor < _text.Length:
                _cursor++;
                break;
            case ConsoleKey.Home:
                _cursor = 0;
                break;
            case ConsoleKey.End:
                _cursor = _text.Length;
                break;
            case ConsoleKey.Backspace when _cursor > 0:
                _text.Remove(--_cursor, 1);
                break;
            case ConsoleKey.Delete when _cursor < _text.Length:
                _text.Remove(_cursor, 1);
                break;
            case ConsoleKey.Escape:
            case ConsoleKey.U when control:
                Replace("");
                break;
            case ConsoleKey.UpArrow when _recalled > 0:
                Replace(_history[--_recalled]);
                break;
            case ConsoleKey.DownArrow when _recalled < _history.Count:
                _recalled++;
                Replace(_recalled < _history.Count ? _history[_recalled] : "");
                break;
            case ConsoleKey.Tab:
                Complete();
                break;
            default:
                if (!char.IsControl(key.KeyChar))
                    _text.Insert(_cursor++, key.KeyChar);
                break;
        }
    }

    private void Replace(string text)
    {
        _text.Clear().Append(text);
        _cursor = text.Length;
    }

    private void Complete()
    {
        _completions ??= Completions.Of(session, _text.ToString(), _cursor);
        if (_completions.Next() is not { } next)
            return;
        _text.Clear().Append(next.Text);
        _cursor = next.Cursor;
    }

    // Redraws prompt and text from the row where the prompt began, however many rows they take.
    private void Draw()
    {
        int width = session.Host.Screen.Width;
        StringBuilder screen = new();
        screen.Append('\r');
        if (_rowsAbove > 0)
            screen.Append($"\u001b[{_rowsAbove}A");
        screen.Append("\u001b[J").Append("\u001b[96m").Append(_prompt).Append("\u001b[0m").Append(_text);
        int end = _prompt.Length + _text.Length;
        if (end % width == 0)
            screen.Append("\r\n");
        int at = _prompt.Length + _cursor;
        int up = (end / width) - (at / width);
        if (up > 0)
            screen.Append($"\u001b[{up}A");
        screen.Append('\r');
        if (at % width > 0)
            screen.Append($"\u001b[{at % width}C");
        _rowsAbove = at / width;
        session.Host.Screen.Write(screen.ToString());
    }

    /// <summary>The completions at one place, given one after the other.</summary>
    private sealed class Completions
    {
        private readonly CommandCompletion _found;
        private readonly string _text;
        private int _index = -1;

        private Completions(CommandCompletion found, string text)
        {
            _found = found;
            _text = text;
        }

        public static Completions Of(ShellSession session, string text, int cursor)
        {
            using PowerShell shell = session.CreatePipeline();
            return new Completions(CommandCompletion.CompleteInput(text, cursor, null, shell), text);
        }

        public (string Text, int Cursor)? Next()
        {
            if (_found.CompletionMatches.Count == 0)
                return null;
            _index = (_index + 1) % _found.CompletionMatches.Count;
            string chosen = _found.CompletionMatches[_index].CompletionText;
            int start = _found.ReplacementIndex;
            return (_text[..start] + chosen + _text[(start + _found.ReplacementLength)..], start + chosen.Length);
        }
    }
}
