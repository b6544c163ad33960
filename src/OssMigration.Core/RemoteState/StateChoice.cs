using OssMigration.Core.Jobs;
using OssMigration.Core.Reporting;
using OssMigration.Core.Stores;

namespace OssMigration.Core.RemoteState;

/// <summary>What of a job there is on this machine.</summary>
/// <param name="Job">The job; null where there is none.</param>
/// <param name="Marker">Its last snapshot; null where it has none.</param>
internal sealed record LocalState(MigrationJob? Job, StateMarker? Marker);

/// <summary>With which of two journals a job goes on.</summary>
internal enum StateChoice
{
    /// <summary>There is none at all.</summary>
    Nothing,

    /// <summary>That of this machine: the snapshot was taken of it, or there is none.</summary>
    Local,

    /// <summary>The snapshot: another machine went on.</summary>
    Snapshot,
}

/// <summary>Decides that a job never goes on with an older journal where there is a newer one.</summary>
internal static class StateRules
{
    /// <summary>Decides.</summary>
    /// <exception cref="RefusedException">StateOtherJob, StateOtherPlace: nothing is safe to say.</exception>
    public static StateChoice Choose(string jobName, LocalState local, Snapshot? newest, StoreAddress place)
    {
        if (local.Job is null)
            return newest is null ? StateChoice.Nothing : StateChoice.Snapshot;
        if (local.Marker is { } kept && kept.Address.Uri != place.Uri)
        {
            throw new RefusedException(
                "StateOtherPlace",
                $"Job '{jobName}' keeps its state at {kept.Address.Uri}, not at {place.Uri}. Another machine may have gone on with it there.",
                "Start it with that address.");
        }

        if (newest is null)
            return StateChoice.Local;
        if (!newest.IsOf(local.Job))
        {
            throw new RefusedException(
                "StateOtherJob",
                $"At {place.Uri} is the state of another job of the name '{jobName}': the one of this machine was made apart from it.",
                "Remove the job from this machine (Remove-MigrationJob) to go on with that one, or use another address.");
        }

        // What this machine did since the snapshot is in its own journal only; what another did, in its snapshot only.
        return local.Marker is { } marker && marker.Id.CompareTo(newest.Id) >= 0 ? StateChoice.Local : StateChoice.Snapshot;
    }

    /// <summary>Refuses a job with an object list, which lies in the job's folder only.</summary>
    /// <exception cref="RefusedException">StateObjectList.</exception>
    public static void CheckList(MigrationJob job)
    {
        if (job.ObjectList is { } list)
            throw new RefusedException("StateObjectList", $"Job '{job.Name}' has an object list ({list.Origin}), which lies on this machine only.", "Run it here without -StateUri.");
    }

    /// <summary>Refuses a place that a run would read or write.</summary>
    /// <exception cref="RefusedException">StateUriOverlaps.</exception>
    public static void CheckPlace(MigrationJob job, StoreAddress place)
    {
        foreach (StoreAddress end in (StoreAddress[])[job.Source, job.Destination])
        {
            bool isOneBucket = (end.Scheme, end.Bucket) == (place.Scheme, place.Bucket) && (end.Endpoint is null || place.Endpoint is null || end.Endpoint == place.Endpoint);
            if (isOneBucket && (end.Prefix.StartsWith(place.Prefix, StringComparison.Ordinal) || place.Prefix.StartsWith(end.Prefix, StringComparison.Ordinal)))
            {
                throw new RefusedException(
                    "StateUriOverlaps",
                    $"The state of job '{job.Name}' would lie at {place.Uri}, among the objects of {end.Uri}.",
                    "Use another bucket, or a prefix beside that of the job.");
            }
        }
    }
}
