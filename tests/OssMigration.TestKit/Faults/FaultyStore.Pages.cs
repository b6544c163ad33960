using System.Globalization;
using OssMigration.Core.Stores;

namespace OssMigration.TestKit;

public sealed partial class FaultyStore
{
    private readonly Dictionary<string, ListPageRequest> _resume = new(StringComparer.Ordinal);

    /// <inheritdoc/>
    public async Task<ListPage> ListPageAsync(ListPageRequest request, CancellationToken cancellationToken)
    {
        List<Fault> faults = Take(StoreOperation.List, null, fault => fault is not Fault.PageFault);
        await BeginAsync(faults, null, cancellationToken);
        ListPageRequest asked = Resolve(request);
        List<Fault> blind = Take(StoreOperation.List, null, fault => fault is Fault.PageFault { Kind: Fault.PageFaultKind.IgnoreStartAfter }
            && asked.StartAfter is not null && asked.ContinuationToken is null);
        ListPage page = await inner.ListPageAsync(blind.Count > 0 ? asked with { StartAfter = null } : asked, cancellationToken);
        foreach (Fault fault in Take(StoreOperation.List, null, fault => Fits(fault, page)))
            page = Spoil(page, (Fault.PageFault)fault, asked);
        await EndAsync(faults, null, cancellationToken);
        return page;
    }

    private static bool Fits(Fault fault, ListPage page) => fault is Fault.PageFault planned && planned.Kind switch
    {
        Fault.PageFaultKind.DropKey => page.Entries.Any(entry => entry.Key == planned.Key),
        Fault.PageFaultKind.Short => page.Entries.Count > planned.Keys,
        Fault.PageFaultKind.Unordered => page.Entries.Count > 1,
        Fault.PageFaultKind.Repeat => page.Entries.Count > 0,
        _ => false,
    };

    private ListPage Spoil(ListPage page, Fault.PageFault fault, ListPageRequest asked)
    {
        switch (fault.Kind)
        {
            case Fault.PageFaultKind.DropKey:
                return page with { Entries = [.. page.Entries.Where(entry => entry.Key != fault.Key)] };
            case Fault.PageFaultKind.Unordered:
                return page with { Entries = [.. page.Entries.Reverse()] };
            case Fault.PageFaultKind.Repeat:
                return page with { ContinuationToken = Remember(asked) };
            default:
                ListPageRequest rest = fault.Keys == 0
                    ? asked
                    : asked with { ContinuationToken = null, StartAfter = page.Entries[fault.Keys - 1].Key };
                return new ListPage([.. page.Entries.Take(fault.Keys)], Remember(rest), fault.Keys);
        }
    }

    private ListPageRequest Resolve(ListPageRequest request)
    {
        lock (_gate)
        {
            return request.ContinuationToken is { } token && _resume.TryGetValue(token, out ListPageRequest? rest)
                ? rest with { MaxKeys = request.MaxKeys }
                : request;
        }
    }

    private string Remember(ListPageRequest request)
    {
        lock (_gate)
        {
            string token = string.Create(CultureInfo.InvariantCulture, $"faulty-{_resume.Count}");
            _resume.Add(token, request);
            return token;
        }
    }
}
