using CsCheck;
using OssMigration.Core.Listing;
using OssMigration.Core.Lists;
using OssMigration.Core.Stores;
using Xunit;

namespace OssMigration.Core.Tests.Lists;

public sealed class ObjectListIntakeTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("lists-").FullName;
    private int _lists;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Rows_in_any_order_become_a_listing_in_key_order_whose_digest_does_not_depend_on_it()
    {
        string[] keys = [.. Enumerable.Range(0, 500).Select(i => $"{i % 7}/\U0001F600{i * 37 % 500}"), "\uE000", "", "a//b"];
        (ObjectListFacts first, ObjectEntry[] rows) = Take(keys.Reverse().Select(key => new ListedObject(key, 1, "e", DateTimeOffset.UnixEpoch)), "p/");
        (ObjectListFacts second, _) = Take(keys.Concat(keys.Take(9)).Select(key => new ListedObject(key, 1, "e", DateTimeOffset.UnixEpoch)), "p/");

        Assert.Equal(keys.Order(Comparer<string>.Create(KeyOrder.CompareKeys)), rows.Select(row => row.Key));
        Assert.Equal(first.Digest, second.Digest);
        Assert.Equal((503L, 503L, 0L), (first.Objects, first.Bytes, first.LookedUp));
    }

    [Fact]
    public void Any_rows_are_merged_without_a_loss() => Gen.Select(Gen.Int[0, 40], Gen.Long[0, 3], Gen.Int[0, 2].Select(at => at == 0 ? null : at == 1 ? "e" : "f")).Array[1, 60].Sample(
        rows =>
        {
            (ObjectListFacts facts, ObjectEntry[] found) = Take(rows.Select(row => new ListedObject($"k{row.Item1}", row.Item2, row.Item3, DateTimeOffset.UnixEpoch)), "");
            var expected = rows.GroupBy(row => row.Item1).ToDictionary(group => $"k{group.Key}", group => group.Distinct().Count() == 1 && group.First().Item3 is not null);
            return found.Length == expected.Count && facts.Objects == found.Length
                && found.All(row => ListedEntries.IsComplete(row) == expected[row.Key]);
        },
        iter: 60, threads: 1);

    [Fact]
    public void What_a_list_says_twice_and_differently_is_looked_up()
    {
        (ObjectListFacts facts, ObjectEntry[] rows) = Take([new ListedObject("k", 1, "e", DateTimeOffset.UnixEpoch), new ListedObject("k", 2, "e", DateTimeOffset.UnixEpoch)], "");

        Assert.Equal(1, facts.LookedUp);
        Assert.False(ListedEntries.IsComplete(Assert.Single(rows)));
    }

    [Fact]
    public void Another_fact_is_another_digest()
    {
        string[] digests = [.. new[] { new ListedObject("k", 1, "e"), new ListedObject("k", 2, "e"), new ListedObject("k", 1, "f"), new ListedObject("kk", 1, "e"), new ListedObject("k", 1, "e", DateTimeOffset.UnixEpoch) }
            .Select(row => Take([row], "").Facts.Digest)];

        Assert.Equal(digests.Length, digests.Distinct().Count());
    }

    [Fact]
    public void Full_keys_outside_of_the_prefix_are_counted_and_left_out()
    {
        using ObjectListIntake intake = New("p/");
        intake.AddFull(new ListedObject("p/a"));
        intake.AddFull(new ListedObject("q/a"));
        intake.Add(new ListedObject("p/b"));

        Assert.Equal((2L, 1L, 1L), (intake.Taken, intake.Outside, intake.Doubled));
    }

    private (ObjectListFacts Facts, ObjectEntry[] Rows) Take(IEnumerable<ListedObject> rows, string prefix)
    {
        using ObjectListIntake intake = New(prefix);
        foreach (ListedObject row in rows)
            intake.Add(row);
        string kept = Path.Combine(_folder, $"kept-{_lists}.db");
        ObjectListFacts facts = intake.Finish("here", _ => kept, CancellationToken.None);
        return (facts, [.. EntryTable.OpenKept(kept)!.Read(null, null)]);
    }

    // Runs of a few rows, so that many are merged.
    private ObjectListIntake New(string prefix) => new(Path.Combine(_folder, $"list-{++_lists}"), prefix, rowsOfRun: 16);
}
