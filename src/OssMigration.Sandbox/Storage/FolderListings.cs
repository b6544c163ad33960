using System.IO.Enumeration;

namespace OssMigration.Sandbox.Storage;

/// <summary>
/// The sorted entries of directories, kept as long as a directory's time of last write says that nothing was added or removed.
/// Guarded by the bucket's lock.
/// </summary>
internal sealed class FolderListings(FolderPaths paths)
{
    private const long MostEntries = 2_000_000;
    private static readonly EnumerationOptions Everything = new() { AttributesToSkip = 0, IgnoreInaccessible = true };

    // File systems stamp times in steps of a few milliseconds; a listing made within them may have missed a change.
    private static readonly TimeSpan Settled = TimeSpan.FromMilliseconds(100);
    private readonly Dictionary<string, Listing> _listings = new(StringComparer.Ordinal);
    private long _entries;

    /// <summary>The entries of a directory in key order, a directory's name ending with a slash.</summary>
    public string[] Of(string directory)
    {
        DateTime stamp = Directory.GetLastWriteTimeUtc(directory);
        if (_listings.TryGetValue(directory, out Listing? known) && known.Stamp == stamp && known.IsSettled)
            return known.Entries;
        DateTime now = DateTime.UtcNow;
        string[] entries = Read(directory);
        if (_entries > MostEntries)
        {
            _listings.Clear();
            _entries = 0;
        }
        _entries += entries.Length - (known?.Entries.Length ?? 0);
        _listings[directory] = new Listing(entries, stamp, now - stamp > Settled);
        return entries;
    }

    private string[] Read(string directory)
    {
        bool isRoot = string.Equals(directory, paths.Root, StringComparison.Ordinal);
        try
        {
            var found = new FileSystemEnumerable<string>(
                directory,
                (ref FileSystemEntry entry) => entry.IsDirectory ? string.Concat(entry.FileName, "/") : entry.FileName.ToString(),
                Everything)
            {
                // A directory that is a link may lead out of the folder or round in a circle.
                ShouldIncludePredicate = (ref FileSystemEntry entry) =>
                    !(entry.IsDirectory && entry.Attributes.HasFlag(FileAttributes.ReparsePoint))
                    && !(isRoot && entry.FileName.SequenceEqual(FolderPaths.SideName)),
            };
            string[] entries = [.. found];
            Array.Sort(entries, KeyOrder.Instance);
            return entries;
        }
        catch (DirectoryNotFoundException)
        {
            return [];
        }
    }

    private sealed record Listing(string[] Entries, DateTime Stamp, bool IsSettled);
}
