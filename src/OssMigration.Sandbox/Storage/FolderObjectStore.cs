using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.StaticFiles;

namespace OssMigration.Sandbox.Storage;

/// <summary>
/// Objects that are the files of a folder, served in place: bytes are never held in memory, and files that others add, change
/// or remove show at once. Metadata of objects written here is kept in memory while the file stays as written. Keys that no
/// path can hold, or that are in the way of another, lie in a side directory of the folder.
/// </summary>
internal sealed class FolderObjectStore : ObjectStore
{
    private static readonly FileExtensionContentTypeProvider Types = new();
    private readonly FolderPaths _paths;
    private readonly FolderListings _listings;
    private readonly ETagStyle _etagStyle;
    private readonly Dictionary<string, StoredObject> _known = new(StringComparer.Ordinal);
    private readonly OrderedKeyMap<StoredObject> _escaped = new();

    /// <summary>Opens a folder, which must exist.</summary>
    /// <exception cref="ArgumentException">There is no such folder.</exception>
    public FolderObjectStore(string folder, ETagStyle etagStyle)
    {
        if (!Directory.Exists(folder))
            throw new ArgumentException($"The folder '{folder}' does not exist.");
        _paths = new FolderPaths(folder);
        _listings = new FolderListings(_paths);
        _etagStyle = etagStyle;
        _paths.DeleteTemporaries();
        LoadEscaped();
    }

    /// <inheritdoc/>
    public override StoredObject? Find(string key)
    {
        if (_escaped.TryGet(key, out StoredObject? escaped))
            return escaped;
        return _paths.PathOf(key) is { } path ? Look(key, path) : null;
    }

    /// <inheritdoc/>
    public override StoredObject Set(StoredObject head)
    {
        var temporary = (FileContent)head.Content;
        string? path = _escaped.TryGet(head.Key, out _) ? null : _paths.PathOf(head.Key);
        if (path is null || !_paths.IsFree(path))
            return SetEscaped(head, temporary);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.Move(temporary.Path, path, overwrite: true);
        return _known[head.Key] = At(head, path);
    }

    /// <inheritdoc/>
    public override void Replace(StoredObject head)
    {
        if (_escaped.TryGet(head.Key, out _))
            _escaped.Set(head.Key, head);
        else
            _known[head.Key] = head;
    }

    /// <inheritdoc/>
    public override void Remove(string key)
    {
        if (_escaped.Remove(key))
        {
            string escaped = _paths.EscapedPathOf(key);
            File.Delete(escaped);
            File.Delete(escaped + ".key");
            return;
        }
        _known.Remove(key);
        if (_paths.PathOf(key) is { } path && Look(key, path) is not null)
            File.Delete(path);
        _known.Remove(key);
    }

    /// <inheritdoc/>
    public override ObjectCursor OpenCursor() => new Cursor(this);

    /// <inheritdoc/>
    public override IContentSink CreateSink(long? expectedLength) => new FileSink(_paths.NewTemporaryPath());

    /// <inheritdoc/>
    public override async ValueTask<IObjectContent> AdoptAsync(IObjectContent content, CancellationToken cancellationToken)
    {
        if (content is FileContent { IsTemporary: true } file && _paths.IsTemporary(file.Path))
            return content;
        using var sink = new FileSink(_paths.NewTemporaryPath());
        await sink.CopyFromAsync(content, cancellationToken);
        return sink.Complete();
    }

    private StoredObject SetEscaped(StoredObject head, FileContent temporary)
    {
        string path = _paths.EscapedPathOf(head.Key);
        Directory.CreateDirectory(_paths.EscapedDirectory);
        File.WriteAllText(path + ".key", head.Key, new UTF8Encoding(false));
        File.Move(temporary.Path, path, overwrite: true);
        StoredObject stored = At(head, path);
        _escaped.Set(head.Key, stored);
        return stored;
    }

    private static StoredObject At(StoredObject head, string path)
    {
        FileContent content = FileContent.Of(path, isTemporary: false);
        return head with { Content = content, Digests = head.Digests.On(content) };
    }

    private StoredObject? Look(string key, string path)
    {
        FileInfo? file;
        try
        {
            file = _paths.Locate(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            file = null;
        }
        if (file is null)
        {
            _known.Remove(key);
            return null;
        }
        var content = new FileContent(file.FullName, file.Length, file.LastWriteTimeUtc, IsTemporary: false);
        if (_known.TryGetValue(key, out StoredObject? known) && content.Equals(known.Content))
            return known;
        return _known[key] = InPlace(key, content);
    }

    private StoredObject InPlace(string key, FileContent content) => new()
    {
        Key = key,
        Content = content,
        Digests = new ObjectDigests(content, null, null),
        LastModified = new DateTimeOffset(content.LastWriteUtc),
        Headers = ContentHeaders.None with { ContentType = Types.TryGetContentType(key, out string? type) ? type : null },
        OpaqueETag = _etagStyle == ETagStyle.Kms ? KmsETag(key, content) : null,
    };

    // Stable while the file stays as it is, and no MD5 of anything the client has.
    private static string KmsETag(string key, FileContent content) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(
        string.Create(CultureInfo.InvariantCulture, $"{key}\n{content.Length}\n{content.LastWriteUtc.Ticks}"))).AsSpan(0, 16));

    private void LoadEscaped()
    {
        if (!Directory.Exists(_paths.EscapedDirectory))
            return;
        foreach (string keyFile in Directory.EnumerateFiles(_paths.EscapedDirectory, "*.key"))
        {
            string path = keyFile[..^".key".Length];
            if (!File.Exists(path))
                continue;
            string key = File.ReadAllText(keyFile);
            _escaped.Set(key, InPlace(key, FileContent.Of(path, isTemporary: false)));
        }
    }

    /// <summary>The walk through the folder merged with the escaped keys.</summary>
    private sealed class Cursor(FolderObjectStore store) : ObjectCursor
    {
        private readonly FolderWalk _walk = new(store._paths.Root, store._listings);
        private readonly OrderedKeyMap<StoredObject>.Cursor _escaped = store._escaped.OpenCursor();
        private StoredObject? _file;
        private StoredObject? _current;
        private bool _hasEscaped;
        private bool _started;

        public override StoredObject Current => _current!;

        public override void Seek(KeyBound bound)
        {
            _walk.Seek(bound);
            _escaped.Seek(bound);
            _started = true;
            _hasEscaped = _escaped.MoveNext();
            NextFile();
        }

        public override bool MoveNext()
        {
            if (!_started)
                Seek(KeyBound.Start);
            int order = !_hasEscaped ? 1 : _file is null ? -1 : KeyOrder.Compare(_escaped.Key, _file.Key);
            if (order > 0 && _file is null)
                return false;
            _current = order > 0 ? _file : _escaped.Value;
            if (order >= 0)
                NextFile();
            if (order <= 0)
                _hasEscaped = _escaped.MoveNext();
            return true;
        }

        private void NextFile()
        {
            do
            {
                _file = _walk.MoveNext() ? store.Look(_walk.Key, _walk.Path) : null;
            }
            while (_file is null && _walk.HasMore);
        }
    }
}
