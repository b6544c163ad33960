using System.Runtime.CompilerServices;
using OssMigration.Core.Listing;
using OssMigration.Core.Manifests;
using OssMigration.Core.Stores;

namespace OssMigration.Core.Comparing;

/// <summary>Brings three sorted streams together key by key, holding one entry of each.</summary>
internal static class TripleJoin
{
    /// <summary>
    /// Every key that any of the streams has, in <see cref="KeyOrder"/>, once. The streams must be sorted and free of repetitions.
    /// </summary>
    /// <exception cref="InvalidDataException">A stream is out of order or repeats a key; the message names stream and keys.</exception>
    public static async IAsyncEnumerable<EntryTriple> JoinAsync(
        IAsyncEnumerable<ListedEntry> source,
        IAsyncEnumerable<SettledEntry> settled,
        IAsyncEnumerable<ListedEntry> destination,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using Side<ListedEntry> left = new("source", source, static entry => entry.Entry.Key, cancellationToken);
        await using Side<SettledEntry> middle = new("manifest", settled, static entry => entry.Key, cancellationToken);
        await using Side<ListedEntry> right = new("destination", destination, static entry => entry.Entry.Key, cancellationToken);

        // The first pages of both stores are asked for at the same time.
        Task<string?> firstLeft = left.MoveAsync().AsTask();
        Task<string?> firstMiddle = middle.MoveAsync().AsTask();
        Task<string?> firstRight = right.MoveAsync().AsTask();
        await Task.WhenAll(firstLeft, firstMiddle, firstRight);

        while (Smallest(left.Key, Smallest(middle.Key, right.Key)) is { } key)
        {
            bool hasLeft = KeyOrder.CompareKeys(left.Key, key) == 0;
            bool hasMiddle = KeyOrder.CompareKeys(middle.Key, key) == 0;
            bool hasRight = KeyOrder.CompareKeys(right.Key, key) == 0;
            yield return new EntryTriple(
                key, hasLeft ? left.Current : null, hasMiddle ? middle.Current : null, hasRight ? right.Current.Entry : null);

            if (hasLeft)
                await left.MoveAsync();
            if (hasMiddle)
                await middle.MoveAsync();
            if (hasRight)
                await right.MoveAsync();
        }
    }

    private static string? Smallest(string? one, string? other)
    {
        if (one is null || other is null)
            return one ?? other;
        return KeyOrder.CompareKeys(one, other) <= 0 ? one : other;
    }

    private sealed class Side<T>(string name, IAsyncEnumerable<T> entries, Func<T, string> keyOf, CancellationToken cancellationToken) : IAsyncDisposable
    {
        private readonly IAsyncEnumerator<T> _entries = entries.GetAsyncEnumerator(cancellationToken);

        /// <summary>The key the stream stands at; null before the first and after the last.</summary>
        public string? Key { get; private set; }

        public T Current => _entries.Current;

        public ValueTask<string?> MoveAsync()
        {
            ValueTask<bool> move = _entries.MoveNextAsync();
            return move.IsCompletedSuccessfully ? new ValueTask<string?>(Take(move.Result)) : AwaitAsync(move);
        }

        public ValueTask DisposeAsync() => _entries.DisposeAsync();

        private async ValueTask<string?> AwaitAsync(ValueTask<bool> move) => Take(await move);

        private string? Take(bool hasMoved)
        {
            string? next = hasMoved ? keyOf(_entries.Current) : null;
            if (hasMoved && Key is not null && KeyOrder.CompareKeys(Key, next) >= 0)
                throw new InvalidDataException($"The {name} stream gives '{next}' after '{Key}': it is not sorted.");
            return Key = next;
        }
    }
}
