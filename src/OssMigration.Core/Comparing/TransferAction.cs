using OssMigration.Core.Copying;

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
}

/// <summary>Whether a write may replace what stands under the key.</summary>
internal enum OverwriteGuard
{
    /// <summary>Before cut-over: the destination is ours.</summary>
    Allowed,

    /// <summary>After cut-over: the store itself refuses the write when the key is taken.</summary>
    Forbidden,
}
