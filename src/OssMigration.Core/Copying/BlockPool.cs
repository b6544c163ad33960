using System.Collections.Concurrent;

namespace OssMigration.Core.Copying;

/// <summary>
/// Blocks of memory in two sizes that are used again and again: small ones so that a 4 KiB object does not take 128 KiB,
/// large ones for the rest. How many there are at a time is bounded by the memory budget, not here. Thread-safe.
/// </summary>
internal sealed class BlockPool
{
    /// <summary>Bytes of a small block.</summary>
    public const int SmallBlock = 16 * 1024;

    /// <summary>Bytes of a large block.</summary>
    public const int LargeBlock = 128 * 1024;

    private readonly ConcurrentBag<byte[]> _small = [];
    private readonly ConcurrentBag<byte[]> _large = [];

    /// <summary>Bytes that a content of this length takes in blocks; what the memory budget is asked for.</summary>
    public static long Footprint(long length)
    {
        int block = BlockSize(length);
        return (Math.Max(length, 1) + block - 1) / block * block;
    }

    /// <summary>The block size that a content of this length is held in.</summary>
    public static int BlockSize(long length) => length <= SmallBlock ? SmallBlock : LargeBlock;

    /// <summary>Takes a block; its content is arbitrary.</summary>
    public byte[] Rent(int size) => Bag(size).TryTake(out byte[]? block) ? block : GC.AllocateUninitializedArray<byte>(size, pinned: size == LargeBlock);

    /// <summary>Gives a block back.</summary>
    public void Return(byte[] block) => Bag(block.Length).Add(block);

    private ConcurrentBag<byte[]> Bag(int size) => size == SmallBlock ? _small : _large;
}
