namespace OssMigration.Sandbox.Storage;

/// <summary>The immutable bytes of an object, a part or an upload in flight, readable at any position by many readers at once.</summary>
internal interface IObjectContent
{
    /// <summary>The number of bytes.</summary>
    long Length { get; }

    /// <summary>Opens the bytes for reading; the caller disposes the reader.</summary>
    /// <exception cref="ContentChangedException">The file behind it is no longer the one that was listed.</exception>
    IContentReader OpenReader();

    /// <summary>
    /// Gives bytes that lie in memory without copying: from <paramref name="offset"/> on, at most <paramref name="length"/>,
    /// possibly fewer. Empty when the content is not in memory.
    /// </summary>
    ReadOnlyMemory<byte> GetMemory(long offset, long length);

    /// <summary>Frees what the content holds outside memory (a temporary file). Only for content that is in no bucket.</summary>
    void Discard();
}

/// <summary>Reads bytes of an <see cref="IObjectContent"/> at any position.</summary>
internal interface IContentReader : IDisposable
{
    /// <summary>Reads from <paramref name="offset"/> on; 0 only at the end.</summary>
    ValueTask<int> ReadAsync(long offset, Memory<byte> buffer, CancellationToken cancellationToken);

    /// <summary>The blocking form of <see cref="ReadAsync"/>.</summary>
    int Read(long offset, Span<byte> buffer);
}

/// <summary>The file behind an object was replaced between lookup and opening: look the object up again.</summary>
internal sealed class ContentChangedException(string key) : IOException($"The file of object '{key}' changed while it was opened.");
