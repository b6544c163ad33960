using OssMigration.TestKit;

namespace OssMigration.Core.Tests.Model;

/// <summary>What happens to a move that nobody planned.</summary>
internal abstract record Event
{
    /// <summary>The source's business writes an object.</summary>
    public sealed record SourceWrites(int Key, int Size, int Content) : Event;

    /// <summary>The source's business deletes an object.</summary>
    public sealed record SourceDeletes(int Key) : Event;

    /// <summary>A user writes at the destination.</summary>
    public sealed record UserWrites(int Key, int Size, int Content) : Event;

    /// <summary>A user deletes at the destination.</summary>
    public sealed record UserDeletes(int Key) : Event;

    /// <summary>A rule of the destination aborts every upload that is open there.</summary>
    public sealed record UploadsExpire : Event;

    /// <summary>So many requests are refused, or done and their answers lost.</summary>
    public sealed record Fails(int Kind, bool WhenDone, int Times) : Event;

    /// <summary>A page is wrong, a body is cut, or a byte of one object is spoiled on its way.</summary>
    public sealed record Spoils(int Kind, int Key, int At) : Event;

    /// <summary>The process is killed.</summary>
    public sealed record Kill(bool WhenDone) : Event;
}

/// <summary>When in a run something happens: at the call of this number to either store, or the first one from there on that asks for this.</summary>
internal readonly record struct Moment(int Call, StoreOperation? Operation)
{
    /// <inheritdoc/>
    public override string ToString() => Operation is { } operation ? $"the first {operation} from call {Call} on" : $"call {Call}";
}

/// <summary>A run, what happens while it goes on, and after it; whether it removes what is gone at the source.</summary>
internal sealed record Stretch(IReadOnlyList<(Moment At, Event Event)> During, IReadOnlyList<Event> After, bool Removes, bool CutsOver);

/// <summary>A move from its first object to its last run.</summary>
internal sealed record MoveScenario(IReadOnlyList<Event> Before, IReadOnlyList<Stretch> Stretches, int Concurrency, int PageSize, ETagStyle Style)
{
    /// <summary>Few keys, so that things happen to the same ones, in an order that UTF-8 and UTF-16 see differently.</summary>
    public static string[] Keys { get; } = ["a", "a/b", "a/b/c", "b", "b ", "B", "k\u007F", "\u00E9", "\uE000", "\uFFFD", "\U00010000", "z", "z/", "zz"];

    /// <summary>Whether a key never has an object in parts. Only there a byte that is spoiled at the source can be told from a right one.</summary>
    public static bool IsAlwaysSmall(int key) => key % 2 == 0;

    /// <summary>All of it, to be read by who looks into a failure.</summary>
    public override string ToString() => string.Join(
        '\n',
        [
            $"concurrency {Concurrency}, pages of {PageSize}, {Style}",
            .. Before.Select(happens => $"  before: {happens}"),
            .. Stretches.SelectMany((stretch, number) => (string[])
            [
                $"  run {number + 1}{(stretch.Removes ? ", which removes" : "")}:",
                .. stretch.During.Select(one => $"    at {one.At}: {one.Event}"),
                .. stretch.After.Select(happens => $"    after: {happens}"),
                .. stretch.CutsOver ? ["    cut-over"] : Array.Empty<string>(),
            ]),
        ]);
}
