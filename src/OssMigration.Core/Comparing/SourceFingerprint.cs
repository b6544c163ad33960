using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;
using OssMigration.Core.Listing;
using OssMigration.Core.Stores;

namespace OssMigration.Core.Comparing;

/// <summary>
/// SHA-256 over key, size and version of the objects of a listing, as they pass. Two listings with the same value have found
/// exactly the same objects in the same versions, so that a proof made over one holds for the other.
/// </summary>
internal sealed class SourceFingerprint : IDisposable
{
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
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
        Append(entry.Key);
        Append(entry.Version.Value);
        Span<byte> size = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(size, entry.Size);
        _hash.AppendData(size);
    }

    /// <summary>The value, in lower-case hex.</summary>
    public string Finish() => Convert.ToHexString(_hash.GetHashAndReset()).ToLowerInvariant();

    /// <inheritdoc/>
    public void Dispose() => _hash.Dispose();

    // The length goes first, so that no two lists of texts make the same bytes.
    private void Append(string text)
    {
        int most = sizeof(int) + Encoding.UTF8.GetMaxByteCount(text.Length);
        if (_buffer.Length < most)
            _buffer = new byte[most];
        int length = Encoding.UTF8.GetBytes(text, _buffer.AsSpan(sizeof(int)));
        BinaryPrimitives.WriteInt32LittleEndian(_buffer, length);
        _hash.AppendData(_buffer, 0, sizeof(int) + length);
    }
}
