using OssMigration.Core.Stores;

namespace OssMigration.Core.Copying;

/// <summary>How an object is cut into parts: equal parts and a last one that may be smaller.</summary>
/// <param name="ObjectSize">Bytes of the object, at least 1.</param>
/// <param name="PartSize">Bytes of every part but the last.</param>
/// <param name="Count">Number of parts.</param>
internal readonly record struct PartPlan(long ObjectSize, long PartSize, int Count)
{
    private const long MiB = 1L << 20;

    /// <summary>
    /// The plan for an object: parts of the preferred size, grown to whole MiB where there would be too many of them, and
    /// always within the store's limits.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The object is empty or larger than the store can hold.</exception>
    public static PartPlan For(long objectSize, long preferredPartSize, StoreLimits limits)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(objectSize, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(objectSize, limits.MaxObjectBytes);
        long partSize = Math.Clamp(preferredPartSize, limits.MinPartBytes, limits.MaxPartBytes);
        long smallestPossible = CeilingOf(objectSize, limits.MaxParts);
        if (partSize < smallestPossible)
            partSize = Math.Min(CeilingOf(smallestPossible, MiB) * MiB, limits.MaxPartBytes);
        long count = CeilingOf(objectSize, partSize);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, limits.MaxParts, nameof(objectSize));
        return new PartPlan(objectSize, partSize, (int)count);
    }

    /// <summary>The bytes of a part.</summary>
    /// <param name="number">1 to <see cref="Count"/>.</param>
    public ByteRange RangeOf(int number)
    {
        long offset = (number - 1) * PartSize;
        return new ByteRange(offset, Math.Min(PartSize, ObjectSize - offset));
    }

    private static long CeilingOf(long value, long divisor) => (value + divisor - 1) / divisor;
}
