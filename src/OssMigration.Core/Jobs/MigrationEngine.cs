using OssMigration.Core.Comparing;
using OssMigration.Core.Fidelity;
using OssMigration.Core.Journal;
using OssMigration.Core.Lists;
using OssMigration.Core.RemoteState;
using OssMigration.Core.Reporting;
using OssMigration.Core.Stores;
using OssMigration.Core.Throttling;

namespace OssMigration.Core.Jobs;

/// <summary>The engine as its host sees it: jobs, runs, comparisons. Thread-safe.</summary>
public sealed class MigrationEngine(EngineEnvironment environment)
{
    /// <summary>Checks a job's options (all contradictions at once) and stores it.</summary>
    /// <returns>The job as stored.</returns>
    /// <exception cref="JobOptionException">Options are out of range or contradict each other.</exception>
    /// <exception cref="JobStateException">A job of that name exists.</exception>
    public MigrationJob CreateJob(MigrationJob job)
    {
        MigrationJob made = job with { CreatedAt = environment.Time.GetUtcNow() };
        JobOptionCheck.Check(made);
        Folder(made.Name).Create(made);
        return made;
    }

    /// <summary>
    /// Makes a job that goes on where a finished one stands: it takes over addresses, filter, moment of cut-over, and what that
    /// one has settled, so that its first run is an increment. The other job stays as it is.
    /// </summary>
    /// <param name="baseName">The job that is finished.</param>
    /// <param name="change">Given that job: what the new one has of its own (name, mode, interval, limits).</param>
    /// <exception cref="RefusedException">That job has no finished run over everything, or its last run is not finished.</exception>
    /// <exception cref="JobStateException">There is no such job, it runs now, or a job of the new name exists.</exception>
    /// <exception cref="JobOptionException">Options are out of range or contradict each other.</exception>
    public MigrationJob CreateJob(string baseName, Func<MigrationJob, MigrationJob> change)
    {
        JobFolder origin = Folder(baseName);
        origin.Read().Dispose();
        using IDisposable held = origin.Lock();
        using JournalReader reader = origin.Read();
        MigrationJob model = reader.Job();
        if (model.ObjectList is { } list)
            throw new RefusedException("JobBaseObjectList", $"Job '{baseName}' has an object list ({list.Origin}), and what is not in it is not settled.", "Make a job with a newer list, or without one: what is at the destination already is not copied again.");
        MigrationJob made = change(model) with
        {
            Source = model.Source,
            Destination = model.Destination,
            Filter = model.Filter,
            Versions = model.Versions,
            CutoverTime = model.CutoverTime,
            CreatedAt = environment.Time.GetUtcNow(),
        };
        JobOptionCheck.Check(made);
        Inheritance inheritance = new(origin, reader);
        inheritance.Check();
        Folder(made.Name).Create(made, inheritance.CopyTo);
        return made;
    }

    /// <summary>An empty object list for a job to be made, to be filled and given to <see cref="CreateJob(MigrationJob, ObjectListIntake, string, CancellationToken)"/>.</summary>
    /// <param name="source">Keys of the list that do not begin with the prefix of this address are left out.</param>
    /// <exception cref="IOException">The disk refuses.</exception>
    public ObjectListIntake BeginObjectList(StoreAddress source)
        => new(Path.Combine(environment.Home, "lists", FormattableString.Invariant($"list-{(long)(environment.Chance() * 1e15):x}")), source.Prefix);

    /// <summary>As <see cref="CreateJob(MigrationJob)"/>, for a job whose source is told by a list.</summary>
    /// <param name="job">The job.</param>
    /// <param name="list">The list; nothing can be added to it any more.</param>
    /// <param name="origin">Where the list came from, for people. No secret.</param>
    /// <param name="cancellationToken">Cancels; then there is no job.</param>
    /// <exception cref="ArgumentException">The list has no object below the source's prefix.</exception>
    /// <exception cref="StoreException">LocalDisk: the disk refuses.</exception>
    public MigrationJob CreateJob(MigrationJob job, ObjectListIntake list, string origin, CancellationToken cancellationToken)
    {
        JobFolder folder = Folder(job.Name);
        MigrationJob made = job with { CreatedAt = environment.Time.GetUtcNow() };
        JobOptionCheck.Check(made with { ObjectList = new ObjectListFacts { Origin = origin, Digest = "", Objects = 0, Bytes = 0, LookedUp = 0 } });
        if (folder.Exists)
            throw new JobStateException(JobStateError.AlreadyExists, job.Name, $"There is a job '{job.Name}' already.");
        if (list.Taken == 0)
            throw new ArgumentException($"The object list ({origin}) has no object below {job.Source}{(list.Outside == 0 ? "" : FormattableString.Invariant($"; {list.Outside} have keys outside of that prefix"))}.");
        Directory.CreateDirectory(folder.Path);
        made = made with { ObjectList = list.Finish(origin, facts => folder.ObjectList(facts.Digest), cancellationToken) };
        folder.Create(made);
        return made;
    }

    /// <summary>One job with where it stands.</summary>
    /// <exception cref="JobStateException">There is no such job, or its journal cannot be read.</exception>
    public JobStatus GetJob(string name)
    {
        JobFolder folder = Folder(name);
        using JournalReader reader = folder.Read();
        JobState state = folder.IsLocked() ? JobState.Running : reader.LastRun() switch
        {
            null => JobState.Created,
            { IsFinished: true } => JobState.Finished,
            _ => JobState.Stopped,
        };
        MigrationJob job = reader.Job();
        LimitPlan limits = JobLimits.Of(job);
        DateTimeOffset now = environment.Time.GetUtcNow();
        return new JobStatus(job, state, reader.Reports() is [.., MigrationReport last] ? last : null)
        {
            Limits = limits.At(now),
            LimitsChangeAt = limits.NextChange(now),
            StateAddress = reader.State()?.Address,
            RunsDone = reader.RunsDone(),
            NextRunAt = SeriesClock.NextRunAt(reader),
            LifecycleRules = [.. reader.LifecycleRules().Where(rule => rule.WithdrawnAt is null)],
        };
    }

    /// <summary>
    /// Takes a job whose state is kept apart from this machine for this process: its newest journal is brought here, also to an empty
    /// disk, or the one that is here gets its first snapshot. The result goes into <see cref="RunOptions.State"/>.
    /// </summary>
    /// <exception cref="RefusedException">StateLeaseHeld, StateOtherJob, StateOtherPlace, StateUriOverlaps, StateBucketVersioned.</exception>
    /// <exception cref="JobStateException">There is no such job at either place, another process has it, or its snapshot is damaged or of another version.</exception>
    /// <exception cref="StoreException">The place cannot be used.</exception>
    public Task<KeptState> OpenStateAsync(string name, StateLocation location, IRunListener listener, CancellationToken cancellationToken)
        => KeptState.OpenAsync(environment, NamedFolder(name), location, listener, cancellationToken);

    /// <summary>Where a job stands by its newest snapshot. Nothing is taken, and nothing stays on this machine.</summary>
    /// <exception cref="JobStateException">There is no such job, or its snapshot is damaged or of another version.</exception>
    /// <exception cref="StoreException">The place cannot be read.</exception>
    public async Task<JobStatus> GetJobAsync(string name, StateLocation location, IRunListener listener, CancellationToken cancellationToken)
    {
        NamedFolder(name);
        DirectoryInfo home = Directory.CreateTempSubdirectory("ossmigration-");
        try
        {
            JobFolder folder = new(home.FullName, name);
            bool isHeld = await KeptState.FetchAsync(environment, folder, location, listener, cancellationToken).ConfigureAwait(false);
            JobStatus status = new MigrationEngine(environment with { Home = home.FullName }).GetJob(name);
            return isHeld ? status with { State = JobState.Running } : status;
        }
        finally
        {
            home.Delete(recursive: true);
        }
    }

    /// <summary>All jobs with where they stand, by name.</summary>
    public IReadOnlyList<JobStatus> GetJobs() => [.. GetJobNames().Select(GetJob)];

    /// <summary>The names of all jobs, sorted.</summary>
    public IReadOnlyList<string> GetJobNames() => JobFolder.Names(environment.Home);

    /// <summary>Changes limits or the cut-over moment, from any process, also while the job runs.</summary>
    /// <exception cref="RefusedException">
    /// StateUriNeeded: its state is kept elsewhere, and nothing here would tell that. CutoverNotHeard: other machines work on its run and nobody coordinates them.
    /// </exception>
    public MigrationJob SetJob(string name, JobChanges changes) => new JobChanger(environment, Folder(name)).Change(changes);

    /// <summary>
    /// Changes a job whose state is kept apart from this machine. Where a process of this machine runs it, that one takes up the change and
    /// its next snapshot has it; a moment of cut-over is waited for until a snapshot has it.
    /// </summary>
    /// <exception cref="RefusedException">As for <see cref="OpenStateAsync"/>; StateNotKept: the moment of cut-over is in no snapshot yet.</exception>
    public Task<MigrationJob> SetJobAsync(string name, JobChanges changes, StateLocation location, IRunListener listener, CancellationToken cancellationToken)
        => new JobChanger(environment, NamedFolder(name)).ChangeAsync(changes, location, listener, cancellationToken);

    /// <summary>Deletes the job's journal and manifests. Objects are not touched. Refused while the job runs.</summary>
    public void RemoveJob(string name)
    {
        JobFolder folder = Folder(name);
        if (!folder.Exists)
            throw new JobStateException(JobStateError.NotFound, name, $"There is no job '{name}'.");
        folder.Delete();
    }

    /// <summary>Asks the process that runs the job to stop cleanly. Returns at once; no error when nothing runs.</summary>
    public void RequestStop(string name)
    {
        JobFolder folder = Folder(name);
        folder.Read().Dispose();
        if (folder.IsLocked())
            JobChanger.Write(folder, writes => writes.SetStop(true));
    }

    /// <summary>
    /// Runs the job: resumes its unfinished run, or begins a new one; an incremental job run after run. Cancelling stops cleanly:
    /// transfers in flight are dropped, the journal is committed, and the report (Incomplete) is given, not thrown; while it
    /// waits for the next run of a series nothing more is given.
    /// </summary>
    /// <returns>The report of each run as it ends.</returns>
    /// <exception cref="StoreException">What stops a job at once (wrong credential, no such bucket ...); the run is recorded as Incomplete first.</exception>
    /// <exception cref="JobStateException">The job is locked, of another fingerprint or version, damaged or unknown.</exception>
    /// <exception cref="RefusedException">RunUnfinished, RunNothingYet, RunSeriesDone, RunRemovalAfterCutover: not possible as things stand.</exception>
    public IAsyncEnumerable<MigrationReport> StartAsync(string name, RunOptions options, IRunListener listener, CancellationToken cancellationToken)
        => new JobRunner(environment, Folder(name), options, listener).RunAsync(cancellationToken);

    /// <summary>As <see cref="StartAsync"/>, to its end.</summary>
    /// <returns>The last report.</returns>
    public async Task<MigrationReport> RunAsync(string name, RunOptions options, IRunListener listener, CancellationToken cancellationToken)
    {
        MigrationReport? last = null;
        await foreach (MigrationReport report in StartAsync(name, options, listener, cancellationToken).ConfigureAwait(false))
            last = report;
        return last ?? GetReports(name)[^1];
    }

    /// <summary>An empty selection of keys of a job, to be filled and run.</summary>
    /// <exception cref="JobStateException">There is no such job.</exception>
    /// <exception cref="StoreException">LocalDisk: the job's folder cannot be written.</exception>
    public KeySelection Select(string name)
    {
        JobFolder folder = Folder(name);
        folder.Read().Dispose();
        return new KeySelection(name, folder.ScratchFile(FormattableString.Invariant($"selection-{(long)(environment.Chance() * 1e15):x}.db")));
    }

    /// <summary>The reports of all runs, oldest first.</summary>
    public IReadOnlyList<MigrationReport> GetReports(string name)
    {
        using JournalReader reader = Folder(name).Read();
        return reader.Reports();
    }

    /// <summary>The exceptional objects of a run (null: the last), in key order, streamed.</summary>
    public IEnumerable<MigrationItem> GetItems(string name, int? run, MigrationItemState? state)
    {
        using JournalReader reader = Folder(name).Read();
        int? wanted = run ?? reader.LastRun()?.Run;
        if (wanted is null)
            yield break;
        foreach (MigrationItem item in reader.Items(wanted.Value, state))
            yield return item;
    }

    /// <summary>The objects of a run (null: the last) that did not arrive as they were, in key order, streamed; of very many the first 100,000 that were found.</summary>
    public IEnumerable<ChangedObject> GetChangedObjects(string name, int? run)
    {
        using JournalReader reader = Folder(name).Read();
        int? wanted = run ?? reader.LastRun()?.Run;
        if (wanted is null)
            yield break;
        foreach (ChangedObject changed in reader.Changes(wanted.Value))
            yield return changed;
    }

    /// <summary>Foresees what will become of the objects of a job; nothing is sent before its items are walked.</summary>
    public FidelityForecaster Foresee(FidelityForecastRequest request, IRunListener listener) => new(environment, request, listener);

    /// <summary>What was last foreseen of the objects of a job; null where nobody asked.</summary>
    public FidelityForecast? GetFidelityForecast(string name)
    {
        using JournalReader reader = Folder(name).Read();
        return reader.Forecast();
    }

    /// <summary>Finds out what is reachable, which rights are there and what is missing. Writes nothing that stays.</summary>
    /// <exception cref="ArgumentException">The address cannot be opened at all.</exception>
    public Task<AddressCheck> CheckAddressAsync(StoreAddress address, AddressRole role, ICredentialProvider? credential, CancellationToken cancellationToken)
        => new AddressChecker(environment, credential).CheckAsync(address, role, cancellationToken);

    /// <summary>Begins a comparison; nothing is sent before its items are walked.</summary>
    /// <exception cref="JobStateException">There is no such job.</exception>
    /// <exception cref="ArgumentException">Neither a job nor two addresses are given.</exception>
    public IComparison Compare(ComparisonRequest request, IRunListener listener)
    {
        if (request.JobName is { } name)
        {
            JobFolder folder = Folder(name);
            using JournalReader reader = folder.Read();
            return new ComparisonRun(environment, request, reader.Job(), folder, listener);
        }

        if (request.Source is null || request.Destination is null)
            throw new ArgumentException("A comparison needs a job, or a source and a destination.", nameof(request));
        MigrationJob adHoc = new() { Name = "ad-hoc", Source = request.Source, Destination = request.Destination };
        return new ComparisonRun(environment, request, adHoc, folder: null, listener);
    }

    /// <summary>Remembers with the job that a mirroring rule was set or removed, for its reports; the bucket itself says what stands.</summary>
    /// <exception cref="JobStateException">There is no such job.</exception>
    public void RecordMirrorRule(string name, string prefix, string? suffix, bool isSet)
    {
        JobFolder folder = Folder(name);
        folder.Read().Dispose();
        MirrorRecord record = new() { Prefix = prefix, Suffix = suffix, IsSet = isSet, At = environment.Time.GetUtcNow() };
        JobChanger.Write(folder, writes => writes.AddMirrorRecord(record));
    }

    /// <summary>The comparisons of a job that were recorded, oldest first.</summary>
    public IReadOnlyList<ComparisonSummary> GetComparisons(string name)
    {
        using JournalReader reader = Folder(name).Read();
        return reader.Comparisons();
    }

    private JobFolder Folder(string name) => new(environment.Home, name);

    private JobFolder NamedFolder(string name)
        => JobOptionCheck.IsName(name) ? Folder(name) : throw new JobStateException(JobStateError.NotFound, name, $"There is no job '{name}'.");
}
