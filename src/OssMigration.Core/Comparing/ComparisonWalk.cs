using System.Runtime.CompilerServices;
using System.Threading.Channels;
using OssMigration.Core.Jobs;
using OssMigration.Core.Listing;
using OssMigration.Core.Manifests;
using OssMigration.Core.Planning;
using OssMigration.Core.Reporting;
using OssMigration.Core.Stores;

namespace OssMigration.Core.Comparing;

/// <summary>
/// Compares ranges side by side and gives their items in key order. A range that is ahead waits when it has found as many items as
/// it may hold, so memory does not depend on how much differs.
/// </summary>
/// <param name="walks">Both ends and the manifest.</param>
/// <param name="rules">The verdict on a key.</param>
/// <param name="decide">Settles a doubt by looking at the objects.</param>
/// <param name="makeItem">Makes an item of a verdict.</param>
/// <param name="includeSame">Whether items that are the same are given too.</param>
internal sealed class ComparisonWalk(
    IKeyWalks walks,
    ComparisonRules rules,
    Func<EntryTriple, (ComparisonStatus Status, string Reason), CancellationToken, Task<(ComparisonStatus Status, string Reason)>> decide,
    Func<EntryTriple, (ComparisonStatus Status, string Reason), ComparisonItem> makeItem,
    bool includeSame) : IRangeHost
{
    private const int MostHeld = 64;
    private const int MostDoubts = 16;

    private readonly object _gate = new();
    private readonly ComparedRange _first = new(null, null);
    private ObjectCount _listed;

    /// <summary>The counts; final when the walk has ended.</summary>
    public ComparisonTally Tally { get; } = new();

    /// <summary>What the source held; final when the walk has ended.</summary>
    public SourceFingerprint Fingerprint { get; } = new();

    /// <summary>Objects of the source that take part; final when the walk has ended.</summary>
    public ObjectCount Listed
    {
        get
        {
            lock (_gate)
                return _listed;
        }
    }

    /// <summary>Walks everything, and ends all ranges whatever happens.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        Exception? error = null;
        try
        {
            await walks.MakeBoard(this).RunAsync([_first], cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            error = exception;
        }

        for (ComparedRange? range = _first; range is not null; range = range.Next)
            range.Items.Writer.TryComplete(error);
    }

    /// <summary>The items in key order, while <see cref="RunAsync"/> goes on.</summary>
    public async IAsyncEnumerable<ComparisonItem> ItemsAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        for (ComparedRange? range = _first; range is not null; range = range.Next)
        {
            await foreach (ComparisonItem item in range.Items.Reader.ReadAllAsync(cancellationToken).ConfigureAwait(false))
                yield return item;
        }
    }

    /// <inheritdoc/>
    public Task KeepCutAsync(LiveRange range, LiveRange added)
    {
        ComparedRange cut = (ComparedRange)range;
        ComparedRange next = (ComparedRange)added;
        (next.Next, cut.Next) = (cut.Next, next);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public async Task WalkAsync(RangeOnBoard range, CancellationToken cancellationToken)
    {
        ComparedRange compared = (ComparedRange)range.Range;
        IKeyWalk walk = walks.Open(range);
        Part part = new();
        try
        {
            await CompareAsync(walk, compared, part, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            lock (_gate)
            {
                _listed += walk.Listed;
                Tally.Add(part.Tally);
                Fingerprint.Add(part.Fingerprint);
            }
        }

        compared.Items.Writer.TryComplete();
    }

    private async Task CompareAsync(IKeyWalk walk, ComparedRange range, Part part, CancellationToken cancellationToken)
    {
        // Doubtful keys are looked into side by side; items still come out in key order.
        Queue<(EntryTriple Triple, Task<(ComparisonStatus Status, string Reason)> Verdict)> doubts = new();
        try
        {
            await foreach (EntryTriple triple in walk.ReadAsync(cancellationToken).ConfigureAwait(false))
            {
                if (triple.Source is { IsFilteredOut: false } listed)
                    part.Fingerprint.Add(listed.Entry);
                if (rules.Judge(triple) is not { } verdict)
                    continue;
                bool isDoubtful = verdict.Status is ComparisonStatus.Unproved or ComparisonStatus.Superseded;
                if (!isDoubtful && doubts.Count == 0)
                {
                    await GiveAsync(triple, verdict).ConfigureAwait(false);
                    continue;
                }

                doubts.Enqueue((triple, isDoubtful ? decide(triple, verdict, cancellationToken) : Task.FromResult(verdict)));
                while (doubts.Count > MostDoubts || (doubts.TryPeek(out var head) && head.Verdict.IsCompleted))
                    await GiveNextAsync().ConfigureAwait(false);
            }

            while (doubts.Count > 0)
                await GiveNextAsync().ConfigureAwait(false);
        }
        finally
        {
            // Who leaves early leaves nothing behind that still uses the stores.
            if (doubts.Count > 0)
                await ((Task)Task.WhenAll(doubts.Select(doubt => doubt.Verdict))).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        async ValueTask GiveNextAsync()
        {
            (ComparisonStatus Status, string Reason) verdict = await doubts.Peek().Verdict.ConfigureAwait(false);
            await GiveAsync(doubts.Dequeue().Triple, verdict).ConfigureAwait(false);
        }

        ValueTask GiveAsync(EntryTriple triple, (ComparisonStatus Status, string Reason) verdict)
        {
            part.Tally.Count(triple, verdict.Status);
            return includeSame || verdict.Status != ComparisonStatus.Same
                ? range.Items.Writer.WriteAsync(makeItem(triple, verdict), cancellationToken)
                : default;
        }
    }

    private sealed class ComparedRange(string? startExclusive, string? endInclusive) : LiveRange(startExclusive, endInclusive)
    {
        private volatile ComparedRange? _next;

        public Channel<ComparisonItem> Items { get; } = Channel.CreateBounded<ComparisonItem>(new BoundedChannelOptions(MostHeld) { SingleReader = true, SingleWriter = true });

        public ComparedRange? Next
        {
            get => _next;
            set => _next = value;
        }

        public override LiveRange Behind(string cut, string? end) => new ComparedRange(cut, end);
    }

    private sealed class Part
    {
        public ComparisonTally Tally { get; } = new();

        public SourceFingerprint Fingerprint { get; } = new();
    }
}
