using System.Globalization;
using System.Text;

namespace OssMigration.TestKit;

/// <summary>One HTTP/1.1 message, whole in memory. A body in chunks is held, and sent on, as one with a length.</summary>
/// <param name="Start">The request or status line.</param>
/// <param name="Headers">Header lines, without those that frame the body.</param>
/// <param name="Body">The body.</param>
internal sealed record LineMessage(string Start, IReadOnlyList<string> Headers, byte[] Body)
{
    /// <summary>Content-Length where there is no body to count: of an answer to HEAD.</summary>
    public string? DeclaredLength { get; init; }

    public bool IsXml => Headers.Any(header => header.StartsWith("Content-Type:", StringComparison.OrdinalIgnoreCase) && header.Contains("xml", StringComparison.OrdinalIgnoreCase));

    /// <summary>The next message of a connection; null at its end.</summary>
    /// <param name="reader">The connection.</param>
    /// <param name="isOfHead">Whether it answers HEAD.</param>
    /// <param name="cancellationToken">Cancels.</param>
    public static async Task<LineMessage?> ReadAsync(LineReader reader, bool isOfHead, CancellationToken cancellationToken)
    {
        if (await reader.ReadLineAsync(cancellationToken) is not { Length: > 0 } start)
            return null;
        List<string> headers = [];
        string? length = null;
        bool isChunked = false;
        while (await reader.ReadLineAsync(cancellationToken) is { Length: > 0 } header)
        {
            if (header.StartsWith("Content-Length:", StringComparison.OrdinalIgnoreCase))
                length = header[15..].Trim();
            else if (header.StartsWith("Transfer-Encoding:", StringComparison.OrdinalIgnoreCase))
                isChunked = true;
            else
                headers.Add(header);
        }

        if (isOfHead)
            return new LineMessage(start, headers, []) { DeclaredLength = length };
        byte[] body = isChunked ? await ReadChunksAsync(reader, cancellationToken)
            : length is null ? [] : await reader.ReadAsync(int.Parse(length, CultureInfo.InvariantCulture), cancellationToken);
        return new LineMessage(start, headers, body) { DeclaredLength = length is null && !isChunked ? "" : null };
    }

    public byte[] ToBytes()
    {
        StringBuilder head = new();
        head.Append(Start).Append("\r\n");
        foreach (string header in Headers)
            head.Append(header).Append("\r\n");
        string length = Body.Length > 0 || DeclaredLength is null ? Body.Length.ToString(CultureInfo.InvariantCulture) : DeclaredLength;
        if (length.Length > 0)
            head.Append("Content-Length: ").Append(length).Append("\r\n");
        head.Append("\r\n");
        return [.. Encoding.Latin1.GetBytes(head.ToString()), .. Body];
    }

    private static async Task<byte[]> ReadChunksAsync(LineReader reader, CancellationToken cancellationToken)
    {
        List<byte> body = [];
        while (true)
        {
            string line = await reader.ReadLineAsync(cancellationToken) ?? throw new IOException("The connection ended between chunks.");
            int size = int.Parse(line.Split(';')[0], NumberStyles.HexNumber, CultureInfo.InvariantCulture);
            body.AddRange(await reader.ReadAsync(size, cancellationToken));
            await reader.ReadLineAsync(cancellationToken);
            if (size == 0)
                return [.. body];
        }
    }
}

/// <summary>Lines and counted bytes of a connection.</summary>
internal sealed class LineReader(Stream stream)
{
    private readonly byte[] _buffer = new byte[64 * 1024];
    private int _at;
    private int _end;

    /// <summary>A line without its end; null where the connection ended.</summary>
    public async Task<string?> ReadLineAsync(CancellationToken cancellationToken)
    {
        List<byte> line = [];
        while (true)
        {
            while (_at < _end)
            {
                byte next = _buffer[_at++];
                if (next == '\n')
                    return Encoding.Latin1.GetString([.. line]).TrimEnd('\r');
                line.Add(next);
            }

            if (!await FillAsync(cancellationToken))
                return null;
        }
    }

    public async Task<byte[]> ReadAsync(int count, CancellationToken cancellationToken)
    {
        byte[] bytes = new byte[count];
        for (int done = 0; done < count;)
        {
            if (_at == _end && !await FillAsync(cancellationToken))
                throw new IOException("The connection ended within a body.");
            int taken = Math.Min(count - done, _end - _at);
            Buffer.BlockCopy(_buffer, _at, bytes, done, taken);
            _at += taken;
            done += taken;
        }

        return bytes;
    }

    private async Task<bool> FillAsync(CancellationToken cancellationToken)
    {
        _at = 0;
        _end = await stream.ReadAsync(_buffer, cancellationToken);
        return _end > 0;
    }
}
