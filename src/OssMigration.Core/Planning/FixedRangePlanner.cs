using OssMigration.Core.Stores;

namespace OssMigration.Core.Planning;

/// <summary>
/// One range for a source that fits into one page of a listing. Else cuts at fixed places: between the digits and letters that keys usually go on with
/// behind the prefix (0-9, A-Z, a-z), one of them for few ranges, two for many. The first and the last range are open,
/// so that every key belongs to a range whatever it is made of.
/// </summary>
internal sealed class FixedRangePlanner : IRangePlanner
{
    private const string Alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
    private readonly int _count;

    /// <summary>Most ranges that can be asked for.</summary>
    public const int MostRanges = 62 * 62;

    /// <summary>Plans this many ranges, 1 to <see cref="MostRanges"/>.</summary>
    public FixedRangePlanner(int count)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, MostRanges);
        _count = count;
    }

    /// <inheritdoc/>
    public async ValueTask<IReadOnlyList<KeyRange>> PlanAsync(IObjectReader source, string prefix, CancellationToken cancellationToken)
    {
        ListPage first = await source.ListPageAsync(new ListPageRequest(prefix, null, null, source.Limits.MaxPageSize), cancellationToken).ConfigureAwait(false);
        if (first.ContinuationToken is null)
            return [KeyRange.All];

        KeyRange[] ranges = new KeyRange[_count];
        string? start = null;
        for (int i = 0; i < _count; i++)
        {
            string? end = i + 1 < _count ? prefix + Cut(i + 1) : null;
            ranges[i] = new KeyRange(start, end);
            start = end;
        }
        return ranges;
    }

    // Evenly spread over all two-character beginnings; one that falls on a whole first character is written as that.
    private string Cut(int number)
    {
        int place = (int)((long)number * MostRanges / _count);
        (int first, int second) = Math.DivRem(place, Alphabet.Length);
        return second == 0 ? $"{Alphabet[first]}" : $"{Alphabet[first]}{Alphabet[second]}";
    }
}
