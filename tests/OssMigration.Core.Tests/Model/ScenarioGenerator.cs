using CsCheck;
using OssMigration.TestKit;

namespace OssMigration.Core.Tests.Model;

/// <summary>Makes moves that nobody planned.</summary>
internal static class ScenarioGenerator
{
    // Below, at and above the size from which objects go in parts of 1 MiB.
    private static readonly int[] Sizes = [0, 1, 700, 5_000, 1 << 20, (1 << 20) + 1, (2 << 20) + 77];

    // Most of what happens concerns three of them, one of which is always small.
    private static readonly Gen<int> Key = Gen.Frequency((2, Gen.Int[11, 13]), (1, Gen.Int[0, MoveScenario.Keys.Length - 1]));

    // Most can go wrong where an upload becomes an object.
    private static readonly StoreOperation[] Operations =
    [
        StoreOperation.Head, StoreOperation.Read, StoreOperation.Put, StoreOperation.Initiate, StoreOperation.UploadPart,
        StoreOperation.Complete, StoreOperation.Complete, StoreOperation.Complete, StoreOperation.Abort, StoreOperation.Delete,
    ];

    private static readonly Gen<int> Size = Gen.Frequency((1, Gen.Int[0, 3]), (1, Gen.Int[4, Sizes.Length - 1])).Select(index => Sizes[index]);

    // A content may come back, so that one version of the source has two lives.
    private static readonly Gen<Event> SourceWrite =
        Gen.Select(Key, Size, Gen.Int[0, 9], (key, size, content) => (Event)new Event.SourceWrites(key, MoveScenario.IsAlwaysSmall(key) ? Math.Min(size, 5_000) : size, content));

    private static readonly Gen<Event> Change = Gen.Frequency(
        (5, SourceWrite),
        (4, Key.Select(key => (Event)new Event.SourceDeletes(key))),
        (3, Gen.Select(Key, Size, Gen.Int[100, 199], (key, size, content) => (Event)new Event.UserWrites(key, size, content))),
        (2, Key.Select(key => (Event)new Event.UserDeletes(key))),
        (3, Gen.Const((Event)new Event.UploadsExpire())));

    private static readonly Gen<Event> Trouble = Gen.Frequency(
        (4, Gen.Select(Gen.Int[0, 3], Gen.Bool, Gen.Frequency((3, Gen.Const(1)), (1, Gen.Int[2, 7])), (kind, whenDone, times) => (Event)new Event.Fails(kind, whenDone, times))),
        (3, Gen.Select(Gen.Int[0, 8], Key, Gen.Int[0, 699], (kind, key, at) => (Event)new Event.Spoils(kind, key, at))),
        (2, Gen.Bool.Select(whenDone => (Event)new Event.Kill(whenDone))));

    private static readonly Gen<Moment> When = Gen.Select(
        Gen.Int[0, 45],
        Gen.Frequency((1, Gen.Const((StoreOperation?)null)), (2, Gen.Int[0, Operations.Length - 1].Select(index => (StoreOperation?)Operations[index]))),
        (call, operation) => new Moment(operation is null ? call : call / 3, operation));

    private static readonly Gen<Stretch> OneStretch = Gen.Select(
        Gen.Select(When, Gen.Frequency((1, Change), (1, Trouble)), (at, happens) => (at, happens)).List[0, 10],
        Change.List[0, 4],
        Gen.Bool,
        Gen.Int[0, 3].Select(number => number == 0),
        (during, after, removes, cutsOver) => new Stretch(during, after, removes, cutsOver));

    /// <summary>Any scenario; smaller ones have fewer events, which is how one that fails is made short.</summary>
    public static Gen<MoveScenario> Any { get; } = Gen.Select(
        SourceWrite.List[0, 10],
        OneStretch.List[1, 5],
        Gen.Int[1, 8],
        Gen.Int[1, 6],
        Gen.Enum<ETagStyle>(),
        (before, stretches, concurrency, pageSize, style) => new MoveScenario(before, stretches, concurrency, pageSize, style));
}
