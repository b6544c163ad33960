using OssMigration.Core.Stores;

namespace OssMigration.TestKit;

/// <summary>One thing that goes wrong. Made by the static methods; planned by <see cref="FaultyStore.Plan"/>.</summary>
public abstract record Fault
{
    private Fault()
    {
    }

    /// <summary>The operation is not done; it throws an error of this kind.</summary>
    public static Fault Throw(StoreErrorKind kind, TimeSpan? retryAfter = null) => new ThrowFault(kind, retryAfter, Done: false);

    /// <summary>The operation is done, and its answer is lost: it throws an error of this kind.</summary>
    public static Fault LoseAnswer(StoreErrorKind kind = StoreErrorKind.Network) => new ThrowFault(kind, null, Done: true);

    /// <summary>A read's body ends with a Network error after some bytes.</summary>
    public static Fault CutBody(long afterBytes) => new CutFault(afterBytes);

    /// <summary>One byte of a read's body, or of what a Put or UploadPart stores, has one bit changed.</summary>
    public static Fault FlipByte(long at = 0) => new FlipFault(at);

    /// <summary>A page lacks one key and still counts it. Fires at the page that holds the key.</summary>
    public static Fault DropKey(string key) => new PageFault(PageFaultKind.DropKey, key, 0);

    /// <summary>A page holds only this many keys, and the rest comes with the next.</summary>
    public static Fault ShortPage(int keys) => new PageFault(PageFaultKind.Short, null, keys);

    /// <summary>A page holds nothing although more is to come.</summary>
    public static Fault EmptyPage() => new PageFault(PageFaultKind.Short, null, 0);

    /// <summary>A page's entries come in reverse. Fires at a page of two entries or more.</summary>
    public static Fault UnorderedPage() => new PageFault(PageFaultKind.Unordered, null, 0);

    /// <summary>The next page is this page once more. Fires at a page that is not empty.</summary>
    public static Fault RepeatPage() => new PageFault(PageFaultKind.Repeat, null, 0);

    /// <summary>A page begins at the start of the prefix, whatever StartAfter says. Fires at a request that has one.</summary>
    public static Fault IgnoreStartAfter() => new PageFault(PageFaultKind.IgnoreStartAfter, null, 0);

    /// <summary>Something happens just before the operation.</summary>
    public static Fault Before(Func<CancellationToken, ValueTask> callback) => new CallbackFault(callback, IsAfter: false);

    /// <summary>Something happens just before the operation.</summary>
    public static Fault Before(Action callback) => Before(Wrap(callback));

    /// <summary>Something happens when the operation is done, before its caller knows.</summary>
    public static Fault After(Func<CancellationToken, ValueTask> callback) => new CallbackFault(callback, IsAfter: true);

    /// <summary>Something happens when the operation is done, before its caller knows.</summary>
    public static Fault After(Action callback) => After(Wrap(callback));

    private static Func<CancellationToken, ValueTask> Wrap(Action callback) => _ =>
    {
        callback();
        return default;
    };

    internal enum PageFaultKind
    {
        DropKey,
        Short,
        Unordered,
        Repeat,
        IgnoreStartAfter,
    }

    internal sealed record ThrowFault(StoreErrorKind Kind, TimeSpan? RetryAfter, bool Done) : Fault;

    internal sealed record CutFault(long AfterBytes) : Fault;

    internal sealed record FlipFault(long At) : Fault;

    internal sealed record PageFault(PageFaultKind Kind, string? Key, int Keys) : Fault;

    internal sealed record CallbackFault(Func<CancellationToken, ValueTask> Callback, bool IsAfter) : Fault;
}
