using OssMigration.Core.Journal;
using OssMigration.Core.Manifests;
using OssMigration.Core.Stores;

namespace OssMigration.Core.Jobs;

/// <summary>
/// The manifest segments of one range: the main one, written as the cursor moves, and the one of entries that settled
/// behind the cursor, written when the range closes. Files are made when there is something to put into them.
/// </summary>
internal sealed class RangeSegment : IDisposable
{
    private readonly string _folder;
    private readonly RangeRow _range;
    private ManifestSegmentWriter? _writer;

    /// <summary>Opens the range's segment where an earlier process left it, cut back to what was committed.</summary>
    public RangeSegment(string folder, RangeRow range, SegmentRow? standing)
    {
        _folder = folder;
        _range = range;
        if (standing is { IsSealed: false })
            _writer = OnDisk(() => ManifestSegmentWriter.Reopen(Path.Combine(folder, standing.Name), standing.CommittedLength));
    }

    private string MainName => FormattableString.Invariant($"run{_range.Run:D5}-range{_range.Id:D5}.seg");

    private string LateName => FormattableString.Invariant($"run{_range.Run:D5}-range{_range.Id:D5}-late.seg");

    /// <summary>Appends entries and flushes them to the disk; null when there are none.</summary>
    public SegmentRow? Append(IReadOnlyList<SettledEntry> entries)
    {
        if (entries.Count == 0)
            return null;
        return OnDisk(() =>
        {
            _writer ??= Create(MainName);
            foreach (SettledEntry entry in entries)
                _writer.Append(entry);
            return Row(MainName, _writer.AppendBlockAndFlush(), isSealed: false);
        });
    }

    /// <summary>Closes the main segment; null when there is none.</summary>
    public SegmentRow? Seal()
    {
        if (_writer is null)
            return null;
        return OnDisk(() => Row(MainName, _writer.Seal(), isSealed: true));
    }

    /// <summary>Writes the entries that settled behind the cursor; null when there are none.</summary>
    public SegmentRow? WriteLate(IEnumerable<SettledEntry> entries) => OnDisk(() =>
    {
        ManifestSegmentWriter? writer = null;
        try
        {
            foreach (SettledEntry entry in entries)
                (writer ??= Create(LateName)).Append(entry);
            return writer is null ? null : Row(LateName, writer.Seal(), isSealed: true);
        }
        finally
        {
            writer?.Dispose();
        }
    });

    /// <inheritdoc/>
    public void Dispose() => _writer?.Dispose();

    private ManifestSegmentWriter Create(string name)
    {
        string path = Path.Combine(_folder, name);

        // What stands there was written by a process that ended before it could be committed.
        File.Delete(path);
        return ManifestSegmentWriter.Create(path);
    }

    private SegmentRow Row(string name, long length, bool isSealed) => new(name, _range.Run, _range.Id, length, isSealed);

    private T OnDisk<T>(Func<T> write)
    {
        try
        {
            return write();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new StoreException(StoreErrorKind.LocalDisk, _folder, $"The manifest cannot be written: {exception.Message}", exception);
        }
    }
}
