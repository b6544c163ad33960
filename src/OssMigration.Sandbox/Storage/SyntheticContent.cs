using System.Buffers.Binary;

namespace OssMigration.Sandbox.Storage;

/// <summary>Bytes computed from a seed and their position, of any length, in no memory. It is its own reader.</summary>
internal sealed class SyntheticContent(long length, ulong seed) : IObjectContent, IContentReader
{
    /// <inheritdoc/>
    public long Length => length;

    /// <summary>What the bytes are computed from.</summary>
    public ulong Seed => seed;

    /// <summary>The mixing function behind all synthetic values (SplitMix64): every bit of the result depends on every bit of the input.</summary>
    public static ulong Mix(ulong value)
    {
        value += 0x9E3779B97F4A7C15;
        value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9;
        value = (value ^ (value >> 27)) * 0x94D049BB133111EB;
        return value ^ (value >> 31);
    }

    /// <inheritdoc/>
    public IContentReader OpenReader() => this;

    /// <inheritdoc/>
    public ReadOnlyMemory<byte> GetMemory(long offset, long length) => default;

    /// <inheritdoc/>
    public ValueTask<int> ReadAsync(long offset, Memory<byte> buffer, CancellationToken cancellationToken) =>
        new(Read(offset, buffer.Span));

    /// <inheritdoc/>
    public int Read(long offset, Span<byte> buffer)
    {
        int count = (int)Math.Min(buffer.Length, length - offset);
        if (count <= 0)
            return 0;
        Span<byte> word = stackalloc byte[8];
        int done = 0;
        while (done < count)
        {
            (long index, long inWord) = Math.DivRem(offset + done, 8);
            ulong value = Mix(seed ^ ((ulong)index * 0xD1342543DE82EF95));
            if (inWord == 0 && count - done >= 8)
            {
                BinaryPrimitives.WriteUInt64LittleEndian(buffer[done..], value);
                done += 8;
                continue;
            }
            BinaryPrimitives.WriteUInt64LittleEndian(word, value);
            int take = (int)Math.Min(8 - inWord, count - done);
            word.Slice((int)inWord, take).CopyTo(buffer[done..]);
            done += take;
        }
        return count;
    }

    /// <inheritdoc/>
    public void Discard()
    {
    }

    /// <inheritdoc/>
    public void Dispose()
    {
    }
}
