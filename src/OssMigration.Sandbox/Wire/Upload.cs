using System.Buffers;
using OssMigration.Sandbox.Hosting;
using OssMigration.Sandbox.Storage;

namespace OssMigration.Sandbox.Wire;

/// <summary>Takes the body of a PUT into a bucket's sink, hashing what passes; both sides use it.</summary>
internal static class Upload
{
    private const int SmallBody = 64 * 1024;

    /// <summary>Receives a body.</summary>
    /// <param name="call">The request; faults of uploads act here.</param>
    /// <param name="source">The bytes.</param>
    /// <param name="length">The announced number of bytes; null when unknown.</param>
    /// <param name="bucket">Where the bytes will belong.</param>
    /// <param name="hasher">Sees all bytes in order.</param>
    /// <param name="cancellationToken">Ends with the connection.</param>
    /// <returns>The content; null when a fault closed the connection, after which the handler returns.</returns>
    /// <exception cref="BadHttpRequestException">The client sent fewer bytes than announced.</exception>
    public static async Task<IObjectContent?> ReceiveAsync(
        SideCall call, BodySource source, long? length, Bucket bucket, BodyHasher hasher, CancellationToken cancellationToken)
    {
        using IContentSink sink = bucket.CreateSink(length);
        // A small body that ends up in one piece of memory is hashed there at once.
        bool isSmall = length <= SmallBody && sink is MemorySink;
        byte[] buffer = ArrayPool<byte>.Shared.Rent((int)Math.Clamp(length ?? 65536, 1024, 65536));
        try
        {
            long received = 0;
            int read;
            while ((read = await source.ReadAsync(buffer, cancellationToken)) > 0)
            {
                if (call.Fault is { } fault && Spoil(fault, buffer.AsSpan(0, read), received))
                {
                    call.ResetConnection();
                    return null;
                }
                received += read;
                if (!isSmall)
                    hasher.Append(buffer.AsSpan(0, read));
                await sink.WriteAsync(buffer.AsMemory(0, read), cancellationToken);
                await call.Side.Limits.PaceAsync(read, cancellationToken);
            }
            call.Side.Statistics.CountIn(received);
            IObjectContent content = sink.Complete();
            if (isSmall)
                hasher.AppendWhole(content.GetMemory(0, content.Length));
            return content;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    // True when the connection is to be closed now.
    private static bool Spoil(Fault fault, Span<byte> bytes, long before)
    {
        if (fault.Kind == FaultKind.CorruptBody && before <= fault.AfterBytes && fault.AfterBytes < before + bytes.Length)
            bytes[(int)(fault.AfterBytes - before)] ^= 0x20;
        return fault.Kind == FaultKind.ResetInBody && before + bytes.Length > fault.AfterBytes;
    }
}
