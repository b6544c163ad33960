using System.Runtime.CompilerServices;
using OssMigration.Core.Jobs;
using OssMigration.Core.Journal;
using OssMigration.Core.Manifests;
using OssMigration.Core.Stores;

namespace OssMigration.Core.Reporting.Export;

/// <summary>
/// All objects of a job as they are known now, in key order and in the memory of a few blocks. The last run over everything that came
/// to its end says what there is; of each key the newest run since that says something of it decides.
/// </summary>
internal sealed class ObjectRows(JobFolder folder, JournalReader journal)
{
    /// <summary>Reads them.</summary>
    /// <exception cref="ManifestException">A segment is damaged, or was replaced meanwhile.</exception>
    public async IAsyncEnumerable<ObjectRow> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        List<RunKeys> open = [];
        try
        {
            foreach (RunKeys run in Open(cancellationToken))
            {
                if (await run.MoveNextAsync().ConfigureAwait(false))
                    open.Add(run);
                else
                    await run.DisposeAsync().ConfigureAwait(false);
            }

            while (open.Count > 0)
            {
                RunKeys newest = First(open);
                ObjectRow row = newest.Current;
                if (row.IsKnown)
                    yield return row;
                await PassAsync(open, row.Key).ConfigureAwait(false);
            }
        }
        finally
        {
            foreach (RunKeys run in open)
                await run.DisposeAsync().ConfigureAwait(false);
        }
    }

    /// <summary>The last run over everything whose ranges are all complete; null where there is none.</summary>
    public static RunRow? Base(JournalReader journal) => journal.Runs()
        .FirstOrDefault(run => run is { Scope: RunScope.Everything, IsFinished: true } && journal.Ranges(run.Run).All(range => range.IsComplete));

    // The smallest key; of several runs that have it, the newest.
    private static RunKeys First(List<RunKeys> open)
    {
        RunKeys first = open[0];
        for (int i = 1; i < open.Count; i++)
        {
            int order = KeyOrder.CompareKeys(open[i].Current.Key, first.Current.Key);
            if (order < 0 || (order == 0 && open[i].Run > first.Run))
                first = open[i];
        }

        return first;
    }

    private static async Task PassAsync(List<RunKeys> open, string key)
    {
        for (int i = open.Count - 1; i >= 0; i--)
        {
            if (!string.Equals(open[i].Current.Key, key, StringComparison.Ordinal) || await open[i].MoveNextAsync().ConfigureAwait(false))
                continue;
            await open[i].DisposeAsync().ConfigureAwait(false);
            open.RemoveAt(i);
        }
    }

    private IEnumerable<RunKeys> Open(CancellationToken cancellationToken)
    {
        int first = Base(journal)?.Run ?? 0;
        ILookup<int, SegmentRow> segments = journal.Segments().Where(segment => segment.Run >= first).ToLookup(segment => segment.Run);
        int[] runs = [.. journal.Runs().Select(run => run.Run).Where(run => run >= first).Union(segments.Select(run => run.Key)).Order()];
        foreach (int run in runs)
        {
            MergedManifest settled = JobManifest.Open(folder, [.. segments[run]], givesForgotten: true);
            yield return new RunKeys(run, settled.ReadAsync(null, null, cancellationToken).GetAsyncEnumerator(cancellationToken), journal.Items(run, state: null).GetEnumerator());
        }
    }
}
