using OssMigration.Core.Comparing;
using OssMigration.Core.Copying;
using OssMigration.Core.Fidelity;
using OssMigration.Core.Journal;
using OssMigration.Core.Listing;
using OssMigration.Core.Manifests;
using OssMigration.Core.Reporting;
using OssMigration.Core.Slices;
using OssMigration.Core.Throttling;
using OssMigration.Core.Versions;

namespace OssMigration.Core.Jobs;

/// <summary>Puts the parts of one stretch of a run together.</summary>
internal sealed class RunAssembly
{
    private readonly EngineEnvironment _environment;
    private readonly JobFolder _folder;
    private readonly ListerChoice _listers;
    private readonly IRunListener _listener;
    private readonly RunStretch _stretch;
    private readonly RunProgress _progress;
    private readonly UploadJournal _uploads;
    private readonly HistoryJournal? _histories;
    private readonly SliceHooks? _slice;

    /// <summary>Reads from the journal where the run stands.</summary>
    public RunAssembly(EngineEnvironment environment, JobFolder folder, ListerChoice listers, IRunListener listener, RunStretch stretch, SliceHooks? slice = null)
    {
        _slice = slice;
        _environment = environment;
        _folder = folder;
        _listers = listers;
        _listener = listener;
        _stretch = stretch;
        using JournalReader reader = folder.Read();
        _progress = MakeProgress(reader);
        _uploads = new UploadJournal(stretch.Journal, reader) { OnBegun = slice?.UploadBegun };
        _histories = stretch.Job.Versions == VersionScope.All ? new HistoryJournal(stretch.Journal, reader) : null;
        Transfer = new ObjectTransfer(MakeCopyContext());
        Reports = new ReportBuilder(folder, stretch.Job, stretch.Run, stretch.Stores, _progress, environment.Time);
    }

    /// <summary>Copies objects.</summary>
    public ObjectTransfer Transfer { get; }

    /// <summary>Makes reports.</summary>
    public ReportBuilder Reports { get; }

    /// <summary>The run with the time that this stretch took.</summary>
    public RunRow RunSoFar => _stretch.Run with { Elapsed = _stretch.Run.Elapsed + _progress.Elapsed };

    /// <summary>The session that runs the ranges.</summary>
    /// <exception cref="ManifestException">What earlier runs settled cannot be read.</exception>
    public RunSession MakeSession()
        => new(MakeRunContext(), _stretch.Stores, _uploads, () => Reports.Stopped("The run is under way."));

    /// <summary>The session that lets others run the ranges.</summary>
    public SharedSession MakeSharedSession(ISliceExchange exchange)
        => new(_folder, _stretch, _uploads, _progress, () => Reports.Stopped("The run is under way."), exchange, _listener, _environment.Time);

    /// <summary>Removes at the destination what is gone at the source.</summary>
    public GoneRemover MakeRemover(RunOptions options) => new(_folder, _stretch, options, _progress, _listener, _environment.Time);

    private RunProgress MakeProgress(JournalReader reader)
    {
        IReadOnlyDictionary<OutcomeKind, ObjectCount> outcomes = reader.Outcomes(_stretch.Run.Run);
        ObjectCount listed = default;
        foreach (RangeRow range in reader.Ranges(_stretch.Run.Run))
            listed += range.Listed;

        ObjectCount done = default;
        foreach ((OutcomeKind kind, ObjectCount count) in outcomes)
            done += kind <= OutcomeKind.Failed ? count : default;
        StoreChain stores = _stretch.Stores;
        return new RunProgress(
            _folder.Name, _stretch.Run.Run, listed, done, outcomes.GetValueOrDefault(OutcomeKind.Copied), () => stores.Reads.Taken + stores.Writes.Taken, _environment.Time);
    }

    private CopyContext MakeCopyContext() => new()
    {
        Source = _stretch.Stores.Source,
        Destination = _stretch.Stores.DestinationObjects,
        SinglePutLimit = _stretch.Job.SinglePutLimit,
        PartSize = _stretch.Job.PartSize,
        Reads = _stretch.Stores.Reads,
        Writes = _stretch.Stores.Writes,
        Pace = _stretch.Stores.Pace,
        LargeSlots = new SemaphoreSlim(Math.Max(2, _stretch.Job.SteadyConcurrency / 8)),
        PartsAtATime = Math.Min(8, _stretch.Job.Concurrency),
        Memory = _slice?.Memory ?? new MemoryBudget(_stretch.Job.MemoryBudget),
        Blocks = new BlockPool(),
        Uploads = _uploads,
        ETags = new ETagTrust(_stretch.Job.Source.IsUnencrypted),
        IsAfterCutover = () => _stretch.Cutover.HasCome,
        OnEvent = _listener.OnEvent,
        Translator = new ObjectTranslator(new FidelityRules(_stretch.Job.Policy, _stretch.Stores.Destination.Limits, _stretch.Stores.Keys, _stretch.Stores.SourceClasses), _stretch.Stores.SourceTags),
        Restore = _stretch.Stores.SourceRestore,
        Metadata = _stretch.Job.RepairMetadata ? _stretch.Stores.DestinationMetadata : null,
        Histories = MakeHistoryContext(),
        IsFromList = IsFromList,
        Cutover = _stretch.Cutover.Moment is { } moment ? new CutoverEvidence(moment, _stretch.Job.ClockSkewMargin) : null,
    };

    // Chosen objects are copied as they are.
    private bool IsFromList => _stretch.Job.ObjectList is not null && _stretch.Run.Scope == RunScope.Everything;

    private HistoryContext? MakeHistoryContext() => _stretch.Stores is { SourceVersions: { } source, DestinationVersions: { } destination }
        ? new HistoryContext { Source = source, Destination = destination, Repeat = _stretch.Stores.RepeatAsync, Journal = _histories!, TrustsListing = _stretch.Run.Resumes == 0 }
        : null;

    private RunContext MakeRunContext()
    {
        DecisionRules rules = new(_stretch.Job, _stretch.Stores.Destination.Limits, _stretch.IsAfterCutover);
        MergedManifest settled = ManifestOfEarlierRuns();
        return new RunContext
        {
            Folder = _folder,
            Run = _stretch.Run.Run,
            Rules = rules,
            Walks = _slice is null ? MakeWalks(settled) : _slice.Walks(MakeWalks(settled)),
            Pause = _stretch.Stores.Pace.Pause,
            Pool = new TransferPool(Transfer, _stretch.Job.Concurrency, _stretch.Stores.Pace.Pause, _progress, new InProgressLookUp(_stretch.Stores, settled, rules, IsFromList).FindAsync),
            Journal = _stretch.Journal,
            Progress = _progress,
            Listener = _listener,
            Time = _environment.Time,
            Cutover = _stretch.Cutover,
            IsAfterCutover = _stretch.IsAfterCutover,
        };
    }

    private IKeyWalks MakeWalks(MergedManifest settled)
    {
        if (_stretch.Run.Scope == RunScope.Everything)
            return new ListedWalks(
                _stretch.Job.Filter.Prefix, _listers.Source, _listers.Destination, settled, _slice is null ? RangeBoardOptions.Of(_stretch.Job.SteadyConcurrency, _environment.Time) : SliceHooks.OneRange);
        return new SelectedWalks(
            _stretch.Stores, ObjectFilterMatcher.Compile(_stretch.Job.Filter), settled, _folder.Selection(_stretch.Run.Run), _stretch.Job.SteadyConcurrency);
    }

    // Mostly that is the run before; one that was given up half-way adds to what the run before it had settled.
    private MergedManifest ManifestOfEarlierRuns()
    {
        using JournalReader reader = _folder.Read();
        return JobManifest.Open(_folder, [.. reader.Segments().Where(segment => segment.Run < _stretch.Run.Run)]);
    }
}
