using System.Security.Cryptography;
using OssMigration.Sandbox.Checksums;

namespace OssMigration.Sandbox.Wire;

/// <summary>Computes in one pass what is wanted of a body: always the MD5, and what else was asked for.</summary>
internal sealed class BodyHasher : IDisposable
{
    private readonly bool _wantsCrc64;
    private readonly bool _wantsSha256;
    private readonly Checksum? _checksum;
    private IncrementalHash? _md5;
    private IncrementalHash? _sha256;
    private ReadOnlyMemory<byte> _whole;

    /// <param name="wantsCrc64">Whether the CRC-64/XZ is wanted.</param>
    /// <param name="wantsSha256">Whether the SHA-256 is wanted.</param>
    /// <param name="checksum">A checksum to compute along; null for none. It is disposed with this.</param>
    public BodyHasher(bool wantsCrc64, bool wantsSha256 = false, Checksum? checksum = null)
    {
        _wantsCrc64 = wantsCrc64;
        _wantsSha256 = wantsSha256;
        _checksum = checksum;
    }

    /// <summary>The CRC-64/XZ so far; 0 when it is not wanted.</summary>
    public ulong Crc64 { get; private set; }

    /// <summary>The number of bytes so far.</summary>
    public long Length { get; private set; }

    /// <summary>Takes the next bytes.</summary>
    public void Append(ReadOnlySpan<byte> bytes)
    {
        (_md5 ??= IncrementalHash.CreateHash(HashAlgorithmName.MD5)).AppendData(bytes);
        if (_wantsSha256)
            (_sha256 ??= IncrementalHash.CreateHash(HashAlgorithmName.SHA256)).AppendData(bytes);
        AppendRest(bytes);
    }

    /// <summary>Takes a whole small body at once, which must stay as it is: no hash state has to be made for it.</summary>
    public void AppendWhole(ReadOnlyMemory<byte> bytes)
    {
        _whole = bytes;
        AppendRest(bytes.Span);
    }

    /// <summary>The MD5 of all bytes. To be called once, at the end.</summary>
    public byte[] FinishMd5() => _md5?.GetHashAndReset() ?? MD5.HashData(_whole.Span);

    /// <summary>The SHA-256 of all bytes, which must have been asked for. To be called once, at the end.</summary>
    public byte[] FinishSha256() => _sha256?.GetHashAndReset() ?? SHA256.HashData(_whole.Span);

    /// <summary>The additional checksum of all bytes, which must have been given. To be called once, at the end.</summary>
    public string FinishChecksum() => _checksum!.Finish();

    /// <inheritdoc/>
    public void Dispose()
    {
        _md5?.Dispose();
        _sha256?.Dispose();
        _checksum?.Dispose();
    }

    private void AppendRest(ReadOnlySpan<byte> bytes)
    {
        if (_wantsCrc64)
            Crc64 = Crc64Xz.Append(Crc64, bytes);
        _checksum?.Append(bytes);
        Length += bytes.Length;
    }
}
