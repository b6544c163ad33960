namespace OssMigration.Sandbox.Storage;

/// <summary>Objects in memory, with versions.</summary>
internal sealed class MemoryObjectStore : ObjectStore
{
    private readonly OrderedKeyMap<StoredObject> _objects = new();

    /// <inheritdoc/>
    public override bool HoldsVersions => true;

    /// <inheritdoc/>
    public override StoredObject? Find(string key) => _objects.TryGet(key, out StoredObject? found) ? found : null;

    /// <inheritdoc/>
    public override StoredObject Set(StoredObject head)
    {
        _objects.Set(head.Key, head);
        return head;
    }

    /// <inheritdoc/>
    public override void Replace(StoredObject head) => _objects.Set(head.Key, head);

    /// <inheritdoc/>
    public override void Remove(string key) => _objects.Remove(key);

    /// <inheritdoc/>
    public override ObjectCursor OpenCursor() => new Cursor(_objects.OpenCursor());

    /// <inheritdoc/>
    public override async ValueTask<IObjectContent> AdoptAsync(IObjectContent content, CancellationToken cancellationToken)
    {
        if (content is not FileContent)
            return content;
        // A file of another bucket may be replaced later; what was copied from it must not change with it.
        using var sink = new MemorySink(content.Length);
        using IContentReader reader = content.OpenReader();
        byte[] buffer = new byte[64 * 1024];
        for (long offset = 0; offset < content.Length;)
        {
            int read = await reader.ReadAsync(offset, buffer, cancellationToken);
            if (read == 0)
                throw new EndOfStreamException();
            await sink.WriteAsync(buffer.AsMemory(0, read), cancellationToken);
            offset += read;
        }
        return sink.Complete();
    }

    private sealed class Cursor(OrderedKeyMap<StoredObject>.Cursor cursor) : ObjectCursor
    {
        public override StoredObject Current => cursor.Value;

        public override void Seek(KeyBound bound) => cursor.Seek(bound);

        public override bool MoveNext() => cursor.MoveNext();
    }
}
