using System.Security.Cryptography;
using OssMigration.Core.Stores;

namespace OssMigration.Core.Copying;

/// <summary>
/// One content in memory, in pooled blocks, with its CRC-64/XZ computed while each block is still in the processor's
/// cache. Filled by one thread; read by streams when it is whole, or by <see cref="Follow"/> while it still arrives.
/// Dispose gives the blocks back.
/// </summary>
internal sealed class BlockBuffer(BlockPool pool) : IContentHash, IDisposable
{
    // What is read into it is looked at by nobody, so all may share it.
    private static readonly byte[] EndProbe = new byte[1];

    private readonly object _gate = new();
    private byte[][] _blocks = [];
    private int _count;
    private long _announced;
    private long _shown;
    private TaskCompletionSource? _more;

    /// <summary>Bytes held.</summary>
    public long Length { get; private set; }

    /// <summary>CRC-64/XZ of the bytes held.</summary>
    public ulong Crc64 { get; private set; }

    /// <summary>Replaces the content by exactly this many bytes of a stream. Its last block is shown to no follower before <see cref="Finish"/>.</summary>
    /// <param name="source">Read to its end.</param>
    /// <param name="length">Bytes that it must have.</param>
    /// <param name="checksum">Takes in the same bytes, or null.</param>
    /// <param name="store">The store's name, for the error.</param>
    /// <param name="cancellationToken">Cancels.</param>
    /// <exception cref="StoreException">Kind Network: the stream is shorter or longer.</exception>
    public async ValueTask FillAsync(Stream source, long length, StreamChecksum? checksum, string store, CancellationToken cancellationToken)
    {
        // A follower may wait already for what was expected.
        if (_count > 0 || _announced != length)
            Expect(length);
        int blockSize = BlockPool.BlockSize(length);
        while (Length < length)
        {
            byte[] block = pool.Rent(blockSize);
            _blocks[_count++] = block;
            int wanted = (int)Math.Min(blockSize, length - Length);
            int filled = await source.ReadAtLeastAsync(block.AsMemory(0, wanted), wanted, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
            Crc64 = Copying.Crc64.Append(Crc64, block.AsSpan(0, filled));
            checksum?.Append(block.AsSpan(0, filled));
            Length += filled;
            if (filled < wanted)
                throw WrongLength(store, length, $"{Length}");
            if (Length < length)
                Show(Length);
        }

        if (await source.ReadAsync(EndProbe, cancellationToken).ConfigureAwait(false) != 0)
            throw WrongLength(store, length, "more");
    }

    /// <summary>Empties the buffer and says how long the content to come is, so that it can be followed.</summary>
    public void Expect(long length)
    {
        int blockSize = BlockPool.BlockSize(length);
        int blocks = (int)((length + blockSize - 1) / blockSize);
        Clear();
        if (_blocks.Length < blocks)
            _blocks = new byte[blocks][];
        _announced = length;
    }

    /// <summary>The content is whole and right: followers get the end of it.</summary>
    public void Finish() => Show(Length);

    /// <summary>MD5 of the bytes held, in hex.</summary>
    public string ComputeMd5()
    {
#pragma warning disable CA5351 // MD5 is what S3 and OSS define their ETags by.
        using IncrementalHash md5 = IncrementalHash.CreateHash(HashAlgorithmName.MD5);
#pragma warning restore CA5351
        long left = Length;
        for (int i = 0; i < _count; i++)
        {
            md5.AppendData(_blocks[i], 0, (int)Math.Min(_blocks[i].Length, left));
            left -= Math.Min(_blocks[i].Length, left);
        }

        return Convert.ToHexString(md5.GetHashAndReset());
    }

    /// <summary>A seekable stream over the content, which is whole; valid until the buffer is filled again or disposed.</summary>
    public Stream OpenRead()
    {
        Finish();
        return new BlockStream(this, Length);
    }

    /// <summary>
    /// A seekable stream over the content that was <see cref="Expect">expected</see>: reading waits for what has not arrived.
    /// Valid as long as the buffer is not emptied.
    /// </summary>
    public Stream Follow() => new BlockStream(this, _announced);

    /// <summary>The bytes from a position to the end of its block as far as they are shown; empty where nothing is shown there yet.</summary>
    internal ReadOnlyMemory<byte> Shown(long position)
    {
        long end = Volatile.Read(ref _shown);
        if (position >= end)
            return default;
        int blockSize = _blocks[0].Length;
        (long block, long offset) = Math.DivRem(position, blockSize);
        return _blocks[block].AsMemory((int)offset, (int)Math.Min(blockSize - offset, end - position));
    }

    /// <summary>Waits until something behind a position is shown.</summary>
    internal Task WaitBeyondAsync(long position, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            if (_shown > position)
                return Task.CompletedTask;
            _more ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return _more.Task.WaitAsync(cancellationToken);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => Clear();

    private static StoreException WrongLength(string store, long expected, string actual)
        => new(StoreErrorKind.Network, store, $"The content ended early or went on: {expected} bytes were announced, {actual} came.");

    private void Show(long end)
    {
        TaskCompletionSource? more;
        lock (_gate)
        {
            _shown = end;
            (more, _more) = (_more, null);
        }

        more?.TrySetResult();
    }

    private void Clear()
    {
        for (int i = 0; i < _count; i++)
            pool.Return(_blocks[i]);
        _count = 0;
        _shown = 0;
        Length = 0;
        Crc64 = 0;
    }
}
