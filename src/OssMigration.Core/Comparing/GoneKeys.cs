using OssMigration.Core.Jobs;
using OssMigration.Core.Journal;
using OssMigration.Core.Reporting;

namespace OssMigration.Core.Comparing;

/// <summary>
/// Keys that earlier runs found gone at the source. The manifest forgets such a key with the run that finds it, the journal's
/// items do not. Asked for key by key, so that it needs no memory; used by one thread at a time.
/// </summary>
internal sealed class GoneKeys : IDisposable
{
    private readonly JournalReader? _journal;
    private readonly IReadOnlyList<int> _runs = [];

    /// <summary>Opens the journal; nothing is known without one.</summary>
    public GoneKeys(JobFolder? folder)
    {
        if (folder is null)
            return;
        _journal = folder.Read();
        _runs = _journal.RunsWithGone();
    }

    /// <summary>Whether a run found the key gone at the source.</summary>
    public bool Contains(string key) => _runs.Any(run => _journal!.ItemState(run, key) == MigrationItemState.GoneAtSource);

    /// <inheritdoc/>
    public void Dispose() => _journal?.Dispose();
}
