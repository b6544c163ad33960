using Microsoft.AspNetCore.Http.Features;

namespace OssMigration.Sandbox.Hosting;

/// <summary>Stands between a handler and the response's body and spoils it as a fault says; the handler knows nothing of it.</summary>
internal sealed class FaultyAnswer
{
    private static readonly TimeSpan ArrivalTime = TimeSpan.FromMilliseconds(50);
    private readonly HttpContext _context;
    private readonly IHttpResponseBodyFeature _real;
    private readonly StreamResponseBodyFeature _feature;
    private readonly ArmedFault _armed;

    private FaultyAnswer(HttpContext context, IHttpResponseBodyFeature real, ArmedFault armed)
    {
        _context = context;
        _real = real;
        _armed = armed;
        Stream stream = armed.Fault.Kind == FaultKind.ResetAfter ? Stream.Null : new SpoilingStream(this);
        _feature = new StreamResponseBodyFeature(stream, real);
    }

    private FaultKind Kind => _armed.Fault.Kind;

    /// <summary>Replaces the response's body of this request.</summary>
    public static FaultyAnswer Install(HttpContext context, ArmedFault armed)
    {
        var answer = new FaultyAnswer(context, context.Features.GetRequiredFeature<IHttpResponseBodyFeature>(), armed);
        context.Features.Set<IHttpResponseBodyFeature>(answer._feature);
        return answer;
    }

    /// <summary>Brings the fault to its end after the handler has written everything.</summary>
    public async ValueTask EndAsync()
    {
        if (Kind == FaultKind.ResetAfter)
        {
            _armed.Act();
            SideCall.Reset(_context);
            return;
        }
        await _feature.Writer.FlushAsync();
        _context.Features.Set(_real);
    }

    private sealed class SpoilingStream(FaultyAnswer answer) : Stream
    {
        private long _written;

        public override bool CanRead => false;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => _written;
            set => throw new NotSupportedException();
        }

        private long At => answer._armed.Fault.AfterBytes;

        public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            long before = _written;
            _written += buffer.Length;
            if (answer.Kind == FaultKind.CorruptBody)
            {
                if (before <= At && At < _written)
                {
                    answer._armed.Act();
                    byte[] spoiled = buffer.ToArray();
                    spoiled[At - before] ^= 0x20;
                    buffer = spoiled;
                }
                await answer._real.Writer.WriteAsync(buffer, cancellationToken);
                return;
            }
            int pass = (int)Math.Clamp(At - before, 0, buffer.Length);
            if (_written > At)
                answer._armed.Act();
            await answer._real.StartAsync(cancellationToken);
            await answer._real.Writer.WriteAsync(buffer[..pass], cancellationToken);
            if (answer.Kind != FaultKind.ResetInBody || _written <= At)
                return;
            // A reset overtakes what the client has not read yet; the bytes before it are to arrive.
            await Task.Delay(ArrivalTime, cancellationToken);
            SideCall.Reset(answer._context);
        }

        public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
            WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override void Flush() => throw new NotSupportedException();

        public override async Task FlushAsync(CancellationToken cancellationToken) => await answer._real.Writer.FlushAsync(cancellationToken);

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();
    }
}
