using System.Management.Automation;
using System.Runtime.CompilerServices;
using OssMigration.Core.Jobs;
using OssMigration.Core.RemoteState;
using OssMigration.Core.Reporting;
using OssMigration.Core.Stores;
using OssMigration.Credentials;
using OssMigration.Parameters;
using OssMigration.Pipeline;
using OssMigration.Views;

namespace OssMigration.Commands;

/// <summary>
/// Changes what of a job may change: its limits, also while it runs (in any process of this machine), and the moment of
/// cut-over. What decides the result is fixed; make another job for it.
/// </summary>
/// <example>
/// Slow down now, also a job that runs in another process
/// <code>Set-MigrationJob photos -MaxBandwidth 100Mbps</code>
/// It holds within a second.
/// </example>
/// <example>
/// Give back the line by day
/// <code>Set-MigrationJob photos -Schedule 'Mon-Fri 08:00-20:00=50Mbps; *=200Mbps' -TimeZone Europe/Berlin</code>
/// </example>
/// <example>
/// Switch the business
/// <code>Set-MigrationJob photos -CutoverTime ([DateTimeOffset]::UtcNow) -PassThru</code>
/// From now on nothing is overwritten at the destination. Test-OssCutover tells whether the time has come.
/// </example>
[Cmdlet(VerbsCommon.Set, "MigrationJob", SupportsShouldProcess = true)]
[OutputType(typeof(MigrationJobInfo))]
public sealed class SetMigrationJobCommand : JobCommand
{
    // Boxed, because a field of an enum of the engine would have to be resolved before the module is imported.
    private readonly StrongBox<ConflictAction> _conflictAction = new();
    private readonly StrongBox<RestoreTier?> _restoreTier = new();

    /// <summary>
    /// Highest rate: <c>200Mbps</c>, <c>25MB/s</c> or bytes a second; 0 lifts the limit. Taken up within a second, as all
    /// limits are. It replaces a timetable, and a line with its reserve, and is replaced by them.
    /// </summary>
    [Parameter]
    [Bandwidth]
    [ValidateRange(0, long.MaxValue)]
    public long MaxBandwidth { get; set; }

    /// <summary>What the line carries, for example 250Mbps.</summary>
    [Parameter]
    [Bandwidth]
    [ValidateRange(0, long.MaxValue)]
    public long LinkBandwidth { get; set; }

    /// <summary>What of the line the business keeps, for example 50Mbps.</summary>
    [Parameter]
    [Bandwidth]
    [ValidateRange(0, long.MaxValue)]
    public long ReserveForBusiness { get; set; }

    /// <summary>A timetable of the week: <c>Mon-Fri 08:00-20:00=100Mbps; *=200Mbps</c>; see New-MigrationJob.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Schedule { get; set; }

    /// <summary>The time zone of the timetable: <c>Asia/Shanghai</c>.</summary>
    [Parameter]
    [ArgumentCompleter(typeof(TimeZoneCompleter))]
    [ValidateNotNullOrEmpty]
    public string? TimeZone { get; set; }

    /// <summary>Objects a second whose content is read; 0 lifts the limit.</summary>
    [Parameter]
    [ValidateRange(0, int.MaxValue)]
    public int MaxObjectRate { get; set; }

    /// <summary>Most transfers at a time; taken up by the next start.</summary>
    [Parameter]
    [ValidateRange(1, 1024)]
    public int Concurrency { get; set; }

    /// <summary>From this moment the destination belongs to the business and nothing there is overwritten.</summary>
    [Parameter]
    public DateTimeOffset CutoverTime { get; set; }

    /// <summary>Of an incremental job: from the start of a run to the start of the next, 1 second to 1 day. Taken up at once.</summary>
    [Parameter]
    public TimeSpan Interval { get; set; }

    /// <summary>Of an incremental job: how many runs, those that are done included.</summary>
    [Parameter]
    public int RunCount { get; set; }

    /// <summary>
    /// After cut-over: what changed at the source and is at the destination already is reported (Report), or replaces what
    /// this job wrote there (Overwrite, at your own risk). OSS has no condition for such a write: one of the business
    /// between our look at the object and the end of our write is lost. Taken up by the next start.
    /// </summary>
    [Parameter]
    public ConflictAction ConflictAction
    {
        get => _conflictAction.Value;
        set => _conflictAction.Value = value;
    }

    /// <summary>
    /// Compares headers and user metadata of objects that the mirror brought, and puts them right by copying the object onto
    /// itself. OSS has no condition for that write: one of the business in that moment is lost. Taken up by the next start;
    /// -RepairMetadata:$false ends it.
    /// </summary>
    [Parameter]
    public SwitchParameter RepairMetadata { get; set; }

    /// <summary>New days for which archived objects are restored that a run meets, as for New-MigrationJob; 0 asks for none any more.</summary>
    [Parameter]
    [ValidateRange(0, 365)]
    public int? RestoreDays { get; set; }

    /// <summary>New speed of the restoration: Standard, Expedited or Bulk.</summary>
    [Parameter]
    public RestoreTier? RestoreTier
    {
        get => _restoreTier.Value;
        set => _restoreTier.Value = value;
    }

    /// <summary>
    /// Where the job keeps its state (an address, or its URI): see Start-OssMigration -StateUri. The newest state is changed there. On a machine
    /// that has the job it need not be given. While another machine runs the job, it is refused.
    /// </summary>
    [Parameter]
    [StoreAddress]
    [ArgumentCompleter(typeof(AddressCompleter))]
    [ValidateNotNull]
    public StoreAddress? StateUri { get; set; }

    /// <summary>Gives the changed job.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <inheritdoc/>
    private protected override void Process()
    {
        StateLocation? place = StatePlace.Find(Engine, Job, StateUri);
        if (place is null)
            Engine.GetJob(Job);
        List<string> changes = [];
        if (Given(nameof(MaxBandwidth)))
            changes.Add(MaxBandwidth == 0 ? "lift the limit of the rate" : $"limit the rate to {Display.Rate(MaxBandwidth)}");
        if (Given(nameof(LinkBandwidth)))
            changes.Add($"count on a line of {Display.Rate(LinkBandwidth)}");
        if (Given(nameof(ReserveForBusiness)))
            changes.Add($"leave {Display.Rate(ReserveForBusiness)} to the business");
        if (Given(nameof(Schedule)))
            changes.Add($"follow the timetable {Schedule}");
        if (Given(nameof(TimeZone)))
            changes.Add($"follow the clocks of {TimeZone}");
        if (Given(nameof(MaxObjectRate)))
            changes.Add(MaxObjectRate == 0 ? "lift the limit of objects" : $"read at most {Display.Number(MaxObjectRate)} objects a second");
        if (Given(nameof(Concurrency)))
            changes.Add($"run at most {Concurrency} transfers at a time from the next start");
        if (Given(nameof(CutoverTime)))
            changes.Add($"overwrite nothing at the destination from {Display.Time(CutoverTime)}");
        if (Given(nameof(Interval)))
            changes.Add($"begin a run every {Display.Span(Interval)}");
        if (Given(nameof(RunCount)))
            changes.Add($"run {Display.Number(RunCount)} times");
        if (Given(nameof(ConflictAction)))
            changes.Add(ConflictAction == ConflictAction.Overwrite ? "replace after cut-over what changed at the source" : "report what changed at the source after cut-over");
        if (RestoreDays is { } days)
            changes.Add(days == 0 ? "restore nothing" : $"restore archived objects for {days} days");
        if (RestoreTier is { } tier)
            changes.Add($"restore by tier {tier}");
        if (Given(nameof(RepairMetadata)))
            changes.Add(RepairMetadata ? "put metadata right" : "leave metadata alone");
        if (changes.Count == 0)
        {
            WriteWarning($"Nothing to change was given for job {Job}.");
            return;
        }

        if (!ShouldProcess(Job, string.Join("; ", changes)))
            return;
        if (Given(nameof(ConflictAction)) && ConflictAction == ConflictAction.Overwrite)
            WriteWarning(RiskText.ConflictAction);
        if (RepairMetadata)
            WriteWarning(RiskText.RepairMetadata);
        Change(place, new JobChanges
        {
            MaxBytesPerSecond = Given(nameof(MaxBandwidth)) ? MaxBandwidth : null,
            LinkBytesPerSecond = Given(nameof(LinkBandwidth)) ? LinkBandwidth : null,
            ReserveBytesPerSecond = Given(nameof(ReserveForBusiness)) ? ReserveForBusiness : null,
            Schedule = Schedule,
            TimeZone = TimeZone,
            MaxObjectsPerSecond = Given(nameof(MaxObjectRate)) ? MaxObjectRate : null,
            Concurrency = Given(nameof(Concurrency)) ? Concurrency : null,
            CutoverTime = Given(nameof(CutoverTime)) ? CutoverTime : null,
            Interval = Given(nameof(Interval)) ? Interval : null,
            RunCount = Given(nameof(RunCount)) ? RunCount : null,
            ConflictAction = Given(nameof(ConflictAction)) ? ConflictAction : null,
            RestoreDays = RestoreDays,
            RestoreTier = RestoreTier,
            RepairMetadata = Given(nameof(RepairMetadata)) ? RepairMetadata : null,
        });
        if (PassThru)
            WriteObject(new MigrationJobInfo(Engine.GetJob(Job)));
    }

    private void Change(StateLocation? place, JobChanges changes)
    {
        if (place is null)
            Engine.SetJob(Job, changes);
        else
            Task.Run(() => Engine.SetJobAsync(Job, changes, place, SilentListener.Instance, CancellationToken.None)).GetAwaiter().GetResult();
    }

    private bool Given(string parameter) => MyInvocation.BoundParameters.ContainsKey(parameter);
}
