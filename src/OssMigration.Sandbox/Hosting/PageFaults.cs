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
    public static ListPage List(this SideCall call, Bucket bucket, ListQuery query, bool isContinued) =>
        call.Fault is { } fault ? Spoiled(call, fault, bucket, query, isContinued) : bucket.List(query);

    private static ListPage Spoiled(SideCall call, Fault fault, Bucket bucket, ListQuery query, bool isContinued)
    {
        ListPage page = bucket.List(query);
        ListPage? spoiled = fault.Kind switch
        {
            FaultKind.IgnoreStartAfter when query.After is not null && !isContinued => bucket.List(query with { After = null }),
            FaultKind.ShortPage => Shortened(bucket, query, page, int.Parse(fault.Value ?? "1", CultureInfo.InvariantCulture)),
            FaultKind.EmptyPage => new ListPage([], true, query.After ?? "", 0),
            FaultKind.RepeatPage => page with { IsTruncated = true, NextAfter = query.After ?? "" },
            FaultKind.DropKey when page.Entries.Count > 0 => page with { Entries = [.. page.Entries.Where((_, i) => i != page.Entries.Count / 2)] },
            FaultKind.UnorderedPage when page.Entries.Count > 1 => page with { Entries = [.. page.Entries.Reverse()] },
            _ => null,
        };
        if (spoiled is not null)
            call.Act();
        return spoiled ?? page;
    }

    // A page that has no more keys than that anyway is not shortened.
    private static ListPage? Shortened(Bucket bucket, ListQuery query, ListPage page, int keys) =>
        page.Entries.Count > keys ? bucket.List(query with { MaxKeys = keys }) : null;
}
