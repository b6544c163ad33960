using System.Buffers;
using System.Globalization;
using System.Security.Cryptography;
using OssMigration.Sandbox.Oss.Wire;
using OssMigration.Sandbox.Storage;
using OssMigration.Sandbox.Wire;

namespace OssMigration.Sandbox.Oss.Operations;

/// <summary>The body of an upload as received and verified.</summary>
internal sealed record ReceivedBody(IObjectContent Content, byte[] Md5, ulong Crc64)
{
    /// <summary>Its digests.</summary>
    public ObjectDigests Digests => new(Content, Md5, Crc64);
}

/// <summary>Takes request bodies and checks what the client declared about them.</summary>
internal static class BodyReceiver
{
    /// <summary>Receives the body of an object or a part.</summary>
    /// <param name="context">The request.</param>
    /// <param name="bucket">Where it will belong.</param>
    /// <param name="limit">The most bytes allowed.</param>
    /// <returns>The body; null when a planned fault closed the connection.</returns>
    /// <exception cref="OssErrorException">A length is missing or too large, or a declared digest does not hold.</exception>
    public static async Task<ReceivedBody?> ReceiveAsync(OssContext context, Bucket bucket, long limit)
    {
        long? length = context.Http.Request.ContentLength;
        if (length is null && context.Headers.TransferEncoding.Count == 0)
            throw OssErrors.MissingContentLength();
        if (length > limit)
            throw OssErrors.EntityTooLarge(length.Value, limit);
        byte[]? declaredMd5 = DeclaredMd5(context);
        using BodyHasher hasher = new(wantsCrc64: true);
        IObjectContent? content = await Upload.ReceiveAsync(
            context.Call, new LimitedBody(new PlainBody(context.Http.Request), limit), length, bucket, hasher, context.Aborted);
        if (content is null)
            return null;
        ReceivedBody body = new(content, hasher.FinishMd5(), hasher.Crc64);
        try
        {
            CheckDigests(context, body, declaredMd5);
        }
        catch (OssErrorException)
        {
            content.Discard();
            throw;
        }

        return body;
    }

    /// <summary>Receives the XML of a configuration call; a Content-MD5 is verified when sent.</summary>
    /// <param name="context">The request.</param>
    /// <param name="requireMd5">Whether Content-MD5 must be there.</param>
    public static async Task<ReadOnlyMemory<byte>> ReceiveXmlAsync(OssContext context, bool requireMd5 = false)
    {
        if (requireMd5 && context.Header("Content-MD5") is null)
            throw OssErrors.MissingArgument("Content-MD5");
        byte[]? declared = DeclaredMd5(context);
        ArrayBufferWriter<byte> bytes = new();
        PlainBody source = new(context.Http.Request);
        int read;
        while ((read = await source.ReadAsync(bytes.GetMemory(4096), context.Aborted)) > 0)
        {
            bytes.Advance(read);
            if (bytes.WrittenCount > OssLimits.XmlBytes)
                throw OssErrors.MalformedXml();
        }

        if (declared is not null && !Md5Of(bytes.WrittenSpan).AsSpan().SequenceEqual(declared))
            throw OssErrors.InvalidDigest(context.Header("Content-MD5")!);
        return bytes.WrittenMemory;
    }

    private static void CheckDigests(OssContext context, ReceivedBody body, byte[]? declaredMd5)
    {
        if (declaredMd5 is not null && !body.Md5.AsSpan().SequenceEqual(declaredMd5))
            throw OssErrors.InvalidDigest(context.Header("Content-MD5")!);
        if (context.Header("x-oss-hash-crc64ecma") is { } crc
            && (!ulong.TryParse(crc, NumberStyles.None, CultureInfo.InvariantCulture, out ulong declaredCrc) || declaredCrc != body.Crc64))
            throw OssErrors.InvalidCrc64(crc, body.Crc64);
    }

    private static byte[]? DeclaredMd5(OssContext context)
    {
        if (context.Header("Content-MD5") is not { } header)
            return null;
        byte[] md5 = new byte[16];
        return Convert.TryFromBase64String(header, md5, out int length) && length == 16 ? md5 : throw OssErrors.InvalidDigest(header);
    }

    [System.Diagnostics.CodeAnalysis.SuppressMessage("Security", "CA5351", Justification = "Content-MD5 is part of the protocol.")]
    private static byte[] Md5Of(ReadOnlySpan<byte> bytes) => MD5.HashData(bytes);

    /// <summary>Refuses a body of unknown length once it grows over the limit.</summary>
    private sealed class LimitedBody(BodySource source, long limit) : BodySource
    {
        private long _received;

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken)
        {
            int read = await source.ReadAsync(buffer, cancellationToken);
            _received += read;
            return _received <= limit ? read : throw OssErrors.EntityTooLarge(_received, limit);
        }
    }
}
