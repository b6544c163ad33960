using OssMigration.Core.Reporting;
using OssMigration.Core.Stores;
using OssMigration.Core.Tests.Jobs;
using OssMigration.TestKit;
using Xunit;

namespace OssMigration.Core.Tests.Model;

/// <summary>
/// What must be, remembered beside the engine: which contents a key of the source ever had, and what at the destination is the
/// business'. Holds both stores against it.
/// </summary>
internal sealed class MoveTruth(EngineBench bench)
{
    private readonly Dictionary<string, List<byte[]>> _history = new(StringComparer.Ordinal);

    /// <summary>What the business has at the destination after cut-over; null for what it deleted where a run had settled it.</summary>
    private readonly Dictionary<string, byte[]?> _theirs = new(StringComparer.Ordinal);

    /// <summary>What a user ever wrote at the destination.</summary>
    private readonly HashSet<string> _written = new(StringComparer.Ordinal);

    /// <summary>What a user ever deleted at the destination: it may stay away after cut-over.</summary>
    private readonly HashSet<string> _deleted = new(StringComparer.Ordinal);

    /// <summary>What the last run saw at both ends, undisturbed: deleted after cut-over it stays away, all else is as if it had never been there.</summary>
    private readonly HashSet<string> _seen = new(StringComparer.Ordinal);

    /// <summary>What anybody touched since the last run began.</summary>
    private readonly HashSet<string> _touched = new(StringComparer.Ordinal);

    /// <summary>What had been removed at the destination when the run began; null where it may remove.</summary>
    private int? _removals;

    /// <summary>Whether the destination belongs to the business.</summary>
    public bool IsAfterCutover { get; private set; }

    /// <summary>The source's business writes.</summary>
    public void SourceWrites(string key, byte[] content)
    {
        bench.Source.Seed(key, content);
        _touched.Add(key);
        if (!_history.TryGetValue(key, out List<byte[]>? known))
            _history[key] = known = [];
        known.Add(content);
    }

    /// <summary>The source's business deletes.</summary>
    public void SourceDeletes(string key)
    {
        bench.Source.Remove(key);
        _touched.Add(key);
    }

    /// <summary>A user writes.</summary>
    public void UserWrites(string key, byte[] content)
    {
        bench.Destination.Seed(key, content);
        _theirs[key] = content;
        _touched.Add(key);
        _written.Add(key);
    }

    /// <summary>A user deletes.</summary>
    public void UserDeletes(string key)
    {
        _touched.Add(key);
        if (!bench.Destination.Remove(key))
            return;
        _deleted.Add(key);
        if (IsAfterCutover && _seen.Contains(key))
            _theirs[key] = null;
        else
            _theirs.Remove(key);
    }

    /// <summary>A run begins.</summary>
    /// <param name="removes">Whether it may remove at the destination what is gone at the source.</param>
    public void BeginRun(bool removes)
    {
        _removals = removes ? null : Removals;
        _seen.Clear();
        _touched.Clear();
    }

    /// <summary>The run came to its end.</summary>
    /// <param name="failed">The keys that it could not look at.</param>
    public void EndRun(IEnumerable<string> failed)
        => _seen.UnionWith(bench.Source.Keys.Intersect(bench.Destination.Keys).Except(_touched).Except(failed));

    /// <summary>From now on the destination belongs to the business.</summary>
    public void CutOver()
    {
        IsAfterCutover = true;
        _theirs.Clear();
        foreach (string key in bench.Destination.Keys)
            _theirs[key] = bench.Destination.Find(key)!.Content;
    }

    /// <summary>After every run, a killed one too: nothing was deleted, and at the destination is what somebody wrote, after cut-over what the business has.</summary>
    public void AssertNothingIsLost()
    {
        Assert.Empty(bench.SourceSpy.CountByKey(StoreOperation.Delete));
        Assert.Empty(bench.SourceSpy.CountByKey(StoreOperation.Put));
        Assert.Equal(_removals ?? Removals, Removals);
        foreach (string key in bench.Destination.Keys)
        {
            byte[] stands = bench.Destination.Find(key)!.Content;
            bool isKnown = _theirs.TryGetValue(key, out byte[]? theirs);
            if (IsAfterCutover && isKnown)
                Assert.True(Equal(theirs, stands), $"'{key}' of the business was {(theirs is null ? "brought back" : "overwritten")}.");
            else
                Assert.True(Equal(theirs, stands) || WasAtSource(key, stands), $"'{key}' has a content that nobody wrote.");
            if (IsAfterCutover)
                _theirs.TryAdd(key, stands);
        }

        foreach ((string key, byte[]? theirs) in IsAfterCutover ? _theirs : [])
            Assert.True(theirs is null || bench.Destination.Find(key) is not null, $"'{key}' of the business is gone.");
    }

    /// <summary>When nothing changes any more: what is at the source is at the destination, or the business would have it otherwise and is told.</summary>
    /// <param name="told">The keys that the last run names.</param>
    public void AssertEnd(IReadOnlyDictionary<string, MigrationItem> told)
    {
        foreach (string key in bench.Source.Keys)
        {
            byte[] content = bench.Source.Find(key)!.Content;
            Assert.True(Equal(_history[key][^1], content), $"'{key}' changed at the source.");
            byte[]? arrived = bench.Destination.Find(key)?.Content;
            if (Equal(arrived, content))
                continue;
            Assert.True(IsAfterCutover, $"'{key}' is not at the destination as it is at the source.");
            Assert.True(arrived is not null || _deleted.Contains(key), $"'{key}' is missing at the destination, and nobody deleted it there. {told.GetValueOrDefault(key)}");
            Assert.True(told.ContainsKey(key), $"'{key}' is other than at the source, and no item says so.");
        }
    }

    /// <summary>A comparison calls the same what is the same, and the business' doing what the business did.</summary>
    public void AssertTold(IReadOnlyList<ComparisonItem> items)
    {
        foreach (ComparisonItem item in items)
        {
            bool isSame = bench.Source.Find(item.Key) is { } source && Equal(bench.Destination.Find(item.Key)?.Content, source.Content);
            bool isRight = item.Status switch
            {
                ComparisonStatus.Same => isSame,
                ComparisonStatus.Superseded => !isSame && _written.Contains(item.Key),
                ComparisonStatus.DeletedAtDestination => !isSame && _deleted.Contains(item.Key),
                _ => true,
            };
            Assert.True(isRight, $"'{item.Key}' is called {item.Status}: {item.Reason}.");
        }
    }

    private int Removals => bench.DestinationSpy.CountByKey(StoreOperation.Delete).Values.Sum();

    private bool WasAtSource(string key, byte[] content) => _history.TryGetValue(key, out List<byte[]>? known) && known.Exists(one => Equal(one, content));

    private static bool Equal(byte[]? one, byte[]? other) => one is not null && other is not null && one.AsSpan().SequenceEqual(other);
}
