using OssMigration.Core.Copying;
using OssMigration.Core.Stores;

namespace OssMigration.Core.Journal;

/// <summary>Uploads in the journal. Thread-safe; what was open when the run began is held in memory for quick finds.</summary>
internal sealed class UploadJournal : IUploadJournal
{
    private readonly JournalWriter _writer;
    private readonly object _gate = new();
    private readonly Dictionary<string, (UploadRow Row, List<FinishedPart> Parts)> _open = new(StringComparer.Ordinal);

    /// <summary>Loads what is open.</summary>
    public UploadJournal(JournalWriter writer, JournalReader reader)
    {
        _writer = writer;
        foreach (UploadRow upload in reader.Uploads())
            _open[upload.Key] = (upload, [.. reader.Parts(upload.Key)]);
    }

    /// <summary>All that are open now.</summary>
    public IReadOnlyList<UploadRow> Open()
    {
        lock (_gate)
            return [.. _open.Values.Select(open => open.Row)];
    }

    /// <inheritdoc/>
    public UploadRow? Find(string key)
    {
        lock (_gate)
            return _open.TryGetValue(key, out (UploadRow Row, List<FinishedPart> Parts) open) ? open.Row : null;
    }

    /// <inheritdoc/>
    public IReadOnlyList<FinishedPart> Parts(string key)
    {
        lock (_gate)
            return _open.TryGetValue(key, out (UploadRow Row, List<FinishedPart> Parts) open) ? [.. open.Parts] : [];
    }

    /// <inheritdoc/>
    public async Task BeginAsync(UploadRow upload)
    {
        await _writer.WriteAsync(writes => writes.PutUploadIntent(upload)).ConfigureAwait(false);
        lock (_gate)
            _open[upload.Key] = (upload, []);
    }

    /// <inheritdoc/>
    public async Task SetIdAsync(string key, string uploadId)
    {
        await _writer.WriteAsync(writes => writes.SetUploadId(key, uploadId)).ConfigureAwait(false);
        lock (_gate)
            _open[key] = (_open[key].Row with { UploadId = uploadId }, _open[key].Parts);
    }

    /// <inheritdoc/>
    public async Task AddPartAsync(string key, FinishedPart part)
    {
        await _writer.WriteAsync(writes => writes.PutPart(key, part)).ConfigureAwait(false);
        lock (_gate)
            _open[key].Parts.Add(part);
    }

    /// <inheritdoc/>
    public async Task RemoveAsync(string key)
    {
        await _writer.WriteAsync(writes => writes.RemoveUpload(key)).ConfigureAwait(false);
        lock (_gate)
            _open.Remove(key);
    }
}
