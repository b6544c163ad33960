using System.Globalization;

namespace OssMigration.Sandbox.Oss.Wire;

/// <summary>What a GET answers of an object: everything with 200, or a piece with 206.</summary>
internal readonly record struct OssRange(long Offset, long Length, bool IsPartial)
{
    /// <summary>
    /// Applies the Range header the way OSS does: a range that does not lie inside the object gives the whole object, unless
    /// <c>x-oss-range-behavior: standard</c> is sent, which clips the end and answers 416 for a start behind the end.
    /// </summary>
    public static OssRange Resolve(string? header, bool standard, long size)
    {
        OssRange whole = new(0, size, false);
        if (string.IsNullOrEmpty(header) || !TryParse(header, out long? first, out long? last))
            return whole;
        if (first is null)
            return Suffix(header, last!.Value, standard, size);
        if (last < first)
            return whole;
        long end = last ?? size - 1;
        if (first < size && end < size)
            return new OssRange(first.Value, end - first.Value + 1, true);
        if (!standard)
            return whole;
        if (first >= size)
            throw OssErrors.InvalidRange(header, size);
        return new OssRange(first.Value, size - first.Value, true);
    }

    private static OssRange Suffix(string header, long count, bool standard, long size)
    {
        if (count > 0 && count <= size)
            return new OssRange(size - count, count, true);
        if (!standard)
            return new OssRange(0, size, false);
        return count == 0 || size == 0 ? throw OssErrors.InvalidRange(header, size) : new OssRange(0, size, true);
    }

    /// <summary>Reads <c>bytes=a-b</c>, <c>bytes=a-</c> and <c>bytes=-n</c>; anything else is no range.</summary>
    public static bool TryParse(string header, out long? first, out long? last)
    {
        first = null;
        last = null;
        if (!header.StartsWith("bytes=", StringComparison.OrdinalIgnoreCase))
            return false;
        ReadOnlySpan<char> range = header.AsSpan(6).Trim();
        int dash = range.IndexOf('-');
        if (dash < 0)
            return false;
        if (!TryNumber(range[..dash], out first) || !TryNumber(range[(dash + 1)..], out last))
            return false;
        return first is not null || last is not null;
    }

    private static bool TryNumber(ReadOnlySpan<char> text, out long? value)
    {
        value = null;
        if (text.IsEmpty)
            return true;
        bool good = long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out long number);
        value = good ? number : null;
        return good;
    }
}
