using OssMigration.Core.Copying;
using OssMigration.Core.Manifests;
using OssMigration.Core.Stores;

namespace OssMigration.Core.Comparing;

/// <summary>What is to be done with one key. A closed set: the nested records are all there is.</summary>
internal abstract record TransferAction
{
    private TransferAction()
    {
    }

    /// <summary>Nothing to send: the outcome is known already.</summary>
    internal sealed record Settle(TransferOutcome Outcome) : TransferAction;

    /// <summary>Copy the object.</summary>
    /// <param name="Overwrite">Whether an object under the key may be replaced.</param>
    internal sealed record Copy(OverwriteGuard Overwrite) : TransferAction;

    /// <summary>
    /// Sizes are equal and nothing in hand tells more: read the destination's headers, and where they do not decide,
    /// read the source once for its hash.
    /// </summary>
    /// <param name="Otherwise">What to do when the contents differ.</param>
    internal sealed record Inspect(TransferAction Otherwise) : TransferAction;

    /// <summary>The object is archived: ask for its restoration, and copy it where it can be read by now.</summary>
    /// <param name="Overwrite">Whether an object under the key may be replaced.</param>
    internal sealed record Restore(OverwriteGuard Overwrite) : TransferAction;

    /// <summary>With a job of histories: write at the end of the key's history what is missing there.</summary>
    /// <param name="Proved">What an earlier run proved of the key; null for nothing.</param>
    /// <param name="IsNew">Whether the destination listed nothing of the key.</param>
    internal sealed record Append(SettledEntry? Proved, bool IsNew) : TransferAction;

    /// <summary>The content is there, but this job did not write it: compare headers and user metadata, and put them right.</summary>
    /// <param name="Settled">What is known of both ends.</param>
    internal sealed record Repair(SettledEntry Settled) : TransferAction;

    /// <summary>
    /// After cut-over: something else stands under a key that this job never settled. Nothing is written; the headers of
    /// what stands there tell whose it is. Always within an <see cref="Inspect"/>.
    /// </summary>
    internal sealed record Contest : TransferAction
    {
        public static Contest Instance { get; } = new();
    }
}

/// <summary>Whether a write may replace what stands under the key. A closed set.</summary>
internal sealed class OverwriteGuard
{
    private OverwriteGuard(SettledEntry? ours)
    {
        Ours = ours;
    }

    /// <summary>Before cut-over: the destination is ours.</summary>
    public static OverwriteGuard Allowed { get; } = new(null);

    /// <summary>After cut-over: the store itself refuses the write when the key is taken.</summary>
    public static OverwriteGuard Forbidden { get; } = new(null);

    /// <summary>After cut-over, at the user's own risk: the one object that may be replaced; else null.</summary>
    public SettledEntry? Ours { get; }

    /// <summary>What a write asks for that may replace one object only; else null.</summary>
    public ExpectedObject? Expected => Ours is null ? null : new ExpectedObject(Ours.DestinationETag, Ours.SourceVersion);

    /// <summary>Only exactly what this job wrote may be replaced, looked at by HEAD right before the write.</summary>
    public static OverwriteGuard Only(SettledEntry ours) => new(ours);
}
