using OssMigration.Core.Journal;
using OssMigration.Core.Reporting;

namespace OssMigration.Core.Jobs;

/// <summary>What a new job takes over of the manifest of a finished one.</summary>
internal sealed class Inheritance(JobFolder origin, JournalReader reader)
{
    private const int Run = 0;

    /// <summary>Refuses a job whose manifest does not say of everything where it stands.</summary>
    public void Check()
    {
        List<RunRow> runs = [.. reader.Runs()];
        if (runs.FirstOrDefault() is { IsFinished: false } unfinished)
        {
            throw new RefusedException(
                "JobBaseUnfinished", $"Run {unfinished.Run} of job '{origin.Name}' is not finished; what it settles would be missing.", $"Finish it first: Start-OssMigration {origin.Name}.");
        }

        if (!runs.Exists(run => run.Scope == RunScope.Everything))
        {
            throw new RefusedException(
                "JobBaseUnfinished", $"Job '{origin.Name}' has no finished run, so there is nothing to go on from.", $"Run it first: Start-OssMigration {origin.Name}.");
        }
    }

    /// <summary>Copies the segments, forced to the disk, and names them in their order as what was settled before the first run.</summary>
    public IReadOnlyList<SegmentRow> CopyTo(string manifests)
    {
        List<SegmentRow> copied = [];
        foreach (SegmentRow segment in reader.Segments())
        {
            string name = FormattableString.Invariant($"base{copied.Count:D5}.seg");
            string path = Path.Combine(manifests, name);
            File.Copy(Path.Combine(origin.Manifests, segment.Name), path, overwrite: true);
            using (FileStream file = new(path, FileMode.Open, FileAccess.ReadWrite))
                file.Flush(flushToDisk: true);
            copied.Add(segment with { Name = name, Run = Run, RangeId = copied.Count });
        }

        return copied;
    }
}
