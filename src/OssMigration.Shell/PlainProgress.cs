using System.Management.Automation;

namespace OssMigration.Shell;

/// <summary>Progress for logs: a line after five seconds, then at most one a minute for each activity.</summary>
internal sealed class PlainProgress(TextWriter output, TimeProvider time) : IProgressView
{
    private static readonly TimeSpan First = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);

    private readonly Dictionary<int, long> _due = [];

    /// <inheritdoc/>
    public bool IsShown => false;

    /// <inheritdoc/>
    public void Show(ProgressRecord record)
    {
        if (record.RecordType == ProgressRecordType.Completed)
        {
            _due.Remove(record.ActivityId);
            return;
        }

        long now = time.GetTimestamp();
        if (!_due.TryGetValue(record.ActivityId, out long due))
        {
            _due[record.ActivityId] = now + Ticks(First);
            return;
        }

        if (now < due)
            return;
        _due[record.ActivityId] = now + Ticks(Interval);
        output.WriteLine(ProgressText.Line(record));
        output.Flush();
    }

    /// <inheritdoc/>
    public void End() => _due.Clear();

    private long Ticks(TimeSpan span) => (long)(span.TotalSeconds * time.TimestampFrequency);
}
