using OssMigration.Core.Slices;

namespace OssMigration.Cluster;

/// <summary>What is known of the workers of a job. Thread-safe.</summary>
internal sealed class WorkerTable(string jobName, TimeProvider time)
{
    /// <summary>A worker that is cut off stops taking its share before this time is over.</summary>
    public static readonly TimeSpan LostAfter = TimeSpan.FromSeconds(20);

    private static readonly TimeSpan SilentAfter = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan ForgottenAfter = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan RateWindow = TimeSpan.FromSeconds(8);

    private readonly object _gate = new();
    private readonly Dictionary<string, Known> _workers = new(StringComparer.Ordinal);
    private long _bytesWritten;

    /// <summary>A worker told of itself.</summary>
    public void Hear(Presence presence)
    {
        lock (_gate)
        {
            if (_workers.TryGetValue(presence.Worker, out Known? known))
                _bytesWritten += Math.Max(0, presence.BytesWritten - known.Presence.BytesWritten);
            else
                _workers.Add(presence.Worker, known = new Known());
            known.Hear(presence, time.GetUtcNow(), time.GetTimestamp());
            foreach ((string id, _) in _workers.Where(worker => time.GetElapsedTime(worker.Value.HeardAt) > ForgottenAfter).ToList())
                _workers.Remove(id);
        }
    }

    /// <summary>How it stands.</summary>
    public SharedStanding Standing(long waiting)
    {
        lock (_gate)
        {
            List<Presence> heard = [.. _workers.Values.Where(known => known.IsThere && time.GetElapsedTime(known.HeardAt) < SilentAfter).Select(known => known.Presence)];
            Dictionary<int, long> busy = [];
            foreach ((int range, long generation) in heard.SelectMany(presence => presence.Busy))
                busy[range] = Math.Max(busy.GetValueOrDefault(range), generation);
            return new SharedStanding(
                heard.Count, heard.Sum(presence => presence.Places), heard.Sum(presence => presence.Busy.Count), waiting, _bytesWritten,
                heard.Sum(presence => presence.ActiveTransfers), busy);
        }
    }

    /// <summary>What those told last that may take something of a limit: they did not leave, and are not lost.</summary>
    public IReadOnlyList<Presence> Present()
    {
        lock (_gate)
            return [.. _workers.Values.Where(known => known.IsThere && time.GetElapsedTime(known.HeardAt) < LostAfter).Select(known => known.Presence)];
    }

    /// <summary>All, for people.</summary>
    public IReadOnlyList<MigrationWorker> ToList()
    {
        lock (_gate)
            return [.. _workers.Values.OrderBy(known => known.Presence.Worker, StringComparer.Ordinal).Select(ToWorker)];
    }

    private MigrationWorker ToWorker(Known known)
    {
        bool isLost = known.IsThere && time.GetElapsedTime(known.HeardAt) > LostAfter;
        Presence presence = known.Presence;
        return new MigrationWorker
        {
            Worker = presence.Worker,
            JobName = jobName,
            HostName = presence.Host,
            ProcessId = presence.ProcessId,
            Version = presence.Version,
            State = isLost ? WorkerState.Lost : presence.State,
            StartedAt = presence.StartedAt,
            LastHeardAt = known.LastHeard,
            ActiveSlices = isLost ? 0 : presence.Busy.Count,
            ActiveTransfers = isLost ? 0 : presence.ActiveTransfers,
            Slices = presence.Slices,
            Objects = presence.Objects,
            BytesWritten = presence.BytesWritten,
            BytesPerSecond = isLost ? 0 : known.Rate(sample => sample.Bytes),
            ObjectsPerSecond = isLost ? 0 : known.Rate(sample => sample.Objects),
            MaxBytesPerSecond = presence.Share?.BytesPerSecond,
            MaxObjectsPerSecond = presence.Share?.ObjectsPerSecond,
            Message = presence.Message,
        };
    }

    private sealed class Known
    {
        private readonly Queue<Sample> _samples = new();

        public Presence Presence { get; private set; } = null!;

        public DateTimeOffset LastHeard { get; private set; }

        public long HeardAt { get; private set; }

        public bool IsThere => Presence.State != WorkerState.Left;

        public void Hear(Presence presence, DateTimeOffset now, long timestamp)
        {
            (Presence, LastHeard, HeardAt) = (presence, now, timestamp);
            _samples.Enqueue(new Sample(now, presence.BytesWritten, presence.Objects));
            while (_samples.Count > 2 && now - _samples.Peek().At > RateWindow)
                _samples.Dequeue();
        }

        public double Rate(Func<Sample, long> amount)
        {
            Sample oldest = _samples.Peek();
            Sample newest = _samples.Last();
            double seconds = (newest.At - oldest.At).TotalSeconds;
            return seconds > 0 ? (amount(newest) - amount(oldest)) / seconds : 0;
        }

        public readonly record struct Sample(DateTimeOffset At, long Bytes, long Objects);
    }
}
