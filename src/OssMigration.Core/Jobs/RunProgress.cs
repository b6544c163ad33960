using OssMigration.Core.Copying;
using OssMigration.Core.Reporting;

namespace OssMigration.Core.Jobs;

/// <summary>Counts what a run has done, for people to look at; decides nothing. Thread-safe.</summary>
internal sealed class RunProgress
{
    private static readonly TimeSpan RateWindow = TimeSpan.FromSeconds(8);

    private readonly object _gate = new();
    private readonly Queue<Sample> _samples = new();
    private readonly string _jobName;
    private readonly int _run;
    private readonly TimeProvider _time;
    private readonly long _begun;
    private readonly Func<int> _active;
    private ObjectCount _listed;
    private ObjectCount _done;
    private ObjectCount _copied;
    private long _failed;
    private int _activeElsewhere;
    private volatile string _activity = "Starting";
    private volatile bool _isPaused;

    // Nothing is complete before the ranges are known.
    private int _rangesToList = 1;

    /// <summary>Begins with what earlier processes did in this run.</summary>
    /// <param name="jobName">The job.</param>
    /// <param name="run">The run.</param>
    /// <param name="listed">Listed so far.</param>
    /// <param name="done">With an outcome so far.</param>
    /// <param name="copied">Copied so far.</param>
    /// <param name="active">Reads and writes of content under way, asked each time. An object that waits for its turn has none.</param>
    /// <param name="time">The clock.</param>
    public RunProgress(string jobName, int run, ObjectCount listed, ObjectCount done, ObjectCount copied, Func<int> active, TimeProvider time)
    {
        _active = active;
        _jobName = jobName;
        _run = run;
        _listed = listed;
        _done = done;
        _copied = copied;
        _time = time;
        _begun = time.GetTimestamp();
    }

    /// <summary>What is going on.</summary>
    public string Activity
    {
        set => _activity = value;
    }

    /// <summary>Whether the timetable pauses.</summary>
    public bool IsPaused
    {
        get => _isPaused;
        set => _isPaused = value;
    }

    /// <summary>Time since the beginning.</summary>
    public TimeSpan Elapsed => _time.GetElapsedTime(_begun);

    /// <summary>An object was listed.</summary>
    public void CountListed(long bytes)
    {
        lock (_gate)
            _listed = _listed.Plus(bytes);
    }

    /// <summary>So many ranges are to be listed to their ends.</summary>
    public void ExpectRanges(int count) => Volatile.Write(ref _rangesToList, count);

    /// <summary>A range was cut in two.</summary>
    public void ExpectOneMore() => Interlocked.Increment(ref _rangesToList);

    /// <summary>One more range is listed to its end.</summary>
    public void CountRangeListed() => Interlocked.Decrement(ref _rangesToList);

    /// <summary>A listed object has its outcome.</summary>
    public void CountDone(OutcomeKind kind, long bytes)
    {
        if (kind > OutcomeKind.Failed)
            return;
        lock (_gate)
        {
            _done = _done.Plus(bytes);
            if (kind == OutcomeKind.Copied)
                _copied = _copied.Plus(bytes);
            if (kind == OutcomeKind.Failed)
                _failed++;
        }
    }

    /// <summary>Another machine came so far.</summary>
    public void CountElsewhere(ObjectCount listed, ObjectCount done, ObjectCount copied, long failed)
    {
        lock (_gate)
        {
            _listed += listed;
            _done += done;
            _copied += copied;
            _failed += failed;
        }
    }

    /// <summary>Reads and writes of content that other machines have under way.</summary>
    public int ActiveElsewhere
    {
        set => Volatile.Write(ref _activeElsewhere, value);
    }

    /// <summary>Where the run stands now.</summary>
    public ProgressSnapshot Snapshot(long bytesWritten)
    {
        lock (_gate)
        {
            TimeSpan now = Elapsed;
            _samples.Enqueue(new Sample(now, bytesWritten, _done.Objects));
            while (_samples.Count > 2 && now - _samples.Peek().At > RateWindow)
                _samples.Dequeue();
            Sample oldest = _samples.Peek();
            double seconds = (now - oldest.At).TotalSeconds;
            double bytesPerSecond = seconds > 0 ? (bytesWritten - oldest.Bytes) / seconds : 0;
            double objectsPerSecond = seconds > 0 ? (_done.Objects - oldest.Objects) / seconds : 0;
            return new ProgressSnapshot
            {
                JobName = _jobName,
                Run = _run,
                Activity = _isPaused && _activity == "Running" ? "Paused" : _activity,
                Listed = _listed,
                Done = _done,
                Copied = _copied,
                Failed = _failed,
                BytesWritten = bytesWritten,
                BytesPerSecond = bytesPerSecond,
                ObjectsPerSecond = objectsPerSecond,
                ListingComplete = Volatile.Read(ref _rangesToList) == 0,
                TimeLeft = TimeLeft(bytesPerSecond, objectsPerSecond),
                Elapsed = now,
                ActiveTransfers = _active() + Volatile.Read(ref _activeElsewhere),
            };
        }
    }

    // Small objects are bound by their number, large ones by their bytes: the slower of the two counts.
    private TimeSpan? TimeLeft(double bytesPerSecond, double objectsPerSecond)
    {
        if (Volatile.Read(ref _rangesToList) > 0)
            return null;
        double byBytes = Left(_listed.Bytes - _done.Bytes, bytesPerSecond);
        double byObjects = Left(_listed.Objects - _done.Objects, objectsPerSecond);
        double seconds = Math.Max(double.IsFinite(byBytes) ? byBytes : 0, double.IsFinite(byObjects) ? byObjects : 0);
        return _listed.Objects > _done.Objects && seconds <= 0 ? null : TimeSpan.FromSeconds(Math.Min(seconds, TimeSpan.MaxValue.TotalSeconds / 2));
    }

    private static double Left(long amount, double rate) => amount <= 0 ? 0 : amount / rate;

    private readonly record struct Sample(TimeSpan At, long Bytes, long Objects);
}
