using OssMigration.Core.Comparing;
using OssMigration.Core.Journal;
using OssMigration.Core.Manifests;
using OssMigration.Core.Planning;
using OssMigration.Core.Reporting;
using OssMigration.Core.Stores;

namespace OssMigration.Core.Jobs;

/// <summary>
/// The last phase of a run that removes: what earlier runs settled and what is gone at the source is removed at the
/// destination. Each object only when the source, asked again, still has none, and the destination, asked immediately
/// before, still has what this job wrote. The intent is committed before the first of a batch is removed, and a removed key leaves the
/// manifest together with its outcome, so that it is never taken for one that the business deleted.
/// </summary>
internal sealed class GoneRemover(JobFolder folder, RunStretch stretch, RunOptions options, RunProgress progress, IRunListener listener, TimeProvider time)
{
    /// <summary>What may be removed without saying how much: one in so many of the objects that earlier runs settled.</summary>
    public const int OneIn = 10;

    private const int MostAtATime = 1_000;

    // Above the ids of all ranges, so that what these segments say covers what the ranges of the same run say.
    private const int FirstSegment = 1_000_000;

    private readonly int _run = stretch.Run.Run;
    private readonly StoreChain _stores = stretch.Stores;

    /// <summary>Removes; gives the reason where something that is gone at the source was not removed, else null.</summary>
    /// <param name="report">What the run came to, but for the removal.</param>
    /// <param name="cancellationToken">Cancels between two batches.</param>
    public async Task<string?> RunAsync(MigrationReport report, CancellationToken cancellationToken)
    {
        await SettleIntentsAsync(cancellationToken).ConfigureAwait(false);
        if (!options.RemoveDeleted || report.GoneAtSource.Objects == 0)
            return null;
        if (WhyNot(report) is { } refusal)
        {
            string reason = $"Nothing was removed at the destination: {refusal}";
            listener.OnEvent(new RunEvent(EventLevel.Warning, reason));
            return reason;
        }

        progress.Activity = "Removing";
        string? cursor = null;
        long left = 0;
        while (ReadBatch(cursor) is { Count: > 0 } batch)
        {
            listener.OnProgress(progress.Snapshot(_stores.DestinationUsage.BytesWritten));
            if (stretch.Cutover.HasCome)
                return "Cut-over has come: nothing more is removed at the destination.";
            cancellationToken.ThrowIfCancellationRequested();
            left += await RemoveBatchAsync(batch, cancellationToken).ConfigureAwait(false);
            cursor = batch[^1].Key;
        }

        return left == 0 ? null : $"{left} objects that are gone at the source were not removed at the destination; Get-MigrationItem -State GoneAtSource tells why.";
    }

    private string? WhyNot(MigrationReport report)
    {
        if (stretch.Cutover.HasCome)
            return "after cut-over the destination belongs to the business.";
        if (!report.Reconciled)
            return "the counts of the run do not agree.";
        if (report.Failed.Objects > 0)
            return $"{report.Failed.Objects} objects failed in this run. Mend that and run the job again.";
        using JournalReader reader = folder.Read();
        long known = reader.Outcomes(_run).GetValueOrDefault(Copying.OutcomeKind.Known).Objects;
        long gone = report.GoneAtSource.Objects;
        if (options.MaximumRemoved is { } most)
            return gone <= most ? null : $"{gone} objects are gone at the source, and at most {most} were to be removed.";
        return gone <= known / OneIn
            ? null
            : $"{gone} of the {known} objects that earlier runs settled are gone at the source, more than one in {OneIn}. See whether it is the right bucket and whether all of it is there; to remove that many, name the number (-MaximumRemoved {gone}).";
    }

    private IReadOnlyList<MigrationItem> ReadBatch(string? after)
    {
        using JournalReader reader = folder.Read();
        return reader.IsStopRequested() ? throw new StopRequestedException() : reader.Gone(_run, after, MostAtATime);
    }

    private async Task<long> RemoveBatchAsync(IReadOnlyList<MigrationItem> batch, CancellationToken cancellationToken)
    {
        Dictionary<string, SettledEntry> settled = await RecallAsync(batch, cancellationToken).ConfigureAwait(false);
        Verdict[] verdicts = new Verdict[batch.Count];
        await ForEachAsync(batch.Count, async (i, token) => verdicts[i] = await CheckAsync(batch[i].Key, settled.GetValueOrDefault(batch[i].Key), token).ConfigureAwait(false), cancellationToken)
            .ConfigureAwait(false);

        SettledEntry[] approved = [.. batch.Where((_, i) => verdicts[i].IsApproved).Select(item => settled[item.Key])];
        await stretch.Journal.WriteAsync(writes => writes.PutRemovalIntents(approved)).ConfigureAwait(false);
        try
        {
            await ForEachAsync(batch.Count, async (i, token) => verdicts[i] = await RemoveAsync(batch[i].Key, settled, verdicts[i], token).ConfigureAwait(false), cancellationToken)
                .ConfigureAwait(false);
        }
        finally
        {
            // Also where a stop or an error cut the batch short: what was removed is known now.
            await CommitAsync(batch, settled, verdicts).ConfigureAwait(false);
        }

        return verdicts.Count(verdict => !verdict.IsOver);
    }

    private Task ForEachAsync(int count, Func<int, CancellationToken, ValueTask> work, CancellationToken cancellationToken) => Parallel.ForEachAsync(
        Enumerable.Range(0, count),
        new ParallelOptions { MaxDegreeOfParallelism = stretch.Job.SteadyConcurrency, CancellationToken = cancellationToken },
        work);

    private async Task<Verdict> CheckAsync(string key, SettledEntry? settled, CancellationToken cancellationToken)
    {
        try
        {
            if (settled is null or { DestinationETag: "" } or { Proof: ProofKind.Seen })
                return Verdict.Left("NotProved", "Nothing proves that the destination's object is the one that was migrated; it was not removed.");
            if (await _stores.Source.HeadAsync(key, cancellationToken).ConfigureAwait(false) is not null)
                return Verdict.Left("BackAtSource", "At the source again when it was to be removed at the destination; it was not removed.");
            ObjectHead? standing = await _stores.Destination.HeadAsync(key, cancellationToken).ConfigureAwait(false);
            if (standing is null)
                return Verdict.NotThere;
            return Identity.SameETag(settled.DestinationETag, standing.Entry.ETag)
                ? Verdict.Approved
                : Verdict.Left("ChangedAtDestination", "The destination does not hold what was migrated any more; it was not removed.");
        }
        catch (StoreException exception) when (!exception.StopsJob)
        {
            return Verdict.Left(exception.Kind.ToString(), exception.Describe());
        }
    }

    private async Task<Verdict> RemoveAsync(string key, Dictionary<string, SettledEntry> settled, Verdict before, CancellationToken cancellationToken)
    {
        if (!before.IsApproved)
            return before;
        Verdict verdict = await CheckAsync(key, settled[key], cancellationToken).ConfigureAwait(false);
        if (!verdict.IsApproved)
            return verdict;
        if (stretch.Cutover.HasCome)
            return Verdict.Left("AfterCutover", "Cut-over came before it was removed at the destination.");
        try
        {
            // Once it is sent nobody can tell what became of it, so it is not cancelled.
            await _stores.Destination.DeleteAsync(key, CancellationToken.None).ConfigureAwait(false);
            return Verdict.Removed;
        }
        catch (StoreException exception) when (!exception.StopsJob)
        {
            return await AfterFailureAsync(key, exception).ConfigureAwait(false);
        }
    }

    // A removal whose answers were lost may have been done. Its key must not stay settled then: it would be taken for one that the business deleted.
    private async Task<Verdict> AfterFailureAsync(string key, StoreException failure)
    {
        Verdict left = Verdict.Left(failure.Kind.ToString(), failure.Describe());
        try
        {
            return await _stores.Destination.HeadAsync(key, CancellationToken.None).ConfigureAwait(false) is null ? Verdict.Removed : left;
        }
        catch (StoreException exception) when (!exception.StopsJob)
        {
            return left with { IsUndecided = true };
        }
    }

    private async Task CommitAsync(IReadOnlyList<MigrationItem> batch, Dictionary<string, SettledEntry> settled, Verdict[] verdicts)
    {
        List<MigrationItem> items = [];
        List<SettledEntry> forgotten = [];
        ObjectCount removed = default;
        for (int i = 0; i < batch.Count; i++)
        {
            if (verdicts[i].IsOver && settled.TryGetValue(batch[i].Key, out SettledEntry? entry))
                forgotten.Add(entry.Forget());
            if (verdicts[i].IsRemoved)
                removed = removed.Plus(batch[i].Size);
            if (!verdicts[i].IsApproved)
                items.Add(verdicts[i].Apply(batch[i], time.GetUtcNow()));
        }

        RemovalCommit commit = new()
        {
            Run = _run,
            Items = items,
            Removed = removed,
            Segment = WriteSegment(forgotten),
            Over = [.. batch.Where((_, i) => verdicts[i] is { IsApproved: false, IsUndecided: false }).Select(item => item.Key)],
        };
        await stretch.Journal.WriteAsync(writes => writes.CommitRemoval(commit)).ConfigureAwait(false);
    }

    private SegmentRow? WriteSegment(IReadOnlyList<SettledEntry> forgotten)
    {
        if (forgotten.Count == 0)
            return null;
        int id;
        using (JournalReader reader = folder.Read())
            id = Math.Max(FirstSegment, reader.Segments(_run).Select(segment => segment.RangeId + 1).DefaultIfEmpty(0).Max());
        using RangeSegment segment = new(folder.Manifests, new RangeRow(_run, id, KeyRange.All, Cursor: null, default, IsComplete: true), standing: null);
        segment.Append(forgotten);
        return segment.Seal();
    }

    private async Task<Dictionary<string, SettledEntry>> RecallAsync(IReadOnlyList<MigrationItem> batch, CancellationToken cancellationToken)
    {
        HashSet<string> wanted = new(batch.Select(item => item.Key), StringComparer.Ordinal);
        Dictionary<string, SettledEntry> found = new(StringComparer.Ordinal);
        MergedManifest manifest;
        using (JournalReader reader = folder.Read())
            manifest = JobManifest.Open(folder, reader.Segments());
        await foreach (SettledEntry entry in manifest.ReadAsync(InProgressLookUp.JustBefore(batch[0].Key), batch[^1].Key, cancellationToken).ConfigureAwait(false))
        {
            if (wanted.Contains(entry.Key))
                found.Add(entry.Key, entry);
        }

        return found;
    }

    // What a process was about to remove when it ended: what is not there any more, it had removed.
    private async Task SettleIntentsAsync(CancellationToken cancellationToken)
    {
        IReadOnlyList<SettledEntry> intents;
        using (JournalReader reader = folder.Read())
            intents = reader.RemovalIntents();
        if (intents.Count == 0)
            return;
        bool[] isThere = new bool[intents.Count];
        await ForEachAsync(
            intents.Count,
            async (i, token) => isThere[i] = await _stores.Destination.HeadAsync(intents[i].Key, token).ConfigureAwait(false) is not null,
            cancellationToken).ConfigureAwait(false);
        SettledEntry[] gone = [.. intents.Where((_, i) => !isThere[i])];
        RemovalCommit commit = new()
        {
            Run = _run,
            Items = [.. gone.Select(entry => Verdict.Removed.Apply(new MigrationItem { JobName = folder.Name, Run = _run, Key = entry.Key }, time.GetUtcNow()))],
            Removed = new ObjectCount(gone.Length, gone.Sum(entry => entry.Size)),
            Segment = WriteSegment(gone),
            Over = [.. intents.Select(entry => entry.Key)],
        };
        await stretch.Journal.WriteAsync(writes => writes.CommitRemoval(commit)).ConfigureAwait(false);
    }

    /// <summary>How it stands with one object. The default: not looked at.</summary>
    private readonly record struct Verdict(bool IsApproved, bool IsRemoved, bool IsOver, string? Kind, string? Message)
    {
        /// <summary>It was tried, and what came of it is not known.</summary>
        public bool IsUndecided { get; init; }

        public static Verdict Approved => new(true, false, false, null, null);

        public static Verdict NotThere => new(false, false, true, "NotAtDestination", "Migrated by an earlier run; at neither end any more.");

        public static Verdict Removed => new(false, true, true, "Removed", "Migrated by an earlier run and gone at the source; removed at the destination.");

        public static Verdict Left(string kind, string message) => new(false, false, false, kind, message);

        public MigrationItem Apply(MigrationItem item, DateTimeOffset now) => item with
        {
            State = IsRemoved ? MigrationItemState.Removed : MigrationItemState.GoneAtSource,
            ErrorKind = Kind ?? item.ErrorKind,
            Message = Message ?? item.Message,
            UpdatedAt = now,
        };
    }
}

/// <summary>Stop-OssMigration was called.</summary>
internal sealed class StopRequestedException : Exception;
