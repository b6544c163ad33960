#if NET10_0_OR_GREATER
using CsCheck;
#endif
using OssMigration.Core.Comparing;
using OssMigration.Core.Listing;
using OssMigration.Core.Manifests;
using OssMigration.Core.Stores;
using OssMigration.Core.Tests.Manifests;
using Xunit;

namespace OssMigration.Core.Tests.Comparing;

public sealed class TripleJoinTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

#if NET10_0_OR_GREATER
    private static Gen<string[]> Keys { get; } =
        ManifestGenerators.Key.Array[0, 25].Select(keys => keys.Distinct().Order(KeyOrder.Instance).ToArray());

    [Fact]
    public async Task Every_key_comes_once_with_the_sides_that_have_it() =>
        await Gen.Select(Keys, Keys, Keys, Gen.Bool).SampleAsync(async (source, settled, destination, isAsynchronous) =>
        {
            List<EntryTriple> triples = await JoinAsync(new Stream<ListedEntry>(source.Select(Listed), isAsynchronous),
                new Stream<SettledEntry>(settled.Select(Settled), !isAsynchronous), new Stream<ListedEntry>(destination.Select(Listed), isAsynchronous));

            IEnumerable<EntryTriple> expected = source.Concat(settled).Concat(destination).Distinct().Order(KeyOrder.Instance).Select(key => new EntryTriple(
                key, source.Contains(key) ? Listed(key) : null, settled.Contains(key) ? Settled(key) : null, destination.Contains(key) ? Entry(key) : null));
            Assert.Equal(expected, triples);
        }, iter: 500);
#endif

    [Theory]
    [InlineData("b", "a")]
    [InlineData("b", "b")]
    [InlineData("\U00010000", "\uE000")]
    public async Task Disorder_and_repetition_are_errors_that_name_the_stream(string first, string second)
    {
        string[] wrong = [first, second];
        Stream<ListedEntry> noSource = new([], false);
        Stream<SettledEntry> noneSettled = new([], false);
        Stream<ListedEntry> noDestination = new([], false);

        await AssertNamesAsync("source", JoinAsync(new Stream<ListedEntry>(wrong.Select(Listed), true), noneSettled, noDestination));
        await AssertNamesAsync("manifest", JoinAsync(noSource, new Stream<SettledEntry>(wrong.Select(Settled), false), noDestination));
        await AssertNamesAsync("destination", JoinAsync(noSource, noneSettled, new Stream<ListedEntry>(wrong.Select(Listed), true)));
    }

    [Fact]
    public async Task All_streams_are_closed_when_the_consumer_stops_early_and_when_one_fails()
    {
        string[] keys = ["a", "b", "c"];
        Stream<ListedEntry> source = new(keys.Select(Listed), true);
        Stream<SettledEntry> settled = new(keys.Select(Settled), false);
        Stream<ListedEntry> destination = new(keys.Select(Listed), true);
        await foreach (EntryTriple triple in TripleJoin.JoinAsync(source, settled, destination, Token))
        {
            Assert.Equal("a", triple.Key);
            break;
        }
        Assert.Equal((1, 1, 1), (source.Closed, settled.Closed, destination.Closed));

        Stream<ListedEntry> failing = new([Listed("a")], true, new StoreException(StoreErrorKind.Listing, "oss://b", "Gone."));
        await Assert.ThrowsAsync<StoreException>(() => JoinAsync(source, settled, failing));
        Assert.Equal((2, 2, 1), (source.Closed, settled.Closed, failing.Closed));
    }

    [Fact]
    public async Task A_cancelled_token_reaches_the_streams()
    {
        using CancellationTokenSource cancelled = new();
        Stream<ListedEntry> source = new(["a"], true, Listed);
        IAsyncEnumerable<EntryTriple> join = TripleJoin.JoinAsync(source, new Stream<SettledEntry>([], false), new Stream<ListedEntry>([], false), cancelled.Token);
        await cancelled.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await join.GetAsyncEnumerator(CancellationToken.None).MoveNextAsync());
    }

    private static ListedEntry Listed(string key) => new(Entry(key), false, 1, 7);

    private static ObjectEntry Entry(string key) => new(key, 7, new SourceVersion("v"), "v", DateTimeOffset.UnixEpoch);

    private static SettledEntry Settled(string key) => new(key, 7, new SourceVersion("v"), "e", null, ProofKind.Assumed);

    private static async Task AssertNamesAsync(string stream, Task join) =>
        Assert.Contains($"The {stream} stream", (await Assert.ThrowsAsync<InvalidDataException>(() => join)).Message, StringComparison.Ordinal);

    private static async Task<List<EntryTriple>> JoinAsync(
        IAsyncEnumerable<ListedEntry> source, IAsyncEnumerable<SettledEntry> settled, IAsyncEnumerable<ListedEntry> destination)
    {
        List<EntryTriple> triples = [];
        await foreach (EntryTriple triple in TripleJoin.JoinAsync(source, settled, destination, Token))
            triples.Add(triple);
        return triples;
    }

    /// <summary>A stream that answers at once or later, may fail at its end, and counts how often it was closed.</summary>
    private sealed class Stream<T>(IEnumerable<T> entries, bool isAsynchronous, Exception? failure = null) : IAsyncEnumerable<T>
    {
        public Stream(IEnumerable<string> keys, bool isAsynchronous, Func<string, T> make)
            : this(keys.Select(make), isAsynchronous)
        {
        }

        public int Closed { get; private set; }

        public async IAsyncEnumerator<T> GetAsyncEnumerator(CancellationToken cancellationToken = default)
        {
            try
            {
                cancellationToken.ThrowIfCancellationRequested();
                foreach (T entry in entries)
                {
                    if (isAsynchronous)
                        await Task.Yield();
                    yield return entry;
                }
                if (failure is not null)
                    throw failure;
            }
            finally
            {
                Closed++;
            }
        }
    }
}
