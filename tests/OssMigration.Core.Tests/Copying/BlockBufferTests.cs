using System.Runtime.InteropServices;
using CsCheck;
using OssMigration.Core.Copying;
using OssMigration.Core.Stores;
using Xunit;

namespace OssMigration.Core.Tests.Copying;

public sealed class BlockBufferTests
{
    private readonly BlockPool _pool = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static Gen<int> Lengths { get; } = Gen.OneOf(
        Gen.Int[0, 400_000], Gen.Int[0, 20_000],
        Gen.OneOf<int>(0, 1, BlockPool.SmallBlock, BlockPool.SmallBlock + 1, BlockPool.LargeBlock, BlockPool.LargeBlock + 1, 3 * BlockPool.LargeBlock));

    [Fact]
    public async Task The_content_comes_back_with_its_checksums_however_it_arrived_and_is_read() =>
        await Gen.Select(Lengths, Gen.Int[1, 300_000], Gen.Int, Gen.Double[0, 1]).SampleAsync(async (length, chunk, seed, place) =>
        {
            byte[] content = new byte[length];
            new Random(seed).NextBytes(content);
            using StreamChecksum checksum = new(ChecksumAlgorithm.Sha256);
            using StreamChecksum expected = new(ChecksumAlgorithm.Sha256);
            expected.Append(content);
            using BlockBuffer buffer = new(_pool);
            await buffer.FillAsync(new ChoppyStream(content, chunk), length, checksum, "s3://b", Token);

            Assert.Equal(length, buffer.Length);
            Assert.Equal(Crc64.Compute(content), buffer.Crc64);
            Assert.Equal(expected.Value, checksum.Value);
            await using Stream stream = buffer.OpenRead();
            MemoryStream copied = new();
            await stream.CopyToAsync(copied, Token);
            Assert.True(content.AsSpan().SequenceEqual(copied.ToArray()));

            int offset = (int)(place * length);
            Assert.Equal(offset, stream.Seek(offset - length, SeekOrigin.End));
            byte[] rest = new byte[length - offset + 1];
            Assert.Equal(length - offset, await stream.ReadAtLeastAsync(rest, rest.Length, throwOnEndOfStream: false, Token));
            Assert.True(content.AsSpan(offset).SequenceEqual(rest.AsSpan(0, length - offset)));
        }, iter: 150);

    [Theory]
    [InlineData(99)]
    [InlineData(101)]
    [InlineData(0)]
    [InlineData(200_000)]
    public async Task A_stream_of_another_length_is_a_network_error(int actual)
    {
        using BlockBuffer buffer = new(_pool);
        StoreException error = await Assert.ThrowsAsync<StoreException>(
            async () => await buffer.FillAsync(new MemoryStream(new byte[actual]), 100, null, "s3://b", Token));
        Assert.Equal((StoreErrorKind.Network, "s3://b"), (error.Kind, error.Store));
        Assert.True(error.IsRetryable);
    }

    [Fact]
    public async Task A_buffer_can_be_filled_again_after_a_failure()
    {
        using BlockBuffer buffer = new(_pool);
        await Assert.ThrowsAsync<StoreException>(async () => await buffer.FillAsync(new MemoryStream(new byte[50]), 100, null, "s3://b", Token));
        byte[] content = [1, 2, 3];
        await buffer.FillAsync(new MemoryStream(content), 3, null, "s3://b", Token);
        Assert.Equal((3L, Crc64.Compute(content)), (buffer.Length, buffer.Crc64));
    }

    [Fact]
    public async Task Blocks_go_back_to_the_pool_and_small_contents_take_small_blocks()
    {
        byte[] large = _pool.Rent(BlockPool.LargeBlock);
        byte[] small = _pool.Rent(BlockPool.SmallBlock);
        _pool.Return(large);
        _pool.Return(small);
        using (BlockBuffer buffer = new(_pool))
        {
            await buffer.FillAsync(new MemoryStream(new byte[4096]), 4096, null, "s3://b", Token);
            Assert.Same(large, _pool.Rent(BlockPool.LargeBlock));
            Assert.NotSame(small, _pool.Rent(BlockPool.SmallBlock));
        }
        Assert.Same(small, _pool.Rent(BlockPool.SmallBlock));
    }

    [Theory]
    [InlineData(0, BlockPool.SmallBlock)]
    [InlineData(4096, BlockPool.SmallBlock)]
    [InlineData(BlockPool.SmallBlock, BlockPool.SmallBlock)]
    [InlineData(BlockPool.SmallBlock + 1, BlockPool.LargeBlock)]
    [InlineData(BlockPool.LargeBlock + 1, 2 * BlockPool.LargeBlock)]
    public void The_footprint_is_whole_blocks(long length, long expected) => Assert.Equal(expected, BlockPool.Footprint(length));

    [Fact]
    public async Task Copying_hands_over_the_blocks_themselves()
    {
        using BlockBuffer buffer = new(_pool);
        await buffer.FillAsync(new MemoryStream(new byte[300_000]), 300_000, null, "s3://b", Token);
        SegmentStream segments = new();
        await buffer.OpenRead().CopyToAsync(segments, Token);

        Assert.Equal([BlockPool.LargeBlock, BlockPool.LargeBlock, 300_000 - 2 * BlockPool.LargeBlock], segments.Written.Select(segment => segment.Count));
        Assert.All(segments.Written, segment => Assert.Equal((0, BlockPool.LargeBlock), (segment.Offset, segment.Array!.Length)));
    }

    [Fact]
    public async Task The_stream_is_for_reading_only_and_knows_its_ends()
    {
        using BlockBuffer buffer = new(_pool);
        await buffer.FillAsync(new MemoryStream([1, 2]), 2, null, "s3://b", Token);
        Stream stream = buffer.OpenRead();
        Assert.Equal((true, true, false, 2L), (stream.CanRead, stream.CanSeek, stream.CanWrite, stream.Length));
        Assert.Throws<ArgumentOutOfRangeException>(() => stream.Position = 3);
        Assert.Throws<ArgumentOutOfRangeException>(() => stream.Seek(-1, SeekOrigin.Begin));
        Assert.Throws<NotSupportedException>(() => stream.SetLength(1));
        Assert.Equal((1, 2, -1), (stream.ReadByte(), stream.ReadByte(), stream.ReadByte()));
    }

    /// <summary>Gives a few bytes at a time.</summary>
    private sealed class ChoppyStream(byte[] content, int chunk) : MemoryStream(content)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            base.ReadAsync(buffer[..Math.Min(buffer.Length, chunk)], cancellationToken);
    }

    /// <summary>Notes which arrays it was handed.</summary>
    private sealed class SegmentStream : MemoryStream
    {
        public List<ArraySegment<byte>> Written { get; } = [];

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            Assert.True(MemoryMarshal.TryGetArray(buffer, out ArraySegment<byte> segment));
            Written.Add(segment);
            return default;
        }
    }
}
