using System.Security.Cryptography;
using OssMigration.Core.Stores;

namespace OssMigration.Core.Copying;

/// <summary>
/// One content in memory, in pooled blocks, with its CRC-64/XZ computed while each block is still in the processor's
/// cache. Filled by one thread, then read by streams. Dispose gives the blocks back.
/// </summary>
internal sealed class BlockBuffer(BlockPool pool) : IDisposable
{
    private readonly List<byte[]> _blocks = [];

    /// <summary>Bytes held.</summary>
    public long Length { get; private set; }

    /// <summary>CRC-64/XZ of the bytes held.</summary>
    public ulong Crc64 { get; private set; }

    /// <summary>Replaces the content by exactly this many bytes of a stream.</summary>
    /// <param name="source">Read to its end.</param>
    /// <param name="length">Bytes that it must have.</param>
    /// <param name="checksum">Takes in the same bytes, or null.</param>
    /// <param name="store">The store's name, for the error.</param>
    /// <param name="cancellationToken">Cancels.</param>
    /// <exception cref="StoreException">Kind Network: the stream is shorter or longer.</exception>
    public async ValueTask FillAsync(Stream source, long length, StreamChecksum? checksum, string store, CancellationToken cancellationToken)
    {
        Clear();
        int blockSize = BlockPool.BlockSize(length);
        while (Length < length)
        {
            byte[] block = pool.Rent(blockSize);
            _blocks.Add(block);
            int wanted = (int)Math.Min(blockSize, length - Length);
            int filled = await source.ReadAtLeastAsync(block.AsMemory(0, wanted), wanted, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
            Crc64 = Copying.Crc64.Append(Crc64, block.AsSpan(0, filled));
            checksum?.Append(block.AsSpan(0, filled));
            Length += filled;
            if (filled < wanted)
                throw WrongLength(store, length, $"{Length}");
        }

        byte[] probe = new byte[1];
        if (await source.ReadAsync(probe, cancellationToken).ConfigureAwait(false) != 0)
            throw WrongLength(store, length, "more");
    }

    /// <summary>MD5 of the bytes held, in hex.</summary>
    public string ComputeMd5()
    {
#pragma warning disable CA5351 // MD5 is what S3 and OSS define their ETags by.
        using IncrementalHash md5 = IncrementalHash.CreateHash(HashAlgorithmName.MD5);
#pragma warning restore CA5351
        long left = Length;
        foreach (byte[] block in _blocks)
        {
            md5.AppendData(block, 0, (int)Math.Min(block.Length, left));
            left -= Math.Min(block.Length, left);
        }

        return Convert.ToHexString(md5.GetHashAndReset());
    }

    /// <summary>A seekable stream over the content; valid until the buffer is filled again or disposed.</summary>
    public Stream OpenRead() => new BlockStream(_blocks, Length);

    /// <inheritdoc/>
    public void Dispose() => Clear();

    private static StoreException WrongLength(string store, long expected, string actual)
        => new(StoreErrorKind.Network, store, $"The content ended early or went on: {expected} bytes were announced, {actual} came.");

    private void Clear()
    {
        foreach (byte[] block in _blocks)
            pool.Return(block);
        _blocks.Clear();
        Length = 0;
        Crc64 = 0;
    }
}
