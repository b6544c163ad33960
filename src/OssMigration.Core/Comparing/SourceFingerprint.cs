using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;
using OssMigration.Core.Listing;
using OssMigration.Core.Stores;

namespace OssMigration.Core.Comparing;

/// <summary>
/// What a listing held: the sum of the SHA-256 over key, version and size of each object, in four lanes, and their number. Two
/// listings with the same value have found exactly the same objects in the same versions, so that a proof made over one holds for the
/// other. A sum does not depend on the ranges that a listing was cut into. Not thread-safe.
/// </summary>
internal sealed class SourceFingerprint
{
    private const int Lanes = SHA256.HashSizeInBytes / sizeof(ulong);

    private readonly ulong[] _sum = new ulong[Lanes];
    private long _count;
    private byte[] _buffer = new byte[512];

    /// <summary>Passes a listing on and takes in what is not filtered out.</summary>
    public async IAsyncEnumerable<ListedEntry> Over(IAsyncEnumerable<ListedEntry> listing, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await foreach (ListedEntry listed in listing.WithCancellation(cancellationToken).ConfigureAwait(false))
        {
            if (!listed.IsFilteredOut)
                Add(listed.Entry);
            yield return listed;
        }
    }

    /// <summary>Takes in one object.</summary>
    public void Add(ObjectEntry entry)
    {
        StoreTag version = entry.Version.Tag;
        int most = (2 * sizeof(int)) + sizeof(long) + Encoding.UTF8.GetMaxByteCount(entry.Key.Length) + version.MaxUtf8Bytes;
        if (_buffer.Length < most)
            _buffer = new byte[most];

        // The lengths go first, so that no two lists of texts make the same bytes.
        int length = Counted(0, Encoding.UTF8.GetBytes(entry.Key, _buffer.AsSpan(sizeof(int))));
        length = Counted(length, version.WriteUtf8(_buffer.AsSpan(length + sizeof(int))));
        BinaryPrimitives.WriteInt64LittleEndian(_buffer.AsSpan(length), entry.Size);
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(_buffer.AsSpan(0, length + sizeof(long)), hash);
        for (int lane = 0; lane < Lanes; lane++)
            _sum[lane] += BinaryPrimitives.ReadUInt64LittleEndian(hash[(lane * sizeof(ulong))..]);
        _count++;
    }

    /// <summary>Takes in what another part of the same listing held.</summary>
    public void Add(SourceFingerprint part)
    {
        for (int lane = 0; lane < Lanes; lane++)
            _sum[lane] += part._sum[lane];
        _count += part._count;
    }

    /// <summary>The value, in lower-case hex.</summary>
    public string Finish()
    {
        Span<byte> all = stackalloc byte[SHA256.HashSizeInBytes + sizeof(long)];
        for (int lane = 0; lane < Lanes; lane++)
            BinaryPrimitives.WriteUInt64LittleEndian(all[(lane * sizeof(ulong))..], _sum[lane]);
        BinaryPrimitives.WriteInt64LittleEndian(all[SHA256.HashSizeInBytes..], _count);
        return Convert.ToHexString(SHA256.HashData(all)).ToLowerInvariant();
    }

    private int Counted(int at, int length)
    {
        BinaryPrimitives.WriteInt32LittleEndian(_buffer.AsSpan(at), length);
        return at + sizeof(int) + length;
    }
}
