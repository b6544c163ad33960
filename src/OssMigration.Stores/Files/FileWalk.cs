using System.IO.Enumeration;
using OssMigration.Core.Stores;

namespace OssMigration.Stores.Files;

/// <summary>
/// Walks a tree in the UTF-8 byte order of whole keys, which is not the order of names folder by folder: <c>a.txt</c>
/// comes before <c>a/b</c>. A folder therefore sorts as its name with a slash behind it. Holds the names of the folders on
/// the way from the root to the current one, and nothing more. Not thread-safe.
/// </summary>
internal sealed class FileWalk
{
    private static readonly EnumerationOptions AllEntries = new()
    {
        AttributesToSkip = 0,
        IgnoreInaccessible = false,
        RecurseSubdirectories = false,
        ReturnSpecialDirectories = false,
    };

    private readonly string _root;
    private readonly string _store;
    private readonly string _prefix;
    private readonly string? _startAfter;
    private readonly Stack<Frame> _frames = new();

    /// <summary>Begins a walk.</summary>
    /// <param name="root">The folder.</param>
    /// <param name="store">The store's display name.</param>
    /// <param name="prefix">Only keys that start with it.</param>
    /// <param name="startAfter">Only keys after it; null from the start.</param>
    public FileWalk(string root, string store, string prefix, string? startAfter)
    {
        _root = root;
        _store = store;
        _prefix = prefix;
        _startAfter = startAfter;
        _frames.Push(Open(""));
    }

    /// <summary>The next entry, or null at the end. What vanishes while the walk goes on is left out.</summary>
    public ObjectEntry? Next()
    {
        while (_frames.TryPeek(out Frame? frame))
        {
            if (frame.Next == frame.Names.Count)
            {
                _frames.Pop();
                continue;
            }

            string key = frame.Folder + frame.Names[frame.Next++];
            if (key[^1] == '/')
            {
                if (TryOpen(key) is { } inner)
                    _frames.Push(inner);
                continue;
            }

            FileInfo file = new(Path.Join(_root, key));
            if (file.Exists)
                return FileStore.Entry(key, file);
            RequireReadable(key);
        }

        return null;
    }

    private Frame? TryOpen(string folder)
    {
        try
        {
            return Open(folder);
        }
        catch (DirectoryNotFoundException)
        {
            RequireReadable(folder.TrimEnd('/'));
            return null;
        }
    }

    private Frame Open(string folder)
    {
        FileSystemEnumerable<string?> entries = new(Path.Join(_root, folder), Name, AllEntries);
        List<string> names = [];
        foreach (string? name in entries)
        {
            if (name is not null && !(folder.Length == 0 && name == FilePaths.SideFolder + "/") && IsWanted(folder + name))
                names.Add(name);
        }

        names.Sort(KeyOrder.Instance);
        return new Frame(folder, names);
    }

    // A folder's name ends in a slash here. Links are neither files nor folders: following them could leave the root or
    // never end.
    private static string? Name(ref FileSystemEntry entry)
    {
        if ((entry.Attributes & FileAttributes.ReparsePoint) != 0)
            return null;
        string name = entry.FileName.ToString();
        return entry.IsDirectory ? name + "/" : name;
    }

    private bool IsWanted(string key)
    {
        bool isFolder = key[^1] == '/';
        bool hasPrefix = key.StartsWith(_prefix, StringComparison.Ordinal) || (isFolder && _prefix.StartsWith(key, StringComparison.Ordinal));
        if (!hasPrefix)
            return false;
        return _startAfter is null
            || KeyOrder.CompareKeys(key, _startAfter) > 0
            || (isFolder && _startAfter.StartsWith(key, StringComparison.Ordinal));
    }

    // Bytes that are no UTF-8 come out of the file system as U+FFFD, and such a name finds no file.
    private void RequireReadable(string key)
    {
        if (key.Contains('\ufffd', StringComparison.Ordinal))
            throw new StoreException(StoreErrorKind.InvalidRequest, _store, $"The folder holds a name that is not UTF-8, which no key can be: {key}. Rename it.") { Key = key };
    }

    private sealed class Frame(string folder, List<string> names)
    {
        public string Folder { get; } = folder;

        public List<string> Names { get; } = names;

        public int Next { get; set; }
    }
}
