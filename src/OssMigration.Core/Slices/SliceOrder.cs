namespace OssMigration.Core.Slices;

/// <summary>
/// What a worker is asked for: the keys with From &lt; key &lt;= End of one range of a run, as far as it comes in one slice. Each
/// range has one valid order at a time; its generation tells it from what was ordered before.
/// </summary>
public sealed record SliceOrder
{
    /// <summary>The run's number.</summary>
    public required int Run { get; init; }

    /// <summary>The range's number within the run.</summary>
    public required int Range { get; init; }

    /// <summary>Grows whenever the range is ordered anew from the journal, so that what is left of an older chain of orders is known by it.</summary>
    public required long Generation { get; init; }

    /// <summary>How often the range was begun since it last got on.</summary>
    public int Attempt { get; init; }

    /// <summary>The key after which it begins; null for the first.</summary>
    public string? From { get; init; }

    /// <summary>The last key that belongs to it; null for no end.</summary>
    public string? End { get; init; }

    /// <summary>Whether earlier runs settled something, which must be asked for before the slice begins.</summary>
    public bool HasSettled { get; init; }

    /// <summary>Objects before <see cref="From"/> that are still without outcome.</summary>
    public IReadOnlyList<PendingKey> Pending { get; init; } = [];

    /// <summary>Uploads that an earlier slice left open, to be carried on at a part.</summary>
    public IReadOnlyList<SliceUpload> Uploads { get; init; } = [];

    /// <summary>The order of what a slice left over, up to where it was cut.</summary>
    public SliceOrder After(SliceResult slice) => this with { From = slice.To, End = slice.CutAt ?? End, Attempt = 0, Pending = slice.Pending, Uploads = slice.Uploads };
}

/// <summary>An object that was passed before it had its outcome.</summary>
/// <param name="Key">Its key.</param>
/// <param name="Size">Its listed size.</param>
public sealed record PendingKey(string Key, long Size);

/// <summary>A multipart upload that is open.</summary>
/// <param name="Key">The object.</param>
/// <param name="Version">The version of the source that it copies.</param>
/// <param name="Size">The object's size.</param>
/// <param name="PartSize">Bytes of a part.</param>
/// <param name="UploadId">The store's id; null where the answer to the beginning was not seen.</param>
/// <param name="Parts">What the store holds.</param>
public sealed record SliceUpload(string Key, string Version, long Size, long PartSize, string? UploadId, IReadOnlyList<SlicePart> Parts);

/// <summary>A part of an upload.</summary>
/// <param name="Number">From 1.</param>
/// <param name="ETag">As the store gave it.</param>
/// <param name="Crc64">CRC-64/XZ of what was sent.</param>
/// <param name="Size">Bytes.</param>
/// <param name="DeclaredCrc">Its CRC of the kind that the source declares; null where it declares none.</param>
public sealed record SlicePart(int Number, string ETag, ulong? Crc64, long Size, ulong? DeclaredCrc);
