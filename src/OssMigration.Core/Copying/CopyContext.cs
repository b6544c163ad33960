using OssMigration.Core.Comparing;
using OssMigration.Core.Fidelity;
using OssMigration.Core.Journal;
using OssMigration.Core.Reporting;
using OssMigration.Core.Stores;
using OssMigration.Core.Throttling;
using OssMigration.Core.Versions;

namespace OssMigration.Core.Copying;

/// <summary>What all transfers of a run share.</summary>
internal sealed record CopyContext
{
    /// <summary>Read from here.</summary>
    public required IObjectReader Source { get; init; }

    /// <summary>Written to there.</summary>
    public required IObjectStore Destination { get; init; }

    /// <summary>Objects up to this size go in one request.</summary>
    public required long SinglePutLimit { get; init; }

    /// <summary>Preferred part size of larger ones.</summary>
    public required long PartSize { get; init; }

    /// <summary>Reads of content at a time.</summary>
    public required ConcurrencyGate Reads { get; init; }

    /// <summary>Writes of content at a time.</summary>
    public required ConcurrencyGate Writes { get; init; }

    /// <summary>Objects a second, and whether anything may begin.</summary>
    public required Pace Pace { get; init; }

    /// <summary>Objects in parts at a time; few, so that a stop leaves few uploads open.</summary>
    public required SemaphoreSlim LargeSlots { get; init; }

    /// <summary>Parts of one object at a time.</summary>
    public required int PartsAtATime { get; init; }

    /// <summary>Content in memory at a time.</summary>
    public required MemoryBudget Memory { get; init; }

    /// <summary>Where content is held.</summary>
    public required BlockPool Blocks { get; init; }

    /// <summary>The memory of uploads.</summary>
    public required IUploadJournal Uploads { get; init; }

    /// <summary>What is known of the source's ETags.</summary>
    public required ETagTrust ETags { get; init; }

    /// <summary>Whether cut-over has come, asked when a write is sent: a decision may be older than that.</summary>
    public required Func<bool> IsAfterCutover { get; init; }

    /// <summary>How a write of the business is told after cut-over; null where no moment is set.</summary>
    public required CutoverEvidence? Cutover { get; init; }

    /// <summary>How objects of the source become those of the destination.</summary>
    public required ObjectTranslator Translator { get; init; }

    /// <summary>Restores archived objects of the source; null where the job does not want that.</summary>
    public Func<string, CancellationToken, Task<RestoreAnswer>>? Restore { get; init; }

    /// <summary>Whether what is at the source was told by a list of the user, and not by the store: a difference is reported then.</summary>
    public bool IsFromList { get; init; }

    /// <summary>What a job of histories needs; null for a job of current objects.</summary>
    public HistoryContext? Histories { get; init; }

    /// <summary>Puts headers right where the job wants that and the destination can; else null.</summary>
    public IMetadataWriter? Metadata { get; init; }

    /// <summary>Where news go.</summary>
    public Action<RunEvent> OnEvent { get; init; } = static _ => { };

    /// <summary>
    /// Whether a write that was decided with this guard must not replace anything. A decision from before cut-over rests on
    /// what stood there then, and so it is not carried out any more: the run decides anew.
    /// </summary>
    /// <exception cref="OperationCanceledException">Cut-over has come since the decision.</exception>
    public bool MustNotOverwrite(OverwriteGuard decided)
    {
        if (decided == OverwriteGuard.Allowed && IsAfterCutover())
            throw new OperationCanceledException("Cut-over has come since this was decided.");
        return decided == OverwriteGuard.Forbidden;
    }

    /// <summary>Whether uploads of a key that the journal does not know may be a user's.</summary>
    public bool MayHaveUsersUploads(OverwriteGuard decided) => decided != OverwriteGuard.Allowed || IsAfterCutover();

    /// <summary>CRC-64/XZ of the content at the source, read once and kept nowhere.</summary>
    public async Task<ulong> HashAsync(ObjectEntry entry, CancellationToken cancellationToken)
    {
        using ConcurrencyGate.Place place = await Reads.EnterAsync(entry.Size, cancellationToken).ConfigureAwait(false);
        return await Source.HashAsync(entry, cancellationToken).ConfigureAwait(false);
    }
}

/// <summary>A part that the store holds.</summary>
/// <param name="Part">As the store has it, with the CRC-64 of what was sent.</param>
/// <param name="DeclaredCrc">Its CRC of the kind that the source declares for the whole object; null where it declares none.</param>
internal sealed record FinishedPart(UploadedPart Part, ulong? DeclaredCrc);

/// <summary>The memory of multipart uploads, so that they resume at a part and none is forgotten.</summary>
internal interface IUploadJournal
{
    /// <summary>The upload of a key; null where none is open.</summary>
    UploadRow? Find(string key);

    /// <summary>The parts that the store holds, by number.</summary>
    IReadOnlyList<FinishedPart> Parts(string key);

    /// <summary>Commits the intent, before anything is sent.</summary>
    Task BeginAsync(UploadRow upload);

    /// <summary>Commits the id, before the first part is sent.</summary>
    Task SetIdAsync(string key, string uploadId);

    /// <summary>Commits a part.</summary>
    Task AddPartAsync(string key, FinishedPart part);

    /// <summary>Commits that the upload is completed or aborted.</summary>
    Task RemoveAsync(string key);
}
