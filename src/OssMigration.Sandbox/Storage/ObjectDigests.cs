using System.Buffers;
using System.Security.Cryptography;
using OssMigration.Sandbox.Checksums;

namespace OssMigration.Sandbox.Storage;

/// <summary>
/// The MD5 and the CRC-64/XZ of an object's bytes: known from its upload, or computed by one reading at first use and kept.
/// </summary>
internal sealed class ObjectDigests
{
    private readonly IObjectContent? _content;
    private readonly Lock _gate = new();
    private byte[]? _md5;
    private ulong? _crc64;

    /// <summary>Digests known beforehand; one that is null is computed from the content when asked for.</summary>
    public ObjectDigests(IObjectContent content, byte[]? md5, ulong? crc64)
    {
        _md5 = md5;
        _crc64 = crc64;
        _content = md5 is null || crc64 is null ? content : null;
    }

    /// <summary>The same digests for the same bytes in another place; what is not known yet will be read from there.</summary>
    public ObjectDigests On(IObjectContent content)
    {
        if (_content is null || ReferenceEquals(_content, content))
            return this;
        lock (_gate)
            return new ObjectDigests(content, _md5, _crc64);
    }

    /// <summary>The 16 bytes of the MD5. Blocks while it reads the content for the first time.</summary>
    /// <exception cref="ContentChangedException">The file behind the object changed.</exception>
    public byte[] Md5
    {
        get
        {
            if (Volatile.Read(ref _md5) is { } known)
                return known;
            lock (_gate)
            {
                if (_md5 is null)
                    Volatile.Write(ref _md5, ComputeMd5(_content!));
                return _md5!;
            }
        }
    }

    /// <summary>The CRC-64/XZ. Blocks while it reads the content for the first time.</summary>
    /// <exception cref="ContentChangedException">The file behind the object changed.</exception>
    public ulong Crc64
    {
        get
        {
            lock (_gate)
                return _crc64 ??= ComputeCrc64(_content!);
        }
    }

    private static byte[] ComputeMd5(IObjectContent content)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.MD5);
        ReadAll(content, hash.AppendData);
        return hash.GetHashAndReset();
    }

    private static ulong ComputeCrc64(IObjectContent content)
    {
        ulong crc = 0;
        ReadAll(content, bytes => crc = Crc64Xz.Append(crc, bytes));
        return crc;
    }

    private static void ReadAll(IObjectContent content, Action<ReadOnlySpan<byte>> take)
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent(128 * 1024);
        try
        {
            using IContentReader reader = content.OpenReader();
            long offset = 0;
            while (offset < content.Length)
            {
                int read = reader.Read(offset, buffer);
                if (read == 0)
                    throw new EndOfStreamException();
                take(buffer.AsSpan(0, read));
                offset += read;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
