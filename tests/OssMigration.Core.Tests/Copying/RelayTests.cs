using System.Threading.Channels;
using OssMigration.Core.Copying;
using OssMigration.Core.Reporting;
using OssMigration.Core.Stores;
using OssMigration.Core.Tests.Jobs;
using OssMigration.TestKit;
using Xunit;

namespace OssMigration.Core.Tests.Copying;

/// <summary>Contents that are written while they arrive.</summary>
public sealed class RelayTests
{
    private const int Length = (3 * BlockPool.LargeBlock) + 10;

    private readonly BlockPool _pool = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_arrives_goes_on_at_once_and_the_end_only_when_it_is_right()
    {
        byte[] content = EngineBench.Noise(Length);
        using BlockBuffer buffer = new(_pool);
        await using Relay<int> relay = new(buffer);
        await using FedStream source = new();
        byte[] written = new byte[Length];
        relay.Begin(Length, async (body, token) => await body.ReadAtLeastAsync(written, Length, cancellationToken: token), Token);
        Stream follower = buffer.Follow();
        ValueTask fill = buffer.FillAsync(source, Length, null, "s3://b", Token);

        byte[] piece = new byte[Length];
        source.Feed(content.AsMemory(0, BlockPool.LargeBlock));
        Assert.Equal(BlockPool.LargeBlock, await follower.ReadAsync(piece, Token));
        Task<int> next = follower.ReadAsync(piece, Token).AsTask();
        Assert.False(next.IsCompleted);
        source.Feed(content.AsMemory(BlockPool.LargeBlock));
        source.End();
        await fill;
        Assert.Equal(BlockPool.LargeBlock, await next);
        Assert.Equal(BlockPool.LargeBlock, await follower.ReadAsync(piece, Token));
        Task<int> last = follower.ReadAsync(piece, Token).AsTask();
        Assert.False(last.IsCompleted);
        Assert.False(relay.Writing!.IsCompleted);

        buffer.Finish();

        Assert.Equal(10, await last);
        Assert.Equal(Length, await relay.Writing);
        Assert.Equal(content, written);
    }

    [Fact]
    public async Task A_write_that_was_given_up_reads_no_more_and_is_not_begun_again()
    {
        using BlockBuffer buffer = new(_pool);
        await using Relay<int> relay = new(buffer);
        CancellationToken given = default;
        relay.Begin(Length, async (body, token) =>
        {
            given = token;
            return await body.ReadAsync(new byte[1], token);
        }, Token);

        await relay.GiveUpAsync();
        relay.Begin(Length, (_, _) => Task.FromResult(1), Token);

        Assert.True(given.IsCancellationRequested);
        Assert.Null(relay.Writing);
    }

    [Fact]
    public async Task A_read_that_breaks_takes_its_write_along_and_the_object_arrives_whole()
    {
        using EngineBench bench = new();
        byte[] content = EngineBench.Noise(2_000_000);
        bench.Source.Seed("k", content);
        bench.FaultySource.Plan(StoreOperation.Read, Fault.CutBody(1_500_000), "k");
        bench.Create();

        MigrationReport report = await bench.RunAsync(cancellationToken: Token);

        Assert.Equal((RunStatus.Complete, 1L, 1L), (report.Status, report.Copied.Objects, report.SourceUsage.Retries));
        Assert.Equal(content, bench.Destination.Find("k")!.Content);
    }

    [Fact]
    public async Task Bytes_spoiled_on_the_way_from_the_source_never_stand_at_the_destination()
    {
        using EngineBench bench = new();
        byte[] content = EngineBench.Noise(2_000_000);
        bench.Source.Seed("k", content);
        bench.FaultySource.Plan(StoreOperation.Read, Fault.FlipByte(1_000_000), "k");
        List<byte[]> stood = [];
        bench.DestinationSpy.After = (operation, key, _) =>
        {
            if (operation == StoreOperation.Put)
                stood.Add(bench.Destination.Find(key!)!.Content);
            return default;
        };
        bench.Create();

        MigrationReport report = await bench.RunAsync(cancellationToken: Token);

        Assert.Equal((RunStatus.Complete, 1L), (report.Status, report.Copied.Objects));
        Assert.Equal(content, Assert.Single(stood));
        Assert.Equal(2, bench.SourceSpy.Count(StoreOperation.Read, "k"));
    }

    /// <summary>A stream whose bytes come when the test says so.</summary>
    private sealed class FedStream : Stream
    {
        private readonly Channel<ReadOnlyMemory<byte>> _pieces = Channel.CreateUnbounded<ReadOnlyMemory<byte>>();
        private ReadOnlyMemory<byte> _left;

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public void Feed(ReadOnlyMemory<byte> piece) => Assert.True(_pieces.Writer.TryWrite(piece));

        public void End() => _pieces.Writer.Complete();

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (_left.IsEmpty && await _pieces.Reader.WaitToReadAsync(cancellationToken))
                _left = await _pieces.Reader.ReadAsync(cancellationToken);
            int read = Math.Min(_left.Length, buffer.Length);
            _left[..read].CopyTo(buffer);
            _left = _left[read..];
            return read;
        }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
