using OssMigration.Core.Copying;
using OssMigration.Core.Jobs;
using OssMigration.Core.Journal;
using OssMigration.Core.Manifests;
using OssMigration.Core.Reporting;
using OssMigration.Core.Stores;

namespace OssMigration.Core.Slices;

/// <summary>Enters slices of others into the journal and the manifest of the job, as if this process had worked on them.</summary>
internal sealed class SharedLedger(JobFolder folder, RunStretch stretch, UploadJournal uploads)
{
    private readonly int _run = stretch.Run.Run;

    /// <summary>Enters a slice that begins where its range stands. It is on the disk when this returns.</summary>
    /// <param name="range">The range.</param>
    /// <param name="slice">The slice.</param>
    /// <param name="behind">The range that begins where the slice was cut; null where it was not.</param>
    public async Task CommitAsync(SharedRange range, SliceResult slice, RangeRow? behind)
    {
        await TakeOverUploadsAsync(range, slice).ConfigureAwait(false);
        IReadOnlyList<SettledEntry> settled = await ReadAsync(slice.Settled).ConfigureAwait(false);
        IReadOnlyList<SettledEntry> late = await ReadAsync(slice.Late).ConfigureAwait(false);
        RangeRow row = range.Row;
        RangeRow after = row with { Cursor = slice.To ?? row.Cursor, Listed = row.Listed + slice.Listed, IsComplete = slice.IsComplete };
        SegmentRow? segment = range.Segment().Append(settled);
        RangeCommit commit = new()
        {
            Run = _run,
            RangeId = row.Id,
            Cursor = after.Cursor,
            Listed = after.Listed,
            IsComplete = slice.IsComplete,
            Outcomes = [.. slice.Outcomes.Select(outcome => new OutcomeDelta(Enum.Parse<OutcomeKind>(outcome.Key), outcome.Value))],
            ChangedBytes = slice.ChangedBytes,
            Fidelity = slice.Fidelity,
            Changed = slice.Changed,
            Items = [.. slice.Items.Concat(slice.Pending.Select(InProgress))],
            Resolved = slice.Resolved,
            Late = slice.IsComplete ? [] : late,
            Segment = slice.IsComplete ? range.Segment().Seal() : segment,
            LateSegment = slice.IsComplete ? range.Segment().WriteLate(WithEarlier(row, late)) : null,
        };
        if (behind is not null)
            after = after with { Range = after.Range with { EndInclusive = behind.Range.StartExclusive } };
        await stretch.Journal.WriteAsync(writes =>
        {
            writes.CommitRange(commit);
            if (behind is not null)
                writes.CutRange(row.Id, behind);
        }).ConfigureAwait(false);
        range.Row = after;
        stretch.Stores.Count(slice.SourceUsage, slice.DestinationUsage);
    }

    /// <summary>Knows an upload from now on. One of the same object that its worker cannot carry on any more is aborted.</summary>
    public async Task BeginUploadAsync(SliceUpload upload, IRunListener listener, CancellationToken cancellationToken)
    {
        if (uploads.Find(upload.Key) is { UploadId: { } lost } && lost != upload.UploadId)
        {
            try
            {
                await stretch.Stores.Destination.AbortAsync(upload.Key, lost, cancellationToken).ConfigureAwait(false);
            }
            catch (StoreException exception) when (!exception.StopsJob)
            {
                listener.OnEvent(new RunEvent(EventLevel.Warning, $"The upload of a lost worker could not be aborted. {exception.Describe()}"));
            }
        }

        await uploads.PutAsync(SliceMemory.ToRow(upload), []).ConfigureAwait(false);
    }

    private async Task TakeOverUploadsAsync(SharedRange range, SliceResult slice)
    {
        foreach (SliceUpload open in slice.Uploads)
            await uploads.PutAsync(SliceMemory.ToRow(open), [.. SliceMemory.ToParts(open)]).ConfigureAwait(false);
        HashSet<string> left = new(slice.Uploads.Select(open => open.Key), StringComparer.Ordinal);
        HashSet<string> resolved = new(slice.Resolved, StringComparer.Ordinal);
        Planning.KeyRange passed = new(range.Place, slice.To);
        foreach (UploadRow known in uploads.Open())
        {
            bool isOver = !left.Contains(known.Key) && (resolved.Contains(known.Key) || (slice.To != range.Place && passed.Contains(known.Key)));
            if (isOver)
                await uploads.RemoveAsync(known.Key).ConfigureAwait(false);
        }
    }

    // The scratch file is read to its end before it goes.
    private async Task<IReadOnlyList<SettledEntry>> ReadAsync(SliceSegment? segment)
    {
        if (segment is null)
            return [];
        PrivateFiles.CreateFolder(folder.Scratch);
        string path = folder.ScratchFile("slice.seg");
        PrivateFiles.Write(path, segment.Content);
        List<SettledEntry> entries = [];
        await foreach (SettledEntry entry in new ManifestSegmentReader(path, segment.IsSealed ? null : segment.Content.Length).ReadAsync(null, null, CancellationToken.None).ConfigureAwait(false))
            entries.Add(entry);
        File.Delete(path);
        return entries;
    }

    // Of two entries of a key the later one holds.
    private SortedDictionary<string, SettledEntry>.ValueCollection WithEarlier(RangeRow row, IReadOnlyList<SettledEntry> late)
    {
        SortedDictionary<string, SettledEntry> all = new(KeyOrder.Instance);
        using (JournalReader reader = folder.Read())
        {
            foreach (SettledEntry earlier in reader.Late(row.Run, row.Id))
                all[earlier.Key] = earlier;
        }

        foreach (SettledEntry entry in late)
            all[entry.Key] = entry;
        return all.Values;
    }

    private MigrationItem InProgress(PendingKey pending) => new()
    {
        JobName = folder.Name,
        Run = _run,
        Key = pending.Key,
        Size = pending.Size,
        State = MigrationItemState.InProgress,
        ErrorKind = "InProgress",
        Message = "In transfer by another machine.",
        UpdatedAt = stretch.Run.StartedAt,
    };
}
