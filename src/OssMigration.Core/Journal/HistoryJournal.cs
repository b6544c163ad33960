using OssMigration.Core.Versions;

namespace OssMigration.Core.Journal;

/// <summary>Histories under way in the journal. Thread-safe; what an earlier process left is held in memory for quick finds.</summary>
internal sealed class HistoryJournal : IHistoryJournal
{
    private readonly JournalWriter _writer;
    private readonly object _gate = new();
    private readonly Dictionary<string, List<ArrivedVersion>> _known;

    /// <summary>Loads what is there.</summary>
    public HistoryJournal(JournalWriter writer, JournalReader reader)
    {
        _writer = writer;
        _known = reader.ArrivedVersions().GroupBy(row => row.Key, StringComparer.Ordinal).ToDictionary(group => group.Key, group => group.Select(row => row.Version).ToList(), StringComparer.Ordinal);
    }

    /// <inheritdoc/>
    public IReadOnlyList<ArrivedVersion> Find(string key)
    {
        lock (_gate)
            return _known.TryGetValue(key, out List<ArrivedVersion>? known) ? [.. known] : [];
    }

    /// <inheritdoc/>
    public async Task AddAsync(string key, ArrivedVersion version)
    {
        await _writer.WriteAsync(writes => writes.PutArrived(key, version)).ConfigureAwait(false);
        lock (_gate)
        {
            if (!_known.TryGetValue(key, out List<ArrivedVersion>? known))
                _known.Add(key, known = []);
            known.Add(version);
        }
    }

    /// <inheritdoc/>
    public async Task RemoveAsync(string key)
    {
        await _writer.WriteAsync(writes => writes.RemoveArrived(key)).ConfigureAwait(false);
        lock (_gate)
            _known.Remove(key);
    }
}
