using OssMigration.Core.Stores;

namespace OssMigration.Core.Copying;

/// <summary>Pinned reads of the source whose change or disappearance is told apart from every other error.</summary>
internal static class SourceReading
{
    /// <summary>
    /// Reads an object, or a range of it, in exactly the listed version.
    /// </summary>
    /// <exception cref="SourceChangedException">Another version, or another size, is there.</exception>
    /// <exception cref="SourceVanishedException">Nothing is there.</exception>
    public static async Task<TResult> ReadPinnedAsync<TResult>(
        this IObjectReader source,
        ObjectEntry entry,
        ByteRange? range,
        Func<ObjectContent, CancellationToken, ValueTask<TResult>> consume,
        CancellationToken cancellationToken)
    {
        try
        {
            return await source.ReadAsync(
                new ReadRequest(entry.Key, range, entry.Version) { ExpectedLength = range?.Length ?? entry.Size },
                (content, token) =>
                {
                    // A store that ignores the condition is caught by what it says of the object it sends.
                    if (content.Head.Entry.Size != entry.Size || content.Head.Entry.Version != entry.Version)
                        throw new SourceChangedException(entry.Key);
                    return consume(content, token);
                },
                cancellationToken).ConfigureAwait(false);
        }
        catch (StoreException exception) when (exception.Kind == StoreErrorKind.Changed)
        {
            throw new SourceChangedException(entry.Key);
        }
        catch (StoreException exception) when (exception.Kind == StoreErrorKind.NotFound)
        {
            throw new SourceVanishedException(entry.Key);
        }
    }

    /// <summary>CRC-64/XZ of the content, read once and kept nowhere.</summary>
    public static Task<ulong> HashAsync(this IObjectReader source, ObjectEntry entry, CancellationToken cancellationToken)
        => source.ReadPinnedAsync(
            entry,
            range: null,
            static async (content, token) =>
            {
                byte[] buffer = System.Buffers.ArrayPool<byte>.Shared.Rent(128 * 1024);
                try
                {
                    ulong crc = 0;
                    while (await content.Body.ReadAsync(buffer, token).ConfigureAwait(false) is var read and > 0)
                        crc = Crc64.Append(crc, buffer.AsSpan(0, read));
                    return crc;
                }
                finally
                {
                    System.Buffers.ArrayPool<byte>.Shared.Return(buffer);
                }
            },
            cancellationToken);
}
