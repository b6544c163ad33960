using System.Buffers;
using System.Globalization;
using System.IO.Pipelines;
using System.Security.Cryptography;
using System.Text;
using OssMigration.Sandbox.Wire;

namespace OssMigration.Sandbox.S3;

/// <summary>
/// A body in aws-chunked framing: chunks with or without signatures, and trailing headers with or without one. A wrong
/// signature is found when its chunk ends, before the upload is stored.
/// </summary>
internal sealed class AwsChunkedBody : BodySource, IDisposable
{
    private const int LongestLine = 8 * 1024;
    private readonly PipeReader _reader;
    private readonly SignatureResult _signature;
    private readonly bool _isSigned;
    private readonly bool _hasTrailer;
    private readonly IncrementalHash? _chunkHash;
    private readonly Dictionary<string, string> _trailers = new(StringComparer.OrdinalIgnoreCase);
    private string _previous;
    private string _chunkSignature = "";
    private long _left = -1;
    private bool _ended;

    /// <param name="request">The request whose body it is.</param>
    /// <param name="signature">From its verification; its payload hash is one of the STREAMING values.</param>
    public AwsChunkedBody(HttpRequest request, SignatureResult signature)
    {
        _reader = request.BodyReader;
        _signature = signature;
        _isSigned = signature.PayloadHash.StartsWith("STREAMING-AWS4-HMAC-SHA256", StringComparison.Ordinal);
        _hasTrailer = signature.PayloadHash.EndsWith("-TRAILER", StringComparison.Ordinal);
        _chunkHash = _isSigned ? IncrementalHash.CreateHash(HashAlgorithmName.SHA256) : null;
        _previous = signature.Seed;
    }

    /// <summary>The trailing headers; complete after the last byte.</summary>
    public IReadOnlyDictionary<string, string> Trailers => _trailers;

    /// <inheritdoc/>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        if (_ended)
            return 0;
        if (_left < 0)
        {
            await BeginChunkAsync(cancellationToken);
            if (_left == 0)
            {
                CheckChunk();
                await ReadTrailersAsync(cancellationToken);
                _ended = true;
                return 0;
            }
        }
        ReadResult result = await _reader.ReadAsync(cancellationToken);
        if (result.Buffer.IsEmpty && result.IsCompleted)
            throw Incomplete();
        ReadOnlySequence<byte> part = result.Buffer.Slice(0, Math.Min(Math.Min(_left, buffer.Length), result.Buffer.Length));
        part.CopyTo(buffer.Span);
        int taken = (int)part.Length;
        _reader.AdvanceTo(part.End);
        _chunkHash?.AppendData(buffer.Span[..taken]);
        _left -= taken;
        if (_left == 0)
        {
            CheckChunk();
            if ((await ReadLineAsync(cancellationToken)).Length != 0)
                throw Incomplete();
            _left = -1;
        }
        return taken;
    }

    /// <inheritdoc/>
    public void Dispose() => _chunkHash?.Dispose();

    private async ValueTask BeginChunkAsync(CancellationToken cancellationToken)
    {
        string line = await ReadLineAsync(cancellationToken);
        int semicolon = line.IndexOf(';', StringComparison.Ordinal);
        string size = semicolon < 0 ? line : line[..semicolon];
        if (!long.TryParse(size, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out _left) || _left < 0)
            throw Incomplete();
        const string Mark = "chunk-signature=";
        int at = line.IndexOf(Mark, StringComparison.Ordinal);
        _chunkSignature = at < 0 ? "" : line[(at + Mark.Length)..].Trim();
    }

    private void CheckChunk()
    {
        if (!_isSigned)
            return;
        string hash = Convert.ToHexStringLower(_chunkHash!.GetHashAndReset());
        Check($"AWS4-HMAC-SHA256-PAYLOAD\n{_signature.Timestamp}\n{_signature.Scope}\n{_previous}\n{SignatureV4.EmptySha256}\n{hash}", _chunkSignature);
        _previous = _chunkSignature;
    }

    private async ValueTask ReadTrailersAsync(CancellationToken cancellationToken)
    {
        var canonical = new StringBuilder();
        while (true)
        {
            string line = await ReadLineAsync(cancellationToken, endIsEmptyLine: true);
            if (line.Length == 0)
                break;
            int colon = line.IndexOf(':', StringComparison.Ordinal);
            if (colon <= 0)
                throw Incomplete();
            string name = line[..colon].Trim().ToLowerInvariant();
            string value = line[(colon + 1)..].Trim();
            _trailers[name] = value;
            if (name != "x-amz-trailer-signature")
                canonical.Append(name).Append(':').Append(value).Append('\n');
        }
        if (!_isSigned || !_hasTrailer)
            return;
        string hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(canonical.ToString())));
        Check(
            $"AWS4-HMAC-SHA256-TRAILER\n{_signature.Timestamp}\n{_signature.Scope}\n{_previous}\n{hash}",
            _trailers.GetValueOrDefault("x-amz-trailer-signature", ""));
    }

    private void Check(string toSign, string signature)
    {
        if (SignatureV4.AreEqual(SignatureV4.Sign(_signature.SigningKey, toSign), signature))
            return;
        throw new S3Exception(403, "SignatureDoesNotMatch", "The request signature we calculated does not match the signature you provided. Check your key and signing method.")
        {
            Details = [("StringToSign", toSign), ("SignatureProvided", signature)],
        };
    }

    private async ValueTask<string> ReadLineAsync(CancellationToken cancellationToken, bool endIsEmptyLine = false)
    {
        while (true)
        {
            ReadResult result = await _reader.ReadAsync(cancellationToken);
            SequencePosition? newline = result.Buffer.PositionOf((byte)'\n');
            if (newline is { } at)
            {
                string line = Encoding.UTF8.GetString(result.Buffer.Slice(0, at)).TrimEnd('\r');
                _reader.AdvanceTo(result.Buffer.GetPosition(1, at));
                return line;
            }
            bool isEmpty = result.Buffer.IsEmpty;
            bool isTooLong = result.Buffer.Length > LongestLine;
            _reader.AdvanceTo(result.Buffer.Start, result.Buffer.End);
            if (result.IsCompleted && isEmpty && endIsEmptyLine)
                return "";
            if (result.IsCompleted || isTooLong)
                throw Incomplete();
        }
    }

    private static S3Exception Incomplete() =>
        new(400, "IncompleteBody", "The request body terminated unexpectedly or its chunks are malformed.");
}
