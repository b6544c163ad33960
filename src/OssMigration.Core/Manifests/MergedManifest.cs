using System.Runtime.CompilerServices;
using OssMigration.Core.Stores;

namespace OssMigration.Core.Manifests;

/// <summary>
/// Several segments read as one sorted stream without duplicates. Where segments hold the same key, the one that is
/// listed later wins, and takes the key out where it says that it is forgotten. A segment is opened only when the stream reaches its first key, so that segments that follow one
/// another cost the memory of one.
/// </summary>
/// <param name="segments">From the oldest to the newest.</param>
internal sealed class MergedManifest(IReadOnlyList<ManifestSegmentReader> segments)
{
    private readonly Lazy<SegmentSummary[]> _summaries = new(() => [.. segments.Select(segment => segment.ReadSummary())]);

    /// <summary>Whether entries that take a key out (<see cref="ProofKind.Forgotten"/>) are given too, for who lays more over this stream.</summary>
    public bool GivesForgotten { get; init; }

    /// <summary>As <see cref="ManifestSegmentReader.ReadAsync"/>, over all segments.</summary>
    /// <exception cref="ManifestException">A segment is damaged or missing.</exception>
    public async IAsyncEnumerable<SettledEntry> ReadAsync(
        string? startAfter, string? endInclusive, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        Queue<Waiting> waiting = new(FindOverlapping(startAfter, endInclusive));
        PriorityQueue<Cursor, Cursor> open = new(CursorOrder.Instance);
        Cursor? current = null;
        string? lastKey = null;
        try
        {
            while (true)
            {
                while (waiting.TryPeek(out Waiting? next) && IsReached(next.FirstKey, current, open))
                {
                    Cursor cursor = new(next.Segment.ReadAsync(startAfter, endInclusive, cancellationToken).GetAsyncEnumerator(cancellationToken), next.Age);
                    waiting.Dequeue();
                    current = await TakeInAsync(current, cursor, open);
                }
                if (current is null)
                    yield break;

                if (lastKey is null || KeyOrder.CompareKeys(current.Entry.Key, lastKey) != 0)
                {
                    lastKey = current.Entry.Key;
                    if (current.Entry.Proof != ProofKind.Forgotten || GivesForgotten)
                        yield return current.Entry;
                }
                current = await AdvanceAsync(current, open);
            }
        }
        finally
        {
            if (current is not null)
                await current.DisposeAsync();
            while (open.TryDequeue(out Cursor? left, out _))
                await left.DisposeAsync();
        }
    }

    private IEnumerable<Waiting> FindOverlapping(string? startAfter, string? endInclusive)
    {
        List<Waiting> found = [];
        for (int age = 0; age < segments.Count; age++)
        {
            SegmentSummary summary = _summaries.Value[age];
            bool overlaps = summary.FirstKey is not null
                && (startAfter is null || KeyOrder.CompareKeys(summary.LastKey, startAfter) > 0)
                && (endInclusive is null || KeyOrder.CompareKeys(summary.FirstKey, endInclusive) <= 0);
            if (overlaps)
                found.Add(new Waiting(segments[age], age, summary.FirstKey!));
        }
        return found.OrderBy(segment => segment.FirstKey, KeyOrder.Instance);
    }

    private static bool IsReached(string firstKey, Cursor? current, PriorityQueue<Cursor, Cursor> open) =>
        (current is null && open.Count == 0) || (current is not null && KeyOrder.CompareKeys(firstKey, current.Entry.Key) <= 0);

    // The smallest cursor is kept outside the heap: as long as one segment alone is open, the heap is never touched.
    private static async ValueTask<Cursor?> TakeInAsync(Cursor? current, Cursor added, PriorityQueue<Cursor, Cursor> open)
    {
        if (!await MoveOrDisposeAsync(added))
            return current;
        if (current is null)
            return added;
        bool isAddedFirst = CursorOrder.Instance.Compare(added, current) < 0;
        Cursor later = isAddedFirst ? current : added;
        open.Enqueue(later, later);
        return isAddedFirst ? added : current;
    }

    private static async ValueTask<Cursor?> AdvanceAsync(Cursor current, PriorityQueue<Cursor, Cursor> open)
    {
        if (!await MoveOrDisposeAsync(current))
            return open.TryDequeue(out Cursor? next, out _) ? next : null;
        return open.Count == 0 ? current : open.EnqueueDequeue(current, current);
    }

    private static async ValueTask<bool> MoveOrDisposeAsync(Cursor cursor)
    {
        bool hasMoved = false;
        try
        {
            hasMoved = await cursor.MoveNextAsync();
            return hasMoved;
        }
        finally
        {
            if (!hasMoved)
                await cursor.DisposeAsync();
        }
    }

    private sealed record Waiting(ManifestSegmentReader Segment, int Age, string FirstKey);

    private sealed class Cursor(IAsyncEnumerator<SettledEntry> entries, int age) : IAsyncDisposable
    {
        public int Age => age;

        public SettledEntry Entry => entries.Current;

        public ValueTask<bool> MoveNextAsync() => entries.MoveNextAsync();

        public ValueTask DisposeAsync() => entries.DisposeAsync();
    }

    private sealed class CursorOrder : IComparer<Cursor>
    {
        public static CursorOrder Instance { get; } = new();

        // For equal keys the newest segment comes first; the older ones are then dropped as repetitions.
        public int Compare(Cursor? x, Cursor? y)
        {
            int byKey = KeyOrder.CompareKeys(x!.Entry.Key, y!.Entry.Key);
            return byKey != 0 ? byKey : y.Age.CompareTo(x.Age);
        }
    }
}
