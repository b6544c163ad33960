using System.Buffers.Binary;
using System.Security.Cryptography;

namespace OssMigration.Sandbox.Checksums;

/// <summary>One of the additional checksums of S3, computed piece by piece.</summary>
internal sealed class Checksum : IDisposable
{
    private readonly ReflectedCrc? _crc;
    private readonly IncrementalHash? _hash;
    private ulong _value;

    private Checksum(string algorithm, ReflectedCrc? crc, IncrementalHash? hash)
    {
        Algorithm = algorithm;
        _crc = crc;
        _hash = hash;
    }

    /// <summary>CRC32, CRC32C, CRC64NVME, SHA1 or SHA256.</summary>
    public string Algorithm { get; }

    /// <summary>The names in the order in which S3 lists them.</summary>
    public static IReadOnlyList<string> Algorithms { get; } = ["CRC32", "CRC32C", "CRC64NVME", "SHA1", "SHA256"];

    /// <summary>The CRC behind a name; null for the hashes.</summary>
    public static ReflectedCrc? CrcOf(string algorithm) => algorithm switch
    {
        "CRC32" => ReflectedCrc.Crc32,
        "CRC32C" => ReflectedCrc.Crc32C,
        "CRC64NVME" => ReflectedCrc.Crc64Nvme,
        _ => null,
    };

    /// <summary>Begins a checksum; null when the name is none of <see cref="Algorithms"/>.</summary>
    public static Checksum? Begin(string algorithm) => algorithm switch
    {
        "SHA1" => new Checksum(algorithm, null, IncrementalHash.CreateHash(HashAlgorithmName.SHA1)),
        "SHA256" => new Checksum(algorithm, null, IncrementalHash.CreateHash(HashAlgorithmName.SHA256)),
        _ => CrcOf(algorithm) is { } crc ? new Checksum(algorithm, crc, null) : null,
    };

    /// <summary>Takes the next bytes.</summary>
    public void Append(ReadOnlySpan<byte> bytes)
    {
        if (_crc is not null)
            _value = _crc.Append(_value, bytes);
        else
            _hash!.AppendData(bytes);
    }

    /// <summary>The checksum in base64, CRCs in big-endian order. To be called once, at the end.</summary>
    public string Finish() => _crc is null ? Convert.ToBase64String(_hash!.GetHashAndReset()) : CrcText(_crc, _value);

    /// <summary>A CRC in base64, in big-endian order.</summary>
    public static string CrcText(ReflectedCrc crc, ulong value)
    {
        Span<byte> bytes = stackalloc byte[8];
        BinaryPrimitives.WriteUInt64BigEndian(bytes, value);
        return Convert.ToBase64String(bytes[(8 - (crc.Width / 8))..]);
    }

    /// <summary>Reads what <see cref="CrcText"/> wrote.</summary>
    public static ulong CrcValue(string text)
    {
        ulong value = 0;
        foreach (byte b in Convert.FromBase64String(text))
            value = (value << 8) | b;
        return value;
    }

    /// <inheritdoc/>
    public void Dispose() => _hash?.Dispose();
}
