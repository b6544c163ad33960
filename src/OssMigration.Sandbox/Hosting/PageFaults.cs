using System.Globalization;
using OssMigration.Sandbox.Storage;

namespace OssMigration.Sandbox.Hosting;

/// <summary>Listing with the faults of pages applied; both sides list through it.</summary>
internal static class PageFaults
{
    /// <summary>A page of current objects, spoiled as the call's fault says.</summary>
    /// <param name="call">The request.</param>
    /// <param name="bucket">The bucket.</param>
    /// <param name="query">What was asked for.</param>
    /// <param name="isContinued">Whether <see cref="ListQuery.After"/> came from a continuation token rather than from start-after or marker.</param>
    public static ListPage List(this SideCall call, Bucket bucket, ListQuery query, bool isContinued)
    {
        switch (call.Fault?.Kind)
        {
            case FaultKind.IgnoreStartAfter when !isContinued:
                return bucket.List(query with { After = null });
            case FaultKind.ShortPage:
                int keys = int.Parse(call.Fault.Value ?? "1", CultureInfo.InvariantCulture);
                return bucket.List(query with { MaxKeys = Math.Min(keys, query.MaxKeys) });
            case FaultKind.EmptyPage:
                return new ListPage([], true, query.After ?? "", 0);
            case FaultKind.RepeatPage:
                return bucket.List(query) with { IsTruncated = true, NextAfter = query.After ?? "" };
            case FaultKind.DropKey:
                ListPage whole = bucket.List(query);
                return whole with { Entries = [.. whole.Entries.Where((_, i) => i != whole.Entries.Count / 2)] };
            case FaultKind.UnorderedPage:
                ListPage ordered = bucket.List(query);
                return ordered with { Entries = [.. ordered.Entries.Reverse()] };
            default:
                return bucket.List(query);
        }
    }
}
