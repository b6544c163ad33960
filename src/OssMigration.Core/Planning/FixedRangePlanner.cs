using OssMigration.Core.Stores;

namespace OssMigration.Core.Planning;

/// <summary>
/// Cuts at characters that are spread evenly over those that keys usually continue with below the prefix: digits,
/// upper-case and lower-case letters. The first and the last range are open, so every key has its range. A source that
/// fits into one page is one range.
/// </summary>
/// <param name="count">Number of ranges, 1 to 62.</param>
internal sealed class FixedRangePlanner(int count) : IRangePlanner
{
    private const string Boundaries = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

    /// <inheritdoc/>
    public async ValueTask<IReadOnlyList<KeyRange>> PlanAsync(IObjectReader source, string prefix, CancellationToken cancellationToken)
    {
        ListPage first = await source.ListPageAsync(new ListPageRequest(prefix, null, null, source.Limits.MaxPageSize), cancellationToken).ConfigureAwait(false);
        if (first.ContinuationToken is null)
            return [KeyRange.All];

        List<KeyRange> ranges = new(count);
        string? start = null;
        for (int i = 1; i < count; i++)
        {
            string cut = prefix + Boundaries[i * Boundaries.Length / count];
            ranges.Add(new KeyRange(start, cut));
            start = cut;
        }

        ranges.Add(new KeyRange(start, null));
        return ranges;
    }
}
