using System.Globalization;

namespace OssMigration.Sandbox.Storage;

/// <summary>
/// Objects computed from a formula, with what was written or deleted since in memory on top. Objects over 64 MiB carry a
/// multipart ETag that is computed from their number, because nobody could wait for the true one.
/// </summary>
internal sealed class SyntheticObjectStore : ObjectStore
{
    private const long LargestHashed = 64 * 1024 * 1024;
    private const long PartSize = 16 * 1024 * 1024;
    private static readonly ContentHeaders Headers = ContentHeaders.None with { ContentType = "application/octet-stream" };

    private readonly SyntheticFormula _formula;
    private readonly ETagStyle _etagStyle;
    private readonly ObjectDigests?[] _digests;
    private readonly OrderedKeyMap<Change> _changes = new();

    /// <summary>Creates the store.</summary>
    public SyntheticObjectStore(SyntheticFormula formula, ETagStyle etagStyle)
    {
        _formula = formula;
        _etagStyle = etagStyle;
        _digests = new ObjectDigests?[formula.Variants];
    }

    /// <inheritdoc/>
    public override StoredObject? Find(string key)
    {
        if (_changes.TryGet(key, out Change? change))
            return change.Object;
        long index = _formula.IndexOf(key);
        return index < 0 ? null : Make(key, index);
    }

    /// <inheritdoc/>
    public override StoredObject Set(StoredObject head)
    {
        _changes.Set(head.Key, new Change(head));
        return head;
    }

    /// <inheritdoc/>
    public override void Replace(StoredObject head) => Set(head);

    /// <inheritdoc/>
    public override void Remove(string key)
    {
        if (_formula.IndexOf(key) >= 0)
            _changes.Set(key, new Change(null));
        else
            _changes.Remove(key);
    }

    /// <inheritdoc/>
    public override ObjectCursor OpenCursor() => new Cursor(this);

    /// <inheritdoc/>
    public override ValueTask<IObjectContent> AdoptAsync(IObjectContent content, CancellationToken cancellationToken) =>
        new MemoryObjectStore().AdoptAsync(content, cancellationToken);

    private StoredObject Make(string key, long index)
    {
        int variant = _formula.VariantAt(index);
        SyntheticContent content = _formula.ContentOf(variant);
        return new StoredObject
        {
            Key = key,
            Content = content,
            Digests = _digests[variant] ??= new ObjectDigests(content, null, null),
            OpaqueETag = OpaqueETag(index, content.Length),
            Type = content.Length > LargestHashed ? ObjectType.Multipart : ObjectType.Normal,
            LastModified = _formula.LastModifiedAt(index),
            Headers = Headers,
        };
    }

    private string? OpaqueETag(long index, long size)
    {
        bool isMultipart = size > LargestHashed;
        if (_etagStyle == ETagStyle.Md5 && !isMultipart)
            return null;
        ulong number = SyntheticContent.Mix(_formula.Seed ^ (ulong)index ^ 0xE7A6);
        string digits = string.Create(CultureInfo.InvariantCulture, $"{number:x16}{SyntheticContent.Mix(number):x16}");
        return isMultipart ? string.Create(CultureInfo.InvariantCulture, $"{digits}-{(size + PartSize - 1) / PartSize}") : digits;
    }

    /// <summary>What was written over the formula: an object, or null where one was removed.</summary>
    private sealed record Change(StoredObject? Object);

    private sealed class Cursor(SyntheticObjectStore store) : ObjectCursor
    {
        private readonly OrderedKeyMap<Change>.Cursor _changes = store._changes.OpenCursor();
        private StoredObject? _current;
        private string? _nextKey;
        private long _next;
        private bool _hasChange;
        private bool _started;

        public override StoredObject Current => _current!;

        public override void Seek(KeyBound bound)
        {
            _next = store._formula.CountBefore(bound);
            _nextKey = null;
            _changes.Seek(bound);
            _hasChange = _changes.MoveNext();
            _started = true;
        }

        public override bool MoveNext()
        {
            if (!_started)
                Seek(KeyBound.Start);
            while (true)
            {
                if (_nextKey is null && _next < store._formula.Count)
                    _nextKey = store._formula.KeyAt(_next);
                int order = !_hasChange ? 1 : _nextKey is null ? -1 : KeyOrder.Compare(_changes.Key, _nextKey);
                if (order > 0)
                {
                    if (_nextKey is null)
                        return false;
                    _current = store.Make(_nextKey, _next);
                    Pass();
                    return true;
                }
                if (order == 0)
                    Pass();
                _current = _changes.Value.Object;
                _hasChange = _changes.MoveNext();
                if (_current is not null)
                    return true;
            }
        }

        private void Pass()
        {
            _next++;
            _nextKey = null;
        }
    }
}
