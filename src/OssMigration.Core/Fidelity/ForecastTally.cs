using OssMigration.Core.Reporting;
using OssMigration.Core.Stores;

namespace OssMigration.Core.Fidelity;

/// <summary>Counts the objects of a forecast.</summary>
internal sealed class ForecastTally
{
    public ObjectCount Listed { get; private set; }

    public ObjectCount Copied { get; private set; }

    public ObjectCount Unsupported { get; private set; }

    public ObjectCount NeedsRestore { get; private set; }

    public Dictionary<string, ObjectCount> RestoreByClass { get; } = new(StringComparer.Ordinal);

    public ObjectCount Unread { get; private set; }

    public ObjectCount LeftOut { get; private set; }

    public ObjectCount? Versions { get; private set; }

    public long? DeleteMarkers { get; private set; }

    public FidelityTally Fidelity { get; } = new();

    /// <summary>Counts one object; null marks stand for headers that could not be read.</summary>
    public void Count(ObjectEntry entry, FidelityMarks? marks)
    {
        Listed = Listed.Plus(entry.Size);
        if (entry.History is { } history)
        {
            int markers = history.Versions.Count(version => version.IsDeleteMarker);
            Versions = (Versions ?? default) + new ObjectCount(history.Count - markers, history.Bytes);
            DeleteMarkers = (DeleteMarkers ?? 0) + markers;
        }

        if (marks is not { } known)
        {
            Unread = Unread.Plus(entry.Size);
            return;
        }

        if (known.Findings is [{ Aspect: FidelityAspect.Key, Effect: FidelityEffect.Dropped }])
        {
            LeftOut = LeftOut.Plus(entry.Size);
            Fidelity.Count(known, entry.Size);
            return;
        }

        bool isRefused = known.Findings is not null && known.IsRefused;
        if (!isRefused && entry.Availability == ObjectAvailability.NeedsRestore)
        {
            NeedsRestore = NeedsRestore.Plus(entry.Size);
            string storageClass = entry.StorageClass ?? "";
            RestoreByClass[storageClass] = RestoreByClass.GetValueOrDefault(storageClass).Plus(entry.Size);
            return;
        }

        Fidelity.Count(known, entry.Size);
        if (isRefused)
            Unsupported = Unsupported.Plus(entry.Size);
        else
            Copied = Copied.Plus(entry.Size);
    }

    /// <summary>Adds what was counted elsewhere.</summary>
    public void Add(ForecastTally other)
    {
        Listed += other.Listed;
        Copied += other.Copied;
        Unsupported += other.Unsupported;
        NeedsRestore += other.NeedsRestore;
        foreach ((string storageClass, ObjectCount count) in other.RestoreByClass)
            RestoreByClass[storageClass] = RestoreByClass.GetValueOrDefault(storageClass) + count;
        Unread += other.Unread;
        LeftOut += other.LeftOut;
        if (other.Versions is { } versions)
            (Versions, DeleteMarkers) = ((Versions ?? default) + versions, (DeleteMarkers ?? 0) + other.DeleteMarkers);
        Fidelity.Add(other.Fidelity);
    }
}
