using OssMigration.Core.Copying;
using OssMigration.Core.Jobs;
using OssMigration.Core.Listing;
using OssMigration.Core.Reporting;
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

    /// <summary>Told of an upload that has its id, before its first part is sent; null for nobody.</summary>
    public Func<UploadRow, Task>? OnBegun { get; init; }

    /// <summary>All that are open now.</summary>
    public IReadOnlyList<UploadRow> Open()
    {
        lock (_gate)
            return [.. _open.Values.Select(open => open.Row)];
    }

    /// <summary>Those that nothing will carry on: their objects are settled otherwise or gone. Those of objects that the run did not look at are left.</summary>
    public IReadOnlyList<UploadRow> LeftOver(JobFolder folder, RunRow run)
    {
        using JournalReader reader = folder.Read();
        return [.. Open().Where(upload => IsLookedAt(upload.Key) && reader.ItemState(run.Run, upload.Key) is not MigrationItemState.Failed)];

        bool IsLookedAt(string key) => run.Scope == RunScope.Everything || KeyTable.Has(folder.Selection(run.Run), key);
    }

    /// <summary>Enters an upload as it stands elsewhere, in place of what was known of its object.</summary>
    public async Task PutAsync(UploadRow upload, IReadOnlyList<FinishedPart> parts)
    {
        await _writer.WriteAsync(writes =>
        {
            writes.PutUploadIntent(upload);
            if (upload.UploadId is { } id)
                writes.SetUploadId(upload.Key, id);
            foreach (FinishedPart part in parts)
                writes.PutPart(upload.Key, part);
        }).ConfigureAwait(false);
        lock (_gate)
            _open[upload.Key] = (upload, [.. parts]);
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
        UploadRow begun;
        lock (_gate)
        {
            begun = _open[key].Row with { UploadId = uploadId };
            _open[key] = (begun, _open[key].Parts);
        }

        if (OnBegun is not null)
            await OnBegun(begun).ConfigureAwait(false);
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
