using System.Management.Automation;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace OssMigration.Shell;

/// <summary>Progress on a terminal: a block at the bottom that is redrawn in place.</summary>
internal sealed class LiveProgress(IAnsiConsole console)
{
    private readonly SortedDictionary<int, ProgressRecord> _records = [];
    private TaskCompletionSource? _ended;
    private Task? _display;
    private LiveDisplayContext? _context;

    /// <summary>Whether a block is on the screen, from which text has to be kept apart.</summary>
    public bool IsShown => _display is not null;

    /// <summary>Shows a record, or removes it where it says Completed.</summary>
    public void Show(ProgressRecord record)
    {
        if (record.RecordType == ProgressRecordType.Completed)
            _records.Remove(record.ActivityId);
        else
            _records[record.ActivityId] = record;
        if (_records.Count == 0)
        {
            End();
            return;
        }

        if (_display is null)
            Begin();
        _context?.UpdateTarget(Block());
    }

    /// <summary>Removes all that is shown.</summary>
    public void End()
    {
        _records.Clear();
        _ended?.TrySetResult();
        _display?.GetAwaiter().GetResult();
        _display = null;
        _ended = null;
        _context = null;
    }

    private void Begin()
    {
        TaskCompletionSource ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
        TaskCompletionSource begun = new(TaskCreationOptions.RunContinuationsAsynchronously);
        Task display = Task.Run(() => console.Live(Block()).AutoClear(true).StartAsync(async context =>
        {
            _context = context;
            begun.SetResult();
            await ended.Task.ConfigureAwait(false);
        }));

        // A terminal on which no block can be drawn goes without; the work must not wait for it.
        if (Task.WaitAny(begun.Task, display) == 0)
        {
            _ended = ended;
            _display = display;
        }
    }

    private Rows Block() => new(_records.Values.SelectMany(Lines).ToArray());

    private IEnumerable<IRenderable> Lines(ProgressRecord record)
    {
        yield return Line($"[bold]{Markup.Escape(record.Activity)}[/]");
        if (record.PercentComplete >= 0)
        {
            int width = Math.Clamp(console.Profile.Width - 30, 10, 60);
            int done = width * Math.Min(record.PercentComplete, 100) / 100;
            string left = ProgressText.Left(record);
            yield return Line($"[green]{new string('━', done)}[/][grey]{new string('━', width - done)}[/] {ProgressText.Percent(record)}  {Markup.Escape(left)}");
        }

        if (!string.IsNullOrWhiteSpace(record.StatusDescription))
            yield return Line(Markup.Escape(record.StatusDescription));
        if (!string.IsNullOrWhiteSpace(record.CurrentOperation))
            yield return Line($"[grey]{Markup.Escape(record.CurrentOperation)}[/]");
    }

    private static Markup Line(string markup) => new(markup) { Overflow = Overflow.Ellipsis };
}
