using OssMigration.Core.Listing;

namespace OssMigration.Core.Jobs;

/// <summary>
/// Keys of a job, gathered for a run over them alone. They are kept and sorted on the disk, so that there may be any number.
/// Made by <see cref="MigrationEngine.Select"/>; who made it disposes it, whether a run took it or not. Not thread-safe.
/// </summary>
public sealed class KeySelection : IDisposable
{
    private readonly KeyTable _keys;

    internal KeySelection(string jobName, string path)
    {
        JobName = jobName;
        _keys = KeyTable.Create(path);
    }

    /// <summary>The job.</summary>
    public string JobName { get; }

    /// <summary>How many keys there are; one that was added twice counts once.</summary>
    public long Count => _keys.Count;

    /// <summary>Adds a key, relative to the job's prefixes.</summary>
    public void Add(string key) => _keys.Add(key);

    /// <inheritdoc/>
    public void Dispose() => _keys.Dispose();

    /// <summary>Puts the keys where a run finds them; nothing can be added any more.</summary>
    internal void Keep(string path) => _keys.Keep(path);
}
