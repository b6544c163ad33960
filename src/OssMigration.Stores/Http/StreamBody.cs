using System.Net;

namespace OssMigration.Stores.Http;

/// <summary>
/// A request body out of a seekable stream: from position 0 to its end, with Content-Length, as often as it is sent.
/// The stream's own CopyToAsync writes it, so that a stream of blocks needs no further copy. Never disposes the stream.
/// </summary>
internal sealed class StreamBody(Stream body) : HttpContent
{
    private const int CopyBytes = 128 * 1024;

    /// <summary>Told when a write to the network begins and ends; set by the transport.</summary>
    public IdleWatch? Watch { get; set; }

    /// <inheritdoc/>
    protected override bool TryComputeLength(out long length)
    {
        length = body.Length;
        return true;
    }

    /// <inheritdoc/>
    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        SerializeToStreamAsync(stream, context, CancellationToken.None);

    /// <inheritdoc/>
    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        body.Position = 0;
        if (Watch is null)
        {
            await body.CopyToAsync(stream, CopyBytes, cancellationToken).ConfigureAwait(false);
            return;
        }

        // The caller's stream may be slow on purpose (bandwidth limit): only the network is watched.
        Watch.Pause();
        await body.CopyToAsync(new WatchedStream(stream, Watch), CopyBytes, cancellationToken).ConfigureAwait(false);
        Watch.Resume();
    }

    private sealed class WatchedStream(Stream inner, IdleWatch watch) : Stream
    {
        public override bool CanRead => false;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            watch.Resume();
            await inner.WriteAsync(buffer, cancellationToken).ConfigureAwait(false);
            watch.Pause();
        }

        public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
            WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

        public override void Write(byte[] buffer, int offset, int count) => inner.Write(buffer, offset, count);

        public override Task FlushAsync(CancellationToken cancellationToken) => inner.FlushAsync(cancellationToken);

        public override void Flush() => inner.Flush();

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();
    }
}
