using System.Globalization;

namespace OssMigration.Sandbox.Wire;

/// <summary>A range of bytes within an object.</summary>
internal readonly record struct ByteRange(long Offset, long Length)
{
    /// <summary>The last byte's position.</summary>
    public long Last => Offset + Length - 1;

    /// <summary>
    /// Reads a Range header of one range: bytes=a-b, bytes=a-, bytes=-n. The end is clipped to the object.
    /// </summary>
    /// <param name="header">The header's value; null for none.</param>
    /// <param name="size">The size of the object.</param>
    /// <param name="range">The range; only set for <see cref="RangeKind.Satisfiable"/>.</param>
    public static RangeKind Parse(string? header, long size, out ByteRange range)
    {
        range = default;
        if (header is null || !header.StartsWith("bytes=", StringComparison.Ordinal))
            return RangeKind.None;
        ReadOnlySpan<char> text = header.AsSpan("bytes=".Length).Trim();
        int dash = text.IndexOf('-');
        if (dash < 0 || text.Contains(','))
            return RangeKind.None;
        bool hasStart = TryNumber(text[..dash], out long start);
        bool hasEnd = TryNumber(text[(dash + 1)..], out long end);
        if ((!hasStart && dash > 0) || (!hasEnd && dash < text.Length - 1) || (!hasStart && !hasEnd) || (hasStart && hasEnd && end < start))
            return RangeKind.None;
        if (!hasStart)
        {
            if (end == 0 || size == 0)
                return RangeKind.Unsatisfiable;
            long suffix = Math.Min(end, size);
            range = new ByteRange(size - suffix, suffix);
            return RangeKind.Satisfiable;
        }
        if (start >= size)
            return RangeKind.Unsatisfiable;
        range = new ByteRange(start, (hasEnd ? Math.Min(end, size - 1) : size - 1) - start + 1);
        return RangeKind.Satisfiable;
    }

    private static bool TryNumber(ReadOnlySpan<char> text, out long number) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);
}

/// <summary>What a Range header asks for.</summary>
internal enum RangeKind
{
    /// <summary>None, or one that HTTP lets a server ignore: the whole object.</summary>
    None,

    /// <summary>A part of the object.</summary>
    Satisfiable,

    /// <summary>Nothing of the object.</summary>
    Unsatisfiable,
}
