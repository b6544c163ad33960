using System.Buffers.Binary;
using System.Security.Cryptography;
using OssMigration.Core.Stores;

namespace OssMigration.Core.Copying;

/// <summary>
/// One of the checksums that stores declare, computed over a content that passes by. The CRCs can be joined part by
/// part, the hashes cannot. Not thread-safe.
/// </summary>
internal sealed class StreamChecksum : IDisposable
{
    // All CRCs fold at the same speed, so the widest comes first; a hash costs several times as much.
    private static readonly ChecksumAlgorithm[] CheapestFirst =
        [ChecksumAlgorithm.Crc64Nvme, ChecksumAlgorithm.Crc32C, ChecksumAlgorithm.Crc32, ChecksumAlgorithm.Sha1, ChecksumAlgorithm.Sha256, ChecksumAlgorithm.Md5];

    private static readonly Lazy<ReflectedCrc> Crc32Engine = new(() => new ReflectedCrc(0xEDB88320, 32));
    private static readonly Lazy<ReflectedCrc> Crc32CEngine = new(() => new ReflectedCrc(0x82F63B78, 32));
    private static readonly Lazy<ReflectedCrc> Crc64NvmeEngine = new(() => new ReflectedCrc(0x9A6C9329AC4BC9B5, 64));

    private readonly ReflectedCrc? _engine;
    private readonly IncrementalHash? _hash;
    private ulong _crc;

    /// <summary>Starts with no content.</summary>
    public StreamChecksum(ChecksumAlgorithm algorithm)
    {
        Algorithm = algorithm;
        _engine = EngineOf(algorithm);
        if (_engine is null)
            _hash = IncrementalHash.CreateHash(HashOf(algorithm));
    }

    /// <summary>What is computed.</summary>
    public ChecksumAlgorithm Algorithm { get; }

    /// <summary>Bytes covered so far.</summary>
    public long Length { get; private set; }

    /// <summary>The finalised CRC so far, to be kept for a later <see cref="Join"/>.</summary>
    /// <exception cref="NotSupportedException">The algorithm is a hash.</exception>
    public ulong Crc => _engine is not null ? _crc : throw NoCrc(Algorithm);

    /// <summary>The value so far in Base64 of the big-endian bytes, as S3 writes it.</summary>
    public string Value => Convert.ToBase64String(CurrentBytes());

    /// <summary>The declared checksum that costs least to verify, or null where none is declared.</summary>
    public static DeclaredChecksum? Cheapest(IReadOnlyList<DeclaredChecksum> declared) =>
        declared.MinBy(checksum => Array.IndexOf(CheapestFirst, checksum.Algorithm));

    /// <summary>As <see cref="Cheapest"/>, among those that can be joined part by part.</summary>
    public static DeclaredChecksum? CheapestCombinable(IReadOnlyList<DeclaredChecksum> declared) =>
        Cheapest([.. declared.Where(checksum => IsCombinable(checksum.Algorithm))]);

    /// <summary>Whether values of parts can be joined: true for the CRCs.</summary>
    public static bool IsCombinable(ChecksumAlgorithm algorithm) =>
        algorithm is ChecksumAlgorithm.Crc32 or ChecksumAlgorithm.Crc32C or ChecksumAlgorithm.Crc64Nvme;

    /// <summary>The CRC of two contents one after the other.</summary>
    /// <exception cref="NotSupportedException">The algorithm is a hash.</exception>
    public static ulong Combine(ChecksumAlgorithm algorithm, ulong first, ulong second, long secondLength) =>
        (EngineOf(algorithm) ?? throw NoCrc(algorithm)).Combine(first, second, secondLength);

    /// <summary>Takes in the bytes that follow.</summary>
    public void Append(ReadOnlySpan<byte> data)
    {
        if (_engine is not null)
            _crc = _engine.Append(_crc, data);
        else
            _hash!.AppendData(data);
        Length += data.Length;
    }

    /// <summary>Takes in a part that follows by its CRC alone.</summary>
    /// <exception cref="NotSupportedException">The algorithm is a hash.</exception>
    public void Join(ulong crc, long length)
    {
        _crc = (_engine ?? throw NoCrc(Algorithm)).Combine(_crc, crc, length);
        Length += length;
    }

    /// <summary>
    /// Whether the content so far has the declared checksum. False for a text that is no Base64 of the right length.
    /// </summary>
    /// <exception cref="ArgumentException">The declared checksum is of another algorithm.</exception>
    public bool Matches(DeclaredChecksum declared)
    {
        if (declared.Algorithm != Algorithm)
            throw new ArgumentException($"A {Algorithm} cannot be compared with a {declared.Algorithm}.", nameof(declared));

        byte[] expected = new byte[SHA256.HashSizeInBytes];
        return Convert.TryFromBase64String(declared.Value, expected, out int length)
            && expected.AsSpan(0, length).SequenceEqual(CurrentBytes());
    }

    /// <inheritdoc/>
    public void Dispose() => _hash?.Dispose();

    private byte[] CurrentBytes()
    {
        if (_engine is null)
            return _hash!.GetCurrentHash();

        byte[] bytes = new byte[8];
        BinaryPrimitives.WriteUInt64BigEndian(bytes, _crc);
        return Algorithm == ChecksumAlgorithm.Crc64Nvme ? bytes : bytes[4..];
    }

    private static ReflectedCrc? EngineOf(ChecksumAlgorithm algorithm) => algorithm switch
    {
        ChecksumAlgorithm.Crc32 => Crc32Engine.Value,
        ChecksumAlgorithm.Crc32C => Crc32CEngine.Value,
        ChecksumAlgorithm.Crc64Nvme => Crc64NvmeEngine.Value,
        ChecksumAlgorithm.Sha1 or ChecksumAlgorithm.Sha256 or ChecksumAlgorithm.Md5 => null,
        _ => throw new ArgumentOutOfRangeException(nameof(algorithm), algorithm, "Unknown checksum algorithm."),
    };

    private static HashAlgorithmName HashOf(ChecksumAlgorithm algorithm) => algorithm switch
    {
        ChecksumAlgorithm.Sha1 => HashAlgorithmName.SHA1,
        ChecksumAlgorithm.Md5 => HashAlgorithmName.MD5,
        _ => HashAlgorithmName.SHA256,
    };

    private static NotSupportedException NoCrc(ChecksumAlgorithm algorithm) => new($"{algorithm} is no CRC: it cannot be joined from parts.");
}
