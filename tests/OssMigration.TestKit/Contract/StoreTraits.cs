using OssMigration.Core.Stores;

namespace OssMigration.TestKit;

/// <summary>In what a store may differ from the others under one contract.</summary>
public sealed record StoreTraits
{
    /// <summary>Content headers and user metadata come back.</summary>
    public bool KeepsMetadata { get; init; } = true;

    /// <summary>Objects have ETags.</summary>
    public bool HasETags { get; init; } = true;

    /// <summary>Forbid-overwrite is obeyed.</summary>
    public bool ObeysForbidOverwrite { get; init; } = true;

    /// <summary>A second Complete of the same parts may answer as the first did instead of NoSuchUpload (AWS and some gateways).</summary>
    public bool MayCompleteTwice { get; init; }

    /// <summary>Complete may leave out parts that were written; else it refuses to (Ceph RGW).</summary>
    public bool LeavesOutUnnamedParts { get; init; } = true;

    /// <summary>Complete of an upload that was aborted may be answered with a server error (Ceph RGW).</summary>
    public bool IsVagueAboutAbortedUploads { get; init; }

    /// <summary>The store has this key's bytes in its own limits, and still cannot hold it (a file system and <c>a//b</c>).</summary>
    public Func<string, bool> CannotHold { get; init; } = _ => false;

    /// <summary>Both <c>a</c> and <c>a/b</c> can exist; a folder cannot be a file.</summary>
    public bool HoldsKeysBelowKeys { get; init; } = true;

    /// <summary>A listing can begin after any key; else it begins at the start, which the range lister notices.</summary>
    public bool StartsInTheMiddle { get; init; } = true;

    /// <summary>Where a listing begins at the start instead, the key that it was to begin after is left out if it is the first.</summary>
    public bool LeavesOutTheNamedKey { get; init; }

    /// <summary>How keys are listed: by their UTF-8 bytes, or in an order that the range lister notices.</summary>
    public IComparer<string> Order { get; init; } = KeyOrder.Instance;

    /// <summary>A pinned read of what does not exist may be Changed instead of NotFound.</summary>
    public bool TakesAbsentForChanged { get; init; }

    /// <summary>The answer to a read names the storage class, as that to a HEAD does.</summary>
    public bool TellsClassWhenRead { get; init; } = true;

    /// <summary>The answer to a write tells the CRC-64 where that to a HEAD does.</summary>
    public bool TellsCrc64WhenWritten { get; init; } = true;

    /// <summary>Texts that no error may hold.</summary>
    public IReadOnlyList<string> Secrets { get; init; } = [];
}
