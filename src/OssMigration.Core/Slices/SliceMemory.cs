using OssMigration.Core.Copying;
using OssMigration.Core.Jobs;
using OssMigration.Core.Journal;
using OssMigration.Core.Reporting;
using OssMigration.Core.Stores;

namespace OssMigration.Core.Slices;

/// <summary>The journal and manifest of one slice, in a folder of its own that ends with the slice.</summary>
internal sealed class SliceMemory : IAsyncDisposable
{
    /// <summary>The only run in it.</summary>
    public const int Run = 1;

    private const int Range = 0;

    // A result is a message of a few megabytes at most.
    private const int MostChanged = 1_000;

    private const string SettledName = "settled.seg";

    private readonly string _home;
    private readonly SliceOrder _order;

    private SliceMemory(string home, JobFolder folder, SliceOrder order, string? end)
    {
        _home = home;
        _order = order;
        Folder = folder;
        Journal = new JournalWriter(folder.Journal, folder.Name);
        RangeRow = new RangeRow(Run, Range, new Planning.KeyRange(order.From, end), Cursor: null, default, IsComplete: false);
    }

    /// <summary>The files.</summary>
    public JobFolder Folder { get; }

    /// <summary>Its writer.</summary>
    public JournalWriter Journal { get; }

    /// <summary>The slice as the only range of the only run.</summary>
    public RangeRow RangeRow { get; }

    /// <summary>Makes it, with what earlier slices and runs left.</summary>
    public static async Task<SliceMemory> CreateAsync(string home, MigrationJob job, RunRow run, SliceOrder order, SettledPiece? settled)
    {
        JobFolder folder = new(home, job.Name);
        folder.Create(job, settled?.Segment is { } segment ? manifests => [Bring(manifests, segment)] : null);
        SliceMemory memory = new(home, folder, order, settled?.UpTo ?? order.End);
        await memory.Journal.WriteAsync(writes => memory.Begin(writes, run)).ConfigureAwait(false);
        return memory;
    }

    /// <summary>What the slice came to.</summary>
    /// <param name="isCut">Whether its walk ended early, so that a complete range is complete only up to its cursor.</param>
    public SliceResult ToResult(bool isCut)
    {
        using JournalReader reader = Folder.Read();
        RangeRow range = reader.Ranges(Run)[0];
        List<MigrationItem> items = [.. reader.Items(Run, state: null)];
        List<PendingKey> pending = [.. items.Where(item => item.State == MigrationItemState.InProgress).Select(item => new PendingKey(item.Key, item.Size))];
        HashSet<string> open = new(pending.Select(key => key.Key), StringComparer.Ordinal);
        bool isWhole = range.IsComplete && !isCut;
        string? to = isWhole ? range.Range.EndInclusive : range.Cursor ?? _order.From;
        List<SliceUpload> uploads = [.. reader.Uploads().Select(upload => ToUpload(upload, reader.Parts(upload.Key)))];
        List<string> resolved = [.. _order.Pending.Select(key => key.Key).Where(key => !open.Contains(key))];
        return new SliceResult
        {
            Run = _order.Run,
            Range = _order.Range,
            Generation = _order.Generation,
            From = _order.From,
            End = _order.End,
            To = to,
            IsComplete = isWhole && range.Range.EndInclusive == _order.End,
            Listed = range.Listed,
            Outcomes = reader.Outcomes(Run).ToDictionary(outcome => outcome.Key.ToString(), outcome => outcome.Value),
            ChangedBytes = reader.ChangedBytes(Run),
            Fidelity = reader.Fidelity(Run),
            Changed = [.. reader.Changes(Run).Take(MostChanged)],
            Items = [.. items.Where(item => item.State != MigrationItemState.InProgress).Select(item => item with { Run = _order.Run })],
            Pending = pending,
            Resolved = resolved,
            Uploads = uploads,
            Settled = Read(reader.Segments(Run).FirstOrDefault(segment => !IsLate(segment))),
            Late = Read(reader.Segments(Run).FirstOrDefault(IsLate)) ?? Late(reader),
            GotOn = isWhole || to != _order.From || resolved.Count > 0 || CountParts(uploads) > CountParts(_order.Uploads),
        };
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await Journal.DisposeAsync().ConfigureAwait(false);
        try
        {
            Directory.Delete(_home, recursive: true);
        }
        catch (IOException)
        {
            // A virus scanner may hold a file for a moment; the folder goes with the worker's.
        }
    }

    /// <summary>An upload as it travels.</summary>
    public static SliceUpload ToUpload(UploadRow upload, IReadOnlyList<FinishedPart> parts) => new(
        upload.Key, upload.Version.Value, upload.Size, upload.PartSize, upload.UploadId,
        [.. parts.Select(part => new SlicePart(part.Part.Number, part.Part.ETag, part.Part.Crc64, part.Part.Size, part.DeclaredCrc))]);

    /// <summary>The journal's form of an upload.</summary>
    public static UploadRow ToRow(SliceUpload upload) => new(upload.Key, new SourceVersion(upload.Version), upload.Size, upload.PartSize, upload.UploadId);

    /// <summary>The journal's form of its parts.</summary>
    public static IEnumerable<FinishedPart> ToParts(SliceUpload upload)
        => upload.Parts.Select(part => new FinishedPart(new UploadedPart(part.Number, part.ETag, part.Crc64, part.Size), part.DeclaredCrc));

    private static SegmentRow Bring(string manifests, SliceSegment segment)
    {
        PrivateFiles.Write(Path.Combine(manifests, SettledName), segment.Content);
        return new SegmentRow(SettledName, Run: 0, RangeId: 0, segment.Content.Length, segment.IsSealed);
    }

    private static int CountParts(IReadOnlyList<SliceUpload> uploads) => uploads.Sum(upload => upload.Parts.Count);

    private static bool IsLate(SegmentRow segment) => segment.Name.EndsWith("-late.seg", StringComparison.Ordinal);

    private void Begin(JournalTransaction writes, RunRow run)
    {
        writes.AddRun(run);
        writes.AddRanges([RangeRow]);
        writes.CommitRange(new RangeBatch().ToCommit(RangeRow, cursor: null, default) with
        {
            Items = [.. _order.Pending.Select(key => new MigrationItem
            {
                JobName = Folder.Name,
                Run = Run,
                Key = key.Key,
                Size = key.Size,
                State = MigrationItemState.InProgress,
                ErrorKind = "InProgress",
                Message = "In transfer.",
            })],
        });
        foreach (SliceUpload upload in _order.Uploads)
            Put(writes, upload);
    }

    private static void Put(JournalTransaction writes, SliceUpload upload)
    {
        writes.PutUploadIntent(ToRow(upload));
        if (upload.UploadId is { } id)
            writes.SetUploadId(upload.Key, id);
        foreach (FinishedPart part in ToParts(upload))
            writes.PutPart(upload.Key, part);
    }

    private SliceSegment? Read(SegmentRow? segment)
    {
        if (segment is null)
            return null;
        byte[] content = File.ReadAllBytes(Path.Combine(Folder.Manifests, segment.Name));
        return new SliceSegment(segment.IsSealed ? content : content[..(int)segment.CommittedLength], segment.IsSealed);
    }

    // A slice that was cut short has them in the journal still.
    private SliceSegment? Late(JournalReader reader)
    {
        using RangeSegment segment = new(Folder.Manifests, RangeRow, standing: null);
        return Read(segment.WriteLate(reader.Late(Run, Range)));
    }
}
