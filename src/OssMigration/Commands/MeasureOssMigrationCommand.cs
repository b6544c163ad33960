using System.Management.Automation;
using OssMigration.Core.Fidelity;
using OssMigration.Core.Jobs;
using OssMigration.Core.Preparation;
using OssMigration.Core.Stores;
using OssMigration.Credentials;
using OssMigration.Parameters;
using OssMigration.Pipeline;

namespace OssMigration.Commands;

/// <summary>
/// Forecasts a move and shows its arithmetic: days at the line or timetable, requests on both sides, increments until they are
/// small, the moment at which cut-over is possible, and what speed a wished number of days needs. Works from numbers, or from a source or
/// job whose listing is sampled. Changes nothing.
/// </summary>
/// <example>
/// Forecast from numbers
/// <code>Measure-OssMigration -ObjectCount 100000000 -TotalSize '320 TB' -DailyGrowth '20 GB' -LinkBandwidth 250Mbps -ReserveForBusiness 50Mbps -Days 25</code>
/// Says how long it takes at the rest of the line, and what speed 25 days would need.
/// </example>
/// <example>
/// Sample a source
/// <code>Measure-OssMigration -Source $source -MaxBandwidth 200Mbps</code>
/// At most 500 list requests, spread over the key space.
/// </example>
/// <example>
/// Show the arithmetic of a job
/// <code>(Measure-OssMigration photos -DailyGrowth '2 GB' -MaxBandwidth 200Mbps).Arithmetic</code>
/// </example>
/// <example>
/// Count exactly, with a timetable
/// <code>Measure-OssMigration photos -Exact -Schedule 'Mon-Fri 08:00-20:00=100Mbps; *=200Mbps' -TimeZone Asia/Shanghai</code>
/// </example>
/// <example>
/// Know what becomes of headers, tags and storage classes
/// <code>Measure-OssMigration photos -Fidelity -ReadHeader</code>
/// -Detailed names the objects that will not arrive as they are.
/// </example>
[Cmdlet(VerbsDiagnostic.Measure, "OssMigration", DefaultParameterSetName = NumbersSet)]
[OutputType(typeof(Forecast), typeof(FidelityForecast), typeof(FidelityForecastItem))]
public sealed class MeasureOssMigrationCommand : AsyncMigrationCommand
{
    private const string NumbersSet = "Numbers";
    private const string SourceSet = "Source";
    private const string JobSet = "Job";
    private const string FidelitySet = "Fidelity";

    /// <summary>The job whose source, limits and part sizes hold, or its name.</summary>
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = JobSet, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Parameter(Mandatory = true, Position = 0, ParameterSetName = FidelitySet, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [Alias("Name", "JobName")]
    [JobName]
    [ArgumentCompleter(typeof(JobNameCompleter))]
    [ValidateNotNullOrEmpty]
    public string Job { get; set; } = "";

    /// <summary>
    /// Tells what will become of the objects of the job beyond their bytes (keys, headers, metadata, tags, ACLs, storage classes), by the rules that copy
    /// them. Lists everything and writes nothing; the job keeps the totals, and its reports set them beside what happened.
    /// </summary>
    [Parameter(Mandatory = true, ParameterSetName = FidelitySet)]
    public SwitchParameter Fidelity { get; set; }

    /// <summary>
    /// Reads the headers of each object too: a request an object, and more where the job copies tags or ACLs. Without it the listing tells of keys, sizes
    /// and storage classes.
    /// </summary>
    [Parameter(ParameterSetName = FidelitySet)]
    public SwitchParameter ReadHeader { get; set; }

    /// <summary>Gives the objects that do not arrive as they are, as they are found, in place of the totals.</summary>
    [Parameter(ParameterSetName = FidelitySet)]
    public SwitchParameter Detailed { get; set; }

    /// <summary>With -Detailed: gives the other objects as well.</summary>
    [Parameter(ParameterSetName = FidelitySet)]
    public SwitchParameter IncludeCarried { get; set; }

    /// <summary>The source to measure: an address, or its URI.</summary>
    [Parameter(Mandatory = true, ParameterSetName = SourceSet)]
    [StoreAddress]
    [ArgumentCompleter(typeof(AddressCompleter))]
    [ValidateNotNull]
    public StoreAddress? Source { get; set; }

    /// <summary>Objects to move.</summary>
    [Parameter(Mandatory = true, ParameterSetName = NumbersSet)]
    [ValidateRange(0, long.MaxValue)]
    public long ObjectCount { get; set; }

    /// <summary>Bytes to move: <c>'320 TB'</c> is decimal, <c>'320 TiB'</c> binary, a number is bytes (PowerShell's own 320TB is binary).</summary>
    [Parameter(Mandatory = true, ParameterSetName = NumbersSet)]
    [ByteSize]
    [ValidateRange(0, long.MaxValue)]
    public long TotalSize { get; set; }

    /// <summary>Most list pages that are read for an estimate. More are more exact; a source that is small for it is counted. Default 500.</summary>
    [Parameter(ParameterSetName = SourceSet)]
    [Parameter(ParameterSetName = JobSet)]
    [ValidateRange(1, 1_000_000)]
    public int Sample { get; set; } = 500;

    /// <summary>Lists everything instead: a request for every 1,000 objects.</summary>
    [Parameter(ParameterSetName = SourceSet)]
    [Parameter(ParameterSetName = JobSet)]
    public SwitchParameter Exact { get; set; }

    /// <summary>Keys of the source, where the address's own were given in another session.</summary>
    [Parameter(ParameterSetName = SourceSet)]
    [Parameter(ParameterSetName = JobSet)]
    [Parameter(ParameterSetName = FidelitySet)]
    [Credential]
    public PSCredential? Credential { get; set; }

    /// <summary>Bytes that arrive at the source a day, written as for -TotalSize. Default none.</summary>
    [Parameter(ParameterSetName = NumbersSet)]
    [Parameter(ParameterSetName = SourceSet)]
    [Parameter(ParameterSetName = JobSet)]
    [ByteSize]
    [ValidateRange(0, long.MaxValue)]
    public long DailyGrowth { get; set; }

    /// <summary>Objects that arrive a day. Default: what -DailyGrowth makes at the average size.</summary>
    [Parameter(ParameterSetName = NumbersSet)]
    [Parameter(ParameterSetName = SourceSet)]
    [Parameter(ParameterSetName = JobSet)]
    [ValidateRange(0, long.MaxValue)]
    public long? DailyNewObjects { get; set; }

    /// <summary>Highest rate of the job: <c>200Mbps</c>, <c>25MB/s</c> or bytes a second.</summary>
    [Parameter(ParameterSetName = NumbersSet)]
    [Parameter(ParameterSetName = SourceSet)]
    [Parameter(ParameterSetName = JobSet)]
    [Bandwidth]
    [ValidateRange(0, long.MaxValue)]
    public long MaxBandwidth { get; set; }

    /// <summary>What the line carries; with -ReserveForBusiness.</summary>
    [Parameter(ParameterSetName = NumbersSet)]
    [Parameter(ParameterSetName = SourceSet)]
    [Parameter(ParameterSetName = JobSet)]
    [Bandwidth]
    [ValidateRange(0, long.MaxValue)]
    public long LinkBandwidth { get; set; }

    /// <summary>What of the line the business keeps.</summary>
    [Parameter(ParameterSetName = NumbersSet)]
    [Parameter(ParameterSetName = SourceSet)]
    [Parameter(ParameterSetName = JobSet)]
    [Bandwidth]
    [ValidateRange(0, long.MaxValue)]
    public long ReserveForBusiness { get; set; }

    /// <summary>A timetable of the week: <c>'Mon-Fri 08:00-20:00=100Mbps; *=200Mbps'</c>; with -TimeZone.</summary>
    [Parameter(ParameterSetName = NumbersSet)]
    [Parameter(ParameterSetName = SourceSet)]
    [Parameter(ParameterSetName = JobSet)]
    [ValidateNotNullOrEmpty]
    public string? Schedule { get; set; }

    /// <summary>The zone whose clocks the timetable follows, for example Asia/Shanghai.</summary>
    [Parameter(ParameterSetName = NumbersSet)]
    [Parameter(ParameterSetName = SourceSet)]
    [Parameter(ParameterSetName = JobSet)]
    [ArgumentCompleter(typeof(TimeZoneCompleter))]
    [ValidateNotNullOrEmpty]
    public string? TimeZone { get; set; }

    /// <summary>Objects a second at most. Default: no limit.</summary>
    [Parameter(ParameterSetName = NumbersSet)]
    [Parameter(ParameterSetName = SourceSet)]
    [Parameter(ParameterSetName = JobSet)]
    [ValidateRange(0, int.MaxValue)]
    public int MaxObjectRate { get; set; }

    /// <summary>The days that you wish it to take: what speed does that need?</summary>
    [Parameter(ParameterSetName = NumbersSet)]
    [Parameter(ParameterSetName = SourceSet)]
    [Parameter(ParameterSetName = JobSet)]
    public double? Days { get; set; }

    /// <summary>An increment that takes no longer is small enough to cut over. Default 01:00:00, at most a day.</summary>
    [Parameter(ParameterSetName = NumbersSet)]
    [Parameter(ParameterSetName = SourceSet)]
    [Parameter(ParameterSetName = JobSet)]
    public TimeSpan Interval { get; set; } = TimeSpan.FromHours(1);

    /// <summary>Objects up to this many bytes go in one request, 1MB to 1GB. Default 32MB, or the job's.</summary>
    [Parameter(ParameterSetName = NumbersSet)]
    [Parameter(ParameterSetName = SourceSet)]
    [Parameter(ParameterSetName = JobSet)]
    [ValidateRange(1L << 20, 1L << 30)]
    public long? SinglePutLimit { get; set; }

    /// <summary>Preferred bytes of a part of larger objects, 1MB to 1GB. Default 8MB, or the job's.</summary>
    [Parameter(ParameterSetName = NumbersSet)]
    [Parameter(ParameterSetName = SourceSet)]
    [Parameter(ParameterSetName = JobSet)]
    [ValidateRange(1L << 20, 1L << 30)]
    public long? PartSize { get; set; }

    private bool IsRateGiven => MyInvocation.BoundParameters.Keys.Any(name =>
        name is nameof(MaxBandwidth) or nameof(LinkBandwidth) or nameof(ReserveForBusiness) or nameof(Schedule) or nameof(TimeZone) or nameof(MaxObjectRate));

    /// <inheritdoc/>
    private protected override object? ErrorTarget => Job.Length > 0 ? Job : Source;

    /// <inheritdoc/>
    private protected override bool ErrorsTerminate => !MyInvocation.ExpectingInput;

    /// <inheritdoc/>
    private protected override void Process()
    {
        if (Exact && MyInvocation.BoundParameters.ContainsKey(nameof(Sample)))
            throw new ArgumentException("-Sample and -Exact contradict each other: some of the listing, or all of it. Give one.");
        if (ParameterSetName == FidelitySet)
        {
            Foresee();
            return;
        }

        MigrationJob job = Limited(Job.Length > 0 ? Engine.GetJob(Job).Job : Unnamed());
        if (ParameterSetName == NumbersSet)
        {
            WriteObject(Forecaster.Forecast(Request(job, TotalSize, ObjectCount)));
            return;
        }

        ICredentialProvider? keys = CredentialVault.For(job.Source, Credential, nameof(Credential));
        if (!job.Filter.IsEmptyBeyondPrefix)
            WriteWarning("The job has a filter beyond its prefix; what it leaves out is forecast all the same.");
        StoreAddress source = job.Source with { Prefix = job.Source.Prefix + job.Filter.Prefix };
        Run(async (queue, cancellationToken) =>
        {
            SourceMeasurer measurer = new(EngineEnvironment);
            CommandListener listener = new(queue, 0);
            ObjectCutting cutting = new(job.SinglePutLimit, job.PartSize);
            SourceEstimate found = Exact
                ? await measurer.CountAsync(source, cutting, keys, listener, cancellationToken).ConfigureAwait(false)
                : await measurer.SampleAsync(source, cutting, Sample, keys, listener, cancellationToken).ConfigureAwait(false);
            Forecast forecast = Forecaster.Forecast(Request(job, found.Bytes, found.Objects) with { Estimate = found });
            await queue.OutputAsync(forecast, cancellationToken).ConfigureAwait(false);
        });
    }

    private void Foresee()
    {
        if (IncludeCarried && !Detailed)
            throw new ArgumentException("-IncludeCarried has a meaning with -Detailed only.");
        MigrationJob job = Engine.GetJob(Job).Job;
        FidelityForecastRequest request = new()
        {
            JobName = job.Name,
            ReadsHeaders = ReadHeader,
            IncludesCarried = IncludeCarried,
            Credentials = new RunCredentials(CredentialVault.For(job.Source, Credential, nameof(Credential)), Destination: null),
        };
        Run((queue, cancellationToken) => FidelityWalk.RunAsync(Engine, request, Detailed, queue, cancellationToken));
    }

    private ForecastRequest Request(MigrationJob job, long bytes, long objects) => new()
    {
        Bytes = bytes,
        Objects = objects,
        DailyBytes = DailyGrowth,
        DailyObjects = DailyNewObjects,
        Days = Days,
        Job = job,
        Start = EngineEnvironment.Time.GetUtcNow(),
        Interval = Interval,
    };

    // Without a job its defaults hold; where it goes does not matter to a forecast.
    private MigrationJob Unnamed()
    {
        StoreAddress source = Source ?? new StoreAddress { Scheme = "file", Bucket = "/" };
        return new MigrationJob { Name = "forecast", Source = source, Destination = source };
    }

    private MigrationJob Limited(MigrationJob job)
    {
        job = job with { SinglePutLimit = SinglePutLimit ?? job.SinglePutLimit, PartSize = PartSize ?? job.PartSize };
        return !IsRateGiven ? job : job with
        {
            MaxBytesPerSecond = MaxBandwidth > 0 ? MaxBandwidth : null,
            MaxObjectsPerSecond = MaxObjectRate > 0 ? MaxObjectRate : null,
            LinkBytesPerSecond = LinkBandwidth > 0 ? LinkBandwidth : null,
            ReserveBytesPerSecond = ReserveForBusiness > 0 ? ReserveForBusiness : null,
            Schedule = Schedule,
            TimeZone = TimeZone,
        };
    }
}
