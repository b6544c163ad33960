using OssMigration.Core.Stores;
using OssMigration.Stores.Http;

namespace OssMigration.Stores.HttpList;

/// <summary>A whole object, open from its beginning.</summary>
/// <param name="Answer">Disposed with it.</param>
/// <param name="Head">What its headers say.</param>
/// <param name="Body">The content.</param>
internal sealed record OpenedObject(HttpAnswer Answer, ObjectHead Head, Stream Body) : IDisposable
{
    /// <inheritdoc/>
    public void Dispose()
    {
        Body.Dispose();
        Answer.Dispose();
    }
}

/// <summary>
/// Ranges of objects whose server sends no ranges, out of one stream for each object: who reads the range that follows goes on where the one
/// before it stopped. A range that lies before that opens a new stream and passes over what is not wanted.
/// </summary>
internal sealed class SequentialReads : IDisposable
{
    private readonly Dictionary<string, Line> _lines = new(StringComparer.Ordinal);

    /// <summary>Reads a range.</summary>
    /// <param name="key">The object.</param>
    /// <param name="range">The range, within the object.</param>
    /// <param name="open">Opens the whole object from its beginning.</param>
    /// <param name="consume">Reads exactly the range from the stream it is given, knowing the head of the object.</param>
    /// <param name="cancellationToken">Cancels.</param>
    public async Task<TResult> ReadAsync<TResult>(
        string key, ByteRange range, Func<Task<OpenedObject>> open, Func<ObjectHead, Stream, Task<TResult>> consume, CancellationToken cancellationToken)
    {
        Line line = Enter(key);
        try
        {
            await line.WaitAsync(range.Offset, cancellationToken).ConfigureAwait(false);
            bool goesOn = false;
            try
            {
                if (line.Opened is null || line.Position > range.Offset)
                    line.Begin(await open().ConfigureAwait(false));
                ObjectHead head = line.Opened!.Head;
                if (range.Last < head.Entry.Size)
                    await line.SkipAsync(range.Offset, cancellationToken).ConfigureAwait(false);
                TResult result = await consume(head, new Window(line, range.Length)).ConfigureAwait(false);
                goesOn = line.Position == range.Last + 1 && line.Position < head.Entry.Size;
                return result;
            }
            finally
            {
                // What a reader left in the middle belongs to nobody, and what is read to its end is of no more use.
                if (!goesOn)
                    line.Close();
                line.Release();
            }
        }
        finally
        {
            Leave(key, line);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_lines)
        {
            foreach (Line line in _lines.Values)
                line.Close();
            _lines.Clear();
        }
    }

    private Line Enter(string key)
    {
        lock (_lines)
        {
            if (!_lines.TryGetValue(key, out Line? line))
                _lines[key] = line = new Line();
            line.Users++;
            return line;
        }
    }

    // Kept while it is open, for the range that follows.
    private void Leave(string key, Line line)
    {
        lock (_lines)
        {
            line.Users--;
            if (line is { Users: 0, Opened: null })
                _lines.Remove(key);
        }
    }

    /// <summary>The stream of one object, and who waits for it: the smallest offset comes first.</summary>
    private sealed class Line
    {
        private readonly PriorityQueue<TaskCompletionSource, long> _waiting = new();
        private bool _isTaken;

        public int Users { get; set; }

        public OpenedObject? Opened { get; private set; }

        public long Position { get; set; }

        public Task WaitAsync(long offset, CancellationToken cancellationToken)
        {
            TaskCompletionSource turn = new(TaskCreationOptions.RunContinuationsAsynchronously);
            lock (_waiting)
            {
                if (!_isTaken)
                {
                    _isTaken = true;
                    return Task.CompletedTask;
                }

                _waiting.Enqueue(turn, offset);
            }

            // Who is cancelled stays in the queue and is passed over when its turn comes.
            cancellationToken.UnsafeRegister(_ => turn.TrySetCanceled(cancellationToken), null);
            return turn.Task;
        }

        public void Release()
        {
            lock (_waiting)
            {
                _isTaken = false;
                while (!_isTaken && _waiting.TryDequeue(out TaskCompletionSource? next, out _))
                    _isTaken = next.TrySetResult();
            }
        }

        public void Begin(OpenedObject opened)
        {
            Close();
            Opened = opened;
            Position = 0;
        }

        public async Task SkipAsync(long offset, CancellationToken cancellationToken)
        {
            byte[] buffer = new byte[64 * 1024];
            while (Position < offset)
            {
                int read = await Opened!.Body.ReadAsync(buffer.AsMemory(0, (int)Math.Min(buffer.Length, offset - Position)), cancellationToken).ConfigureAwait(false);
                Position += read;
            }
        }

        public void Close()
        {
            Opened?.Dispose();
            Opened = null;
        }
    }

    /// <summary>The bytes of a range, out of the stream of its object, which stays open.</summary>
    private sealed class Window(Line line, long length) : Stream
    {
        private long _position;

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => length;

        public override long Position
        {
            get => _position;
            set => throw new NotSupportedException();
        }

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (_position == length || buffer.Length == 0)
                return 0;
            int read = await line.Opened!.Body.ReadAsync(buffer[..(int)Math.Min(buffer.Length, length - _position)], cancellationToken).ConfigureAwait(false);
            line.Position += read;
            _position += read;
            return read;
        }

        public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
