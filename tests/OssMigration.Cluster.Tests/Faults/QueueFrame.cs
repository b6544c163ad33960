using System.Buffers.Binary;
using System.Text;

namespace OssMigration.Cluster.Tests.Faults;

/// <summary>One frame of AMQP 0-9-1, or the eight bytes that a client begins with.</summary>
/// <param name="Bytes">All of it.</param>
internal readonly record struct QueueFrame(byte[] Bytes)
{
    private const int HeaderBytes = 7;
    private const byte MethodFrame = 1;

    /// <summary>Class and method; (0, 0) where it is no method.</summary>
    public (ushort Class, ushort Id) Method => Bytes is [MethodFrame, _, _, _, _, _, _, _, _, _, _, ..]
        ? (BinaryPrimitives.ReadUInt16BigEndian(Bytes.AsSpan(HeaderBytes)), BinaryPrimitives.ReadUInt16BigEndian(Bytes.AsSpan(HeaderBytes + 2)))
        : default;

    /// <summary>Whether the text is in it.</summary>
    public bool Names(string text) => Bytes.AsSpan().IndexOf(Encoding.ASCII.GetBytes(text)) >= 0;

    /// <summary>Its end is another byte than it must be.</summary>
    public QueueFrame Corrupted() => new([.. Bytes[..^1], 0]);

    /// <summary>Of a confirm (basic.ack) the refusal (basic.nack).</summary>
    public QueueFrame Refused() => new([.. Bytes[..(HeaderBytes + 3)], 120, .. Bytes[(HeaderBytes + 4)..]]);

    /// <summary>What a broker says when somebody ends a connection at its management page.</summary>
    public static QueueFrame ConnectionForced()
    {
        byte[] reason = Encoding.ASCII.GetBytes("CONNECTION_FORCED - Closed by an operator");
        byte[] payload = [0, 10, 0, 50, 320 >> 8, 320 & 0xFF, (byte)reason.Length, .. reason, 0, 0, 0, 0];
        return new([MethodFrame, 0, 0, 0, 0, 0, (byte)payload.Length, .. payload, 0xCE]);
    }

    /// <summary>The next of a stream; null at its end.</summary>
    public static async Task<QueueFrame?> ReadAsync(Stream stream, CancellationToken cancellationToken)
    {
        byte[] header = new byte[HeaderBytes];
        if (await stream.ReadAtLeastAsync(header, header.Length, throwOnEndOfStream: false, cancellationToken) < header.Length)
            return null;
        int rest = header[0] == (byte)'A' ? 1 : BinaryPrimitives.ReadInt32BigEndian(header.AsSpan(3)) + 1;
        byte[] frame = new byte[HeaderBytes + rest];
        header.CopyTo(frame, 0);
        await stream.ReadExactlyAsync(frame.AsMemory(HeaderBytes), cancellationToken);
        return new QueueFrame(frame);
    }
}
