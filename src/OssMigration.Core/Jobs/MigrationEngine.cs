using OssMigration.Core.Comparing;
using OssMigration.Core.Reporting;
using OssMigration.Core.Stores;

namespace OssMigration.Core.Jobs;

/// <summary>What of a job may change after it was made. Null leaves a value as it is.</summary>
public sealed record JobChanges
{
    /// <summary>New highest rate in bytes a second; 0 lifts the limit.</summary>
    public long? MaxBytesPerSecond { get; init; }

    /// <summary>New number of transfers at a time; taken up by the next start or resume.</summary>
    public int? Concurrency { get; init; }

    /// <summary>The moment of cut-over.</summary>
    public DateTimeOffset? CutoverTime { get; init; }
}

/// <summary>The engine as its host sees it: jobs, runs, comparisons. Thread-safe.</summary>
public sealed class MigrationEngine(EngineEnvironment environment)
{
    /// <summary>Checks a job's options (all contradictions at once) and stores it.</summary>
    /// <returns>The job as stored.</returns>
    /// <exception cref="JobOptionException">Options are out of range or contradict each other.</exception>
    /// <exception cref="JobStateException">A job of that name exists.</exception>
    public MigrationJob CreateJob(MigrationJob job) => throw new NotImplementedException(environment.Home);

    /// <summary>One job with where it stands.</summary>
    public JobStatus GetJob(string name) => throw new NotImplementedException();

    /// <summary>All jobs, by name.</summary>
    public IReadOnlyList<JobStatus> GetJobs() => throw new NotImplementedException();

    /// <summary>Changes limits or the cut-over moment, from any process, also while the job runs.</summary>
    public MigrationJob SetJob(string name, JobChanges changes) => throw new NotImplementedException();

    /// <summary>Deletes the job's journal and manifests. Objects are not touched. Refused while the job runs.</summary>
    public void RemoveJob(string name) => throw new NotImplementedException();

    /// <summary>Asks the process that runs the job to stop cleanly. Returns at once; no error when nothing runs.</summary>
    public void RequestStop(string name) => throw new NotImplementedException();

    /// <summary>
    /// Runs the job: resumes its unfinished run, or begins a new one. Cancelling stops cleanly: transfers in flight are
    /// drained or dropped, the journal is committed, and the report (Incomplete) is returned, not thrown.
    /// </summary>
    /// <exception cref="StoreException">What stops a job at once (wrong credential, no such bucket ...); the run is recorded as Incomplete first.</exception>
    /// <exception cref="JobStateException">The job is locked, of another fingerprint or version, damaged or unknown.</exception>
    public Task<MigrationReport> RunAsync(string name, RunOptions options, IRunListener listener, CancellationToken cancellationToken)
        => throw new NotImplementedException();

    /// <summary>The reports of all runs, oldest first.</summary>
    public IReadOnlyList<MigrationReport> GetReports(string name) => throw new NotImplementedException();

    /// <summary>The exceptional objects of a run (null: the last), in key order, streamed.</summary>
    public IEnumerable<MigrationItem> GetItems(string name, int? run, MigrationItemState? state) => throw new NotImplementedException();

    /// <summary>Finds out what is reachable, which rights are there and what is missing. Writes nothing that stays.</summary>
    public Task<AddressCheck> CheckAddressAsync(StoreAddress address, AddressRole role, ICredentialProvider? credential, CancellationToken cancellationToken)
        => throw new NotImplementedException();

    /// <summary>Begins a comparison; nothing is sent before its items are walked.</summary>
    public IComparison Compare(ComparisonRequest request, IRunListener listener) => throw new NotImplementedException();

    /// <summary>The comparisons of a job that were recorded, oldest first.</summary>
    public IReadOnlyList<ComparisonSummary> GetComparisons(string name) => throw new NotImplementedException();
}
