namespace OssMigration.Sandbox.Storage;

/// <summary>Several contents one after the other, as Complete joins parts: nothing is copied.</summary>
internal sealed class CompositeContent : IObjectContent
{
    private readonly IObjectContent[] _parts;
    private readonly long[] _ends;

    /// <summary>Joins the contents in this order.</summary>
    public CompositeContent(IEnumerable<IObjectContent> parts)
    {
        _parts = [.. parts.Where(part => part.Length > 0)];
        _ends = new long[_parts.Length];
        for (int i = 0; i < _parts.Length; i++)
            _ends[i] = Length += _parts[i].Length;
    }

    /// <inheritdoc/>
    public long Length { get; }

    /// <inheritdoc/>
    public IContentReader OpenReader() => new Reader(this);

    /// <inheritdoc/>
    public ReadOnlyMemory<byte> GetMemory(long offset, long length)
    {
        if (offset >= Length)
            return default;
        int part = PartAt(offset);
        long start = offset - StartOf(part);
        return _parts[part].GetMemory(start, Math.Min(length, _parts[part].Length - start));
    }

    /// <inheritdoc/>
    public void Discard()
    {
        foreach (IObjectContent part in _parts)
            part.Discard();
    }

    private long StartOf(int part) => part == 0 ? 0 : _ends[part - 1];

    private int PartAt(long offset)
    {
        int found = Array.BinarySearch(_ends, offset);
        return found >= 0 ? found + 1 : ~found;
    }

    private sealed class Reader(CompositeContent content) : IContentReader
    {
        private IContentReader? _open;
        private int _openPart = -1;

        public ValueTask<int> ReadAsync(long offset, Memory<byte> buffer, CancellationToken cancellationToken)
        {
            if (offset >= content.Length)
                return new(0);
            int part = Open(offset);
            return _open!.ReadAsync(offset - content.StartOf(part), buffer, cancellationToken);
        }

        public int Read(long offset, Span<byte> buffer)
        {
            if (offset >= content.Length)
                return 0;
            int part = Open(offset);
            return _open!.Read(offset - content.StartOf(part), buffer);
        }

        public void Dispose() => _open?.Dispose();

        private int Open(long offset)
        {
            int part = content.PartAt(offset);
            if (part != _openPart)
            {
                _open?.Dispose();
                _open = content._parts[part].OpenReader();
                _openPart = part;
            }
            return part;
        }
    }
}
