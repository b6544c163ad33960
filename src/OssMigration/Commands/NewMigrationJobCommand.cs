using System.Collections;
using System.Management.Automation;
using System.Runtime.CompilerServices;
using OssMigration.Core.Fidelity;
using OssMigration.Core.Jobs;
using OssMigration.Core.Listing;
using OssMigration.Core.Lists;
using OssMigration.Core.Stores;
using OssMigration.Parameters;
using OssMigration.Pipeline;
using OssMigration.Views;

namespace OssMigration.Commands;

/// <summary>
/// Makes a migration job and stores it, without any secret. Options that are out of range or contradict each other are
/// named all at once. Nothing is sent; Start-OssMigration runs it.
/// </summary>
/// <example>
/// Leave the business its share of the line
/// <code>New-MigrationJob -Name scans -Source $source -Destination $destination -LinkBandwidth 250Mbps -ReserveForBusiness 50Mbps</code>
/// </example>
/// <example>
/// Some keys, by a timetable
/// <code>New-MigrationJob pictures $source $destination -Include '**/*.jpg', '**/*.png' -Exclude 'tmp/**' -Schedule 'Mon-Fri 08:00-20:00=100Mbps; Sun=pause; *=200Mbps' -TimeZone Asia/Shanghai</code>
/// A job with a filter beyond its prefix is no proof for the clean-up of the source.
/// </example>
/// <example>
/// Carry tags and ACLs, and refuse objects under retention
/// <code>New-MigrationJob archive $source $destination -CopyTag -CopyAcl -StorageClassMap @{ GLACIER = 'ColdArchive' } -UnfitAction @{ Retention = 'Refuse' }</code>
/// Measure-OssMigration -Fidelity tells beforehand what becomes of the objects.
/// </example>
/// <example>
/// An increment every hour for a day, after a full migration
/// <code>New-MigrationJob -Name photos-hourly -BaseJob photos -Mode Incremental -Interval 01:00:00 -RunCount 24</code>
/// </example>
/// <example>
/// The objects that a list names, without listing the source
/// <code>New-MigrationJob listed $source $destination -ObjectList ./list.csv</code>
/// The manifest.json of an inventory of S3 or OSS does as well, here or at a store. Objects that Import-Csv or Get-MigrationItem give come down the pipeline.
/// </example>
/// <example>
/// The history of every object, into a bucket with versioning in which nobody writes yet
/// <code>New-MigrationJob histories $source $destination -Versions All</code>
/// Start-OssMigration is refused where the destination has no versioning, or somebody wrote there before.
/// </example>
/// <example>
/// See what would be made
/// <code>New-MigrationJob try $source $destination -WhatIf</code>
/// </example>
[Cmdlet(VerbsCommon.New, "MigrationJob", DefaultParameterSetName = AddressSet, SupportsShouldProcess = true)]
[OutputType(typeof(MigrationJobInfo))]
public sealed class NewMigrationJobCommand : AsyncMigrationCommand
{
    private const string AddressSet = "Address";
    private const string BaseSet = "BaseJob";

    // What a job that goes on from another one has of its own.
    private static readonly string[] OwnParameters = [nameof(Name), nameof(BaseJob), nameof(Mode), nameof(Interval), nameof(RunCount)];

    // Boxed, because a field of an enum of the engine would have to be resolved before the module is imported.
    private readonly StrongBox<OverwriteMode> _overwrite = new();
    private readonly StrongBox<MigrationMode> _mode = new();
    private readonly StrongBox<ConflictAction> _conflictAction = new();
    private readonly StrongBox<InvalidKeyAction> _invalidKeyAction = new();
    private readonly StrongBox<RestoreTier> _restoreTier = new();
    private readonly StrongBox<VersionScope> _versions = new();

    private ListedJob? _list;

    /// <summary>3 to 63 lower-case letters, digits and hyphens.</summary>
    [Parameter(Mandatory = true, Position = 0)]
    [ValidateNotNullOrEmpty]
    public string Name { get; set; } = "";

    /// <summary>Where objects come from: an address, or its URI.</summary>
    [Parameter(Mandatory = true, Position = 1, ParameterSetName = AddressSet)]
    [StoreAddress]
    [ArgumentCompleter(typeof(AddressCompleter))]
    [ValidateNotNull]
    public StoreAddress Source { get; set; } = null!;

    /// <summary>Where they go: an address, or its URI.</summary>
    [Parameter(Mandatory = true, Position = 2, ParameterSetName = AddressSet)]
    [StoreAddress]
    [ArgumentCompleter(typeof(AddressCompleter))]
    [ValidateNotNull]
    public StoreAddress Destination { get; set; } = null!;

    /// <summary>
    /// A finished job to go on from: addresses, filter, limits and moment of cut-over are taken over, and what it has settled, so that the
    /// first run is an increment already. That job stays as it is.
    /// </summary>
    [Parameter(Mandatory = true, ParameterSetName = BaseSet)]
    [JobName]
    [ArgumentCompleter(typeof(JobNameCompleter))]
    [ValidateNotNullOrEmpty]
    public string BaseJob { get; set; } = "";

    /// <summary>
    /// A list of the objects at the source, which is then not listed: a file in CSV whose first line names the columns (Key, and as far as they
    /// are known Size, ETag, LastModified, StorageClass), or the manifest.json of an inventory of S3 or OSS in CSV. A path, the URI of the file
    /// at a store (<c>s3://inventories/photos/manifest.json</c>), or an address of it with keys of its own. Keys in a CSV are what follows the source's
    /// prefix. What is gone or other than listed is reported when it is read, and not copied. A job with a list is no proof for clean-up.
    /// </summary>
    [Parameter(ParameterSetName = AddressSet)]
    [ValidateNotNullOrEmpty]
    public object? ObjectList { get; set; }

    /// <summary>Objects of the source from the pipeline, in place of -ObjectList: anything with a Key, and as far as they are known Size, ETag, LastModified, StorageClass.</summary>
    [Parameter(ValueFromPipeline = true, ParameterSetName = AddressSet)]
    [ValidateNotNull]
    public PSObject? InputObject { get; set; }

    /// <summary>Full (default): one run whenever it is started. Incremental: -RunCount runs, one every -Interval.</summary>
    [Parameter]
    public MigrationMode Mode
    {
        get => _mode.Value;
        set => _mode.Value = value;
    }

    /// <summary>With -Mode Incremental: from the start of a run to the start of the next, 1 second to 1 day.</summary>
    [Parameter]
    public TimeSpan? Interval { get; set; }

    /// <summary>With -Mode Incremental: how many runs, the first included, 1 to 100,000.</summary>
    [Parameter]
    public int? RunCount { get; set; }

    /// <summary>What happens to an object that is at the destination already. Default IfDifferent.</summary>
    [Parameter]
    public OverwriteMode Overwrite
    {
        get => _overwrite.Value;
        set => _overwrite.Value = value;
    }

    /// <summary>Only keys that start with it, after the prefix of the source address. Taken literally.</summary>
    [Parameter]
    [AllowEmptyString]
    public string Prefix { get; set; } = "";

    /// <summary>Only keys that match one of these globs (or -IncludeRegex): <c>**/*.jpg</c>. * does not cross a /, ** does.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string[] Include { get; set; } = [];

    /// <summary>No keys that match one of these globs, whatever is included.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string[] Exclude { get; set; } = [];

    /// <summary>Only keys in which one of these regular expressions is found (or that match -Include).</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string[] IncludeRegex { get; set; } = [];

    /// <summary>No keys in which one of these regular expressions is found.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string[] ExcludeRegex { get; set; } = [];

    /// <summary>Only objects of at least so many bytes.</summary>
    [Parameter]
    public long? MinimumSize { get; set; }

    /// <summary>Only objects of at most so many bytes.</summary>
    [Parameter]
    public long? MaximumSize { get; set; }

    /// <summary>Only objects whose date at the source is this or later. A job with a window is no proof for clean-up.</summary>
    [Parameter]
    public DateTimeOffset? ModifiedAfter { get; set; }

    /// <summary>Only objects whose date at the source is earlier.</summary>
    [Parameter]
    public DateTimeOffset? ModifiedBefore { get; set; }

    /// <summary>
    /// After cut-over: what changed at the source and is at the destination already is reported (Report, the default), or
    /// replaces what this job wrote there (Overwrite, at your own risk). OSS has no condition for such a write: one of the
    /// business between our look at the object and the end of our write is lost.
    /// </summary>
    [Parameter]
    public ConflictAction ConflictAction
    {
        get => _conflictAction.Value;
        set => _conflictAction.Value = value;
    }

    /// <summary>
    /// Compares headers and user metadata of objects that the mirror brought, and puts them right by copying the object onto
    /// itself. OSS has no condition for that write: one of the business in that moment is lost.
    /// </summary>
    [Parameter]
    public SwitchParameter RepairMetadata { get; set; }

    /// <summary>
    /// What happens to an object whose key OSS cannot hold (it begins with / or \, or has more than 1,023 bytes): Fail (the default: Unsupported), Skip (left
    /// out, and no exception), or Encode: <c>/a</c> is written as <c>ossmigration-keys/%2Fa</c>, a key that is too long by its hash with its own as metadata.
    /// Runs and comparisons know such objects by their own keys; OSS cannot mirror them. A prefix at the destination (oss://bucket/in/) takes keys that begin with /.
    /// </summary>
    [Parameter(ParameterSetName = AddressSet)]
    public InvalidKeyAction InvalidKeyAction
    {
        get => _invalidKeyAction.Value;
        set => _invalidKeyAction.Value = value;
    }

    /// <summary>
    /// Current (default): what a listing shows, and nothing of older versions or of what is deleted. All: the history of each key, oldest first, delete markers too,
    /// into a bucket with versioning that is empty below the address and has no other writer. Further runs add what came since. The job ends with the
    /// cut-over: from then on it is refused, because OSS keeps no write from covering another where versioning is on. Needs a source of S3 or OSS.
    /// </summary>
    [Parameter(ParameterSetName = AddressSet)]
    public VersionScope Versions
    {
        get => _versions.Value;
        set => _versions.Value = value;
    }

    /// <summary>
    /// Asks for the restoration of archived objects that a run meets, for so many days, 1 to 365: make it longer than the migration takes, they cost
    /// until then. They count as NeedsRestore; <c>Start-OssMigration -FailedOnly</c> copies those that are readable by then, without listing anything again.
    /// Default: none is asked for. Measure-OssMigration -Fidelity counts them beforehand.
    /// </summary>
    [Parameter(ParameterSetName = AddressSet)]
    [ValidateRange(1, 365)]
    public int? RestoreDays { get; set; }

    /// <summary>With -RestoreDays: Standard (default, hours), Expedited (minutes, dear) or Bulk (up to two days, cheap). Not every class has each.</summary>
    [Parameter(ParameterSetName = AddressSet)]
    public RestoreTier RestoreTier
    {
        get => _restoreTier.Value;
        set => _restoreTier.Value = value;
    }

    /// <summary>
    /// Storage classes of OSS by the source's name, over the built-in table: <c>@{ STANDARD_IA = 'Standard'; GLACIER = 'ColdArchive' }</c>. <c>Default</c> is
    /// the bucket's own class, the name <c>*</c> stands for all that are not named. The table: STANDARD and INTELLIGENT_TIERING become the bucket's own,
    /// STANDARD_IA, ONEZONE_IA and GLACIER_IR become IA, GLACIER Archive, DEEP_ARCHIVE ColdArchive.
    /// </summary>
    [Parameter(ParameterSetName = AddressSet)]
    [ValidateNotNull]
    public Hashtable? StorageClassMap { get; set; }

    /// <summary>Carries tags: a request for each object that says that it has some.</summary>
    [Parameter(ParameterSetName = AddressSet)]
    public SwitchParameter CopyTag { get; set; }

    /// <summary>
    /// Carries ACLs: a request for each object. Private and public-read arrive as such; other grants have no form at OSS and never become wider ones.
    /// </summary>
    [Parameter(ParameterSetName = AddressSet)]
    public SwitchParameter CopyAcl { get; set; }

    /// <summary>
    /// What is done with what OSS cannot hold as it is, by aspect (Headers, Metadata, Tags, Acl, StorageClass, Encryption, Retention, Redirect, or <c>*</c> for all that are
    /// not named): Change (the default: the nearest form, the original is kept as user metadata), Drop, or Refuse (the object is Unsupported):
    /// <c>@{ '*' = 'Drop'; Retention = 'Refuse' }</c>.
    /// </summary>
    [Parameter(ParameterSetName = AddressSet)]
    [ValidateNotNull]
    public Hashtable? UnfitAction { get; set; }

    /// <summary>Server-side encryption of what is written: AES256, KMS or SM4. Default: what the bucket does.</summary>
    [Parameter(ParameterSetName = AddressSet)]
    [ValidateSet("AES256", "KMS", "SM4")]
    public string? Encryption { get; set; }

    /// <summary>With -Encryption KMS: the id of the key. Default: the service's own.</summary>
    [Parameter(ParameterSetName = AddressSet)]
    [ValidateNotNullOrEmpty]
    public string? EncryptionKeyId { get; set; }

    /// <summary>
    /// By how much the clocks of the two ends may differ: a source date must be later by more before IfNewer believes it, and
    /// so must the date of a write after cut-over before a comparison calls it Superseded. Default 2 minutes.
    /// </summary>
    [Parameter]
    public TimeSpan? ClockSkewMargin { get; set; }

    /// <summary>Highest rate in each direction: <c>200Mbps</c>, <c>25MB/s</c> or bytes a second. Default: no limit.</summary>
    [Parameter]
    [Bandwidth]
    [ValidateRange(0, long.MaxValue)]
    public long MaxBandwidth { get; set; }

    /// <summary>What the line carries, for example 250Mbps; with -ReserveForBusiness, in place of -MaxBandwidth.</summary>
    [Parameter]
    [Bandwidth]
    [ValidateRange(0, long.MaxValue)]
    public long LinkBandwidth { get; set; }

    /// <summary>What of the line the business keeps at any time, for example 50Mbps. The job takes the rest.</summary>
    [Parameter]
    [Bandwidth]
    [ValidateRange(0, long.MaxValue)]
    public long ReserveForBusiness { get; set; }

    /// <summary>
    /// A timetable of the week, in place of one rate: <c>Mon-Fri 08:00-20:00=100Mbps; Sun=pause; *=200Mbps,500/s</c>. The
    /// first entry that matches wins, * is the rest; a rate, objects a second or both, <c>unlimited</c> or <c>pause</c>.
    /// </summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Schedule { get; set; }

    /// <summary>The time zone of the timetable: <c>Asia/Shanghai</c>.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(TimeZoneCompleter))]
    [ValidateNotNullOrEmpty]
    public string? TimeZone { get; set; }

    /// <summary>Objects a second whose content is read, as a courtesy to the source. Default: no limit.</summary>
    [Parameter]
    [ValidateRange(0, int.MaxValue)]
    public int MaxObjectRate { get; set; }

    /// <summary>Most objects and parts in transfer at a time, 1 to 1,024; how many it is depends on the endpoints: it begins with 32 and finds out. Default 256.</summary>
    [Parameter]
    public int? Concurrency { get; set; }

    /// <summary>Bytes of content in memory at a time, 64MB to 16GB. Default 192MB.</summary>
    [Parameter]
    public long? MemoryBudget { get; set; }

    /// <summary>Objects up to this many bytes go in one request, 1MB to 1GB. Default 32MB.</summary>
    [Parameter]
    public long? SinglePutLimit { get; set; }

    /// <summary>Preferred bytes of a part of larger objects, 1MB to 1GB. Default 8MB.</summary>
    [Parameter]
    public long? PartSize { get; set; }

    /// <inheritdoc/>
    private protected override object ErrorTarget => Name;

    /// <inheritdoc/>
    private protected override void Process()
    {
        if (ParameterSetName == BaseSet)
        {
            GoOn();
            return;
        }

        if (MyInvocation.ExpectingInput)
            Take(InputObject ?? throw new ArgumentException("Nothing can be made of an object of the pipeline that is none."));
        else if (InputObject is not null)
            throw new ArgumentException("Objects of a list come down the pipeline; -InputObject cannot be given by hand.");
        else
            Make();
    }

    /// <inheritdoc/>
    private protected override void Finish()
    {
        if (!MyInvocation.ExpectingInput || ParameterSetName == BaseSet)
            return;
        if (_list is null)
            throw new ArgumentException("No object came down the pipeline, so there is nothing to migrate.");
        Make();
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
            _list?.Dispose();
        base.Dispose(disposing);
    }

    private void Take(PSObject input)
    {
        if (ObjectList is not null)
            throw new ArgumentException("Objects came down the pipeline and -ObjectList names a list too. Give one of them.");
        _list ??= new ListedJob(Engine, EngineEnvironment, Source);
        _list.Add(input);
    }

    private void Make()
    {
        MigrationJob job = Build();
        ObjectListPlace? place = ObjectList is null ? null : ListedInput.PlaceOf(ObjectList, this);
        string what = place is null && _list is null ? "" : $", by the object list of {ListedJob.Origin(place)}";
        if (!ShouldProcess(Display.Text($"{Name}: {Source} -> {Destination}{what}"), "Make a migration job"))
            return;
        if (job.ConflictAction == ConflictAction.Overwrite)
            WriteWarning(RiskText.ConflictAction);
        if (job.RepairMetadata)
            WriteWarning(RiskText.RepairMetadata);
        if (place is null && _list is null)
            Engine.CreateJob(job);
        else
            MakeFromList(job, place);
        WriteObject(new MigrationJobInfo(Engine.GetJob(Name)));
    }

    private void MakeFromList(MigrationJob job, ObjectListPlace? place)
    {
        ListedJob list = _list ??= new ListedJob(Engine, EngineEnvironment, job.Source);
        Run((queue, cancellationToken) => list.MakeAsync(job, place, new CommandListener(queue, maximumErrors: 0), cancellationToken));
        foreach (string warning in list.Warnings())
            WriteWarning(warning);
    }

    private void GoOn()
    {
        string[] taken = [.. MyInvocation.BoundParameters.Keys.Except([.. OwnParameters, .. CommonParameters, .. OptionalCommonParameters], StringComparer.OrdinalIgnoreCase).Order(StringComparer.Ordinal)];
        if (taken.Length > 0)
            throw new ArgumentException($"{string.Join(", ", taken.Select(parameter => $"-{parameter}"))} cannot be given with -BaseJob: a job that goes on takes it over. Set-MigrationJob changes its limits afterwards.");
        if (!ShouldProcess($"{Name}: goes on from {BaseJob}", "Make a migration job"))
            return;
        Engine.CreateJob(BaseJob, job => job with { Name = Name, Mode = Mode, Interval = Interval, RunCount = RunCount });
        WriteObject(new MigrationJobInfo(Engine.GetJob(Name)));
    }

    private MigrationJob Build()
    {
        MigrationJob job = new()
        {
            Name = Name,
            Source = Source,
            Destination = Destination,
            Mode = Mode,
            Interval = Interval,
            RunCount = RunCount,
            Overwrite = Overwrite,
            ConflictAction = ConflictAction,
            RepairMetadata = RepairMetadata,
            Filter = BuildFilter(),
            InvalidKeyAction = InvalidKeyAction,
            Versions = Versions,
            RestoreDays = RestoreDays,
            RestoreTier = RestoreTier,
            Fidelity = FidelityText.ToPolicy(StorageClassMap, UnfitAction, CopyTag, CopyAcl, Encryption, EncryptionKeyId),
            MaxBytesPerSecond = MaxBandwidth > 0 ? MaxBandwidth : null,
            MaxObjectsPerSecond = MaxObjectRate > 0 ? MaxObjectRate : null,
            LinkBytesPerSecond = Given(nameof(LinkBandwidth)) ? LinkBandwidth : null,
            ReserveBytesPerSecond = Given(nameof(ReserveForBusiness)) ? ReserveForBusiness : null,
            Schedule = Schedule,
            TimeZone = TimeZone,
        };
        return job with
        {
            ClockSkewMargin = ClockSkewMargin ?? job.ClockSkewMargin,
            Concurrency = Concurrency ?? job.Concurrency,
            MemoryBudget = MemoryBudget ?? job.MemoryBudget,
            SinglePutLimit = SinglePutLimit ?? job.SinglePutLimit,
            PartSize = PartSize ?? job.PartSize,
        };
    }

    private bool Given(string parameter) => MyInvocation.BoundParameters.ContainsKey(parameter);

    private ObjectFilter BuildFilter() => new()
    {
        Prefix = Prefix,
        Include = Include,
        Exclude = Exclude,
        IncludeRegex = IncludeRegex,
        ExcludeRegex = ExcludeRegex,
        MinSize = MinimumSize,
        MaxSize = MaximumSize,
        ModifiedAfter = ModifiedAfter,
        ModifiedBefore = ModifiedBefore,
    };
}
