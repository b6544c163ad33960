using System.Buffers;
using System.IO.Compression;

namespace OssMigration.Core.RemoteState;

/// <summary>Contents as they are stored and sent: compressed (gzip).</summary>
public static class Packed
{
    /// <summary>Packs.</summary>
    public static byte[] Of(ReadOnlySpan<byte> content)
    {
        using MemoryStream packed = new();
        using (GZipStream zip = new(packed, CompressionLevel.Fastest, leaveOpen: true))
            zip.Write(content);
        return packed.ToArray();
    }

    /// <summary>Unpacks.</summary>
    /// <param name="packed">What was packed.</param>
    /// <param name="most">How many bytes it may have: a few packed ones may stand for more than the memory holds.</param>
    /// <exception cref="InvalidDataException">It is damaged, or longer.</exception>
    public static byte[] Open(byte[] packed, int most)
    {
        using MemoryStream content = new();
        using GZipStream zip = new(new MemoryStream(packed), CompressionMode.Decompress);
        byte[] block = ArrayPool<byte>.Shared.Rent(1 << 16);
        try
        {
            while (zip.Read(block) is > 0 and int read)
            {
                if (content.Length + read > most)
                    throw new InvalidDataException($"It is longer than {most:N0} bytes.");
                content.Write(block, 0, read);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(block);
        }

        return content.ToArray();
    }
}
