using System.Buffers;
using System.IO.Pipelines;
using OssMigration.Sandbox.Hosting;
using OssMigration.Sandbox.Storage;

namespace OssMigration.Sandbox.Wire;

/// <summary>Sends bytes of an object as an answer's body; both sides use it.</summary>
internal static class Download
{
    private const int MemoryStep = 256 * 1024;

    /// <summary>Sends a range. Status, headers and Content-Length are set before; the reader was opened before them.</summary>
    public static async Task SendAsync(
        SideCall call, HttpContext context, IObjectContent content, IContentReader reader, long offset, long length)
    {
        CancellationToken cancellationToken = context.RequestAborted;
        PipeWriter body = context.Response.BodyWriter;
        long end = offset + length;
        byte[]? buffer = null;
        try
        {
            while (offset < end)
            {
                ReadOnlyMemory<byte> bytes = content.GetMemory(offset, Math.Min(end - offset, MemoryStep));
                if (bytes.IsEmpty)
                {
                    buffer ??= ArrayPool<byte>.Shared.Rent((int)Math.Min(end - offset, MemoryStep));
                    int read = await reader.ReadAsync(offset, buffer.AsMemory(0, (int)Math.Min(buffer.Length, end - offset)), cancellationToken);
                    if (read == 0)
                    {
                        context.Abort();
                        return;
                    }
                    bytes = buffer.AsMemory(0, read);
                }
                await call.Side.Limits.PaceAsync(bytes.Length, cancellationToken);
                await body.WriteAsync(bytes, cancellationToken);
                offset += bytes.Length;
                call.Side.Statistics.CountOut(bytes.Length);
            }
        }
        finally
        {
            if (buffer is not null)
                ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
