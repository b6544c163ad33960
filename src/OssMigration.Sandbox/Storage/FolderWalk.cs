namespace OssMigration.Sandbox.Storage;

/// <summary>Walks the files of a folder in key order from any position: only the directories on the way are read.</summary>
internal sealed class FolderWalk(string root, FolderListings listings)
{
    private readonly Stack<Frame> _frames = new();
    private KeyBound _bound = KeyBound.Start;
    private bool _started;

    /// <summary>The key of the file at the position.</summary>
    public string Key { get; private set; } = "";

    /// <summary>The path of the file at the position.</summary>
    public string Path { get; private set; } = "";

    /// <summary>False after <see cref="MoveNext"/> came to the end.</summary>
    public bool HasMore => _frames.Count > 0;

    /// <summary>Puts the walk so that <see cref="MoveNext"/> shows the first file that is not before the bound.</summary>
    public void Seek(KeyBound bound)
    {
        _bound = bound;
        _started = true;
        _frames.Clear();
        Enter("", root);
    }

    /// <summary>Goes to the next file; false at the end.</summary>
    public bool MoveNext()
    {
        if (!_started)
            Seek(KeyBound.Start);
        while (_frames.TryPeek(out Frame? frame))
        {
            if (frame.Next == frame.Entries.Length)
            {
                _frames.Pop();
                continue;
            }
            string name = frame.Entries[frame.Next++];
            if (name.EndsWith('/'))
            {
                Enter(frame.Prefix + name, System.IO.Path.Combine(frame.Directory, name[..^1]));
                continue;
            }
            Key = frame.Prefix + name;
            Path = System.IO.Path.Combine(frame.Directory, name);
            return true;
        }
        return false;
    }

    private void Enter(string prefix, string directory)
    {
        string[] entries = listings.Of(directory);
        int low = 0, high = entries.Length;
        while (low < high)
        {
            int middle = (low + high) >>> 1;
            string key = prefix + entries[middle];
            if (key.EndsWith('/') ? _bound.IsSubtreeBefore(key) : _bound.IsBefore(key))
                low = middle + 1;
            else
                high = middle;
        }
        _frames.Push(new Frame(prefix, directory, entries) { Next = low });
    }

    private sealed record Frame(string Prefix, string Directory, string[] Entries)
    {
        public int Next { get; set; }
    }
}
