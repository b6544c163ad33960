using OssMigration.TestKit;

namespace OssMigration.EndToEnd.Tests.Faults;

/// <summary>A fault of the matrix: a row.</summary>
/// <param name="Name">As the table prints it.</param>
/// <param name="Reason">The kind of the error where it lasts.</param>
internal sealed record MatrixFault(string Name, string Reason)
{
    /// <summary>What the line does; null where another does it.</summary>
    public LineFault? OnLine { get; init; }

    /// <summary>The line's fault where the destination's words for it are others.</summary>
    public LineFault? OnLineToOss { get; init; }

    /// <summary>What the sandbox does, by the name of its admin API; null where another does it.</summary>
    public string? InSandbox { get; init; }

    /// <summary>How many keys, where <see cref="InSandbox"/> needs to know.</summary>
    public string? Value { get; init; }

    /// <summary>How far this machine's clock is off.</summary>
    public TimeSpan ClockOffset { get; init; }

    /// <summary>By how much it is further off each second.</summary>
    public TimeSpan ClockDrift { get; init; }

    /// <summary>Whether the destination's keys are temporary ones, and others each time that they are asked for.</summary>
    public bool RotatesToken { get; init; }

    /// <summary>How often it comes where it passes.</summary>
    public int Times { get; init; } = 2;

    /// <summary>What the disk does.</summary>
    public DiskFault OnDisk { get; init; }

    /// <summary>Whether it is of the clock or the keys, so that it is always there and every request meets it.</summary>
    public bool IsOfClient => ClockOffset != default || ClockDrift != default || (RotatesToken && OnLineToOss is null);

    /// <summary>Whether it is there once, for as long as somebody lets it.</summary>
    public bool IsTriedOnce => IsOfClient || OnDisk != DiskFault.None;

    /// <summary>Whether it stops a run at once rather than fails the object that it hits.</summary>
    public bool StopsRun => Reason is "Credential" or "WrongRegion" or "LocalDisk";

    /// <summary>What the line to an operation's server does; null for nothing.</summary>
    public LineFault? LineFaultFor(MatrixOperation operation) => operation.Side == SandboxSide.Oss ? OnLineToOss ?? OnLine : OnLine;
}

/// <summary>What a disk does.</summary>
internal enum DiskFault
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>It is full when the run begins: /dev/full stands where the file would.</summary>
    Full,

    /// <summary>It gets full while the run goes on: a process whose files may not grow beyond a size (RLIMIT_FSIZE).</summary>
    Fills,

    /// <summary>It takes no files: the folder is one of /sys, where not even root makes any.</summary>
    ReadOnly,

    /// <summary>Writing takes long: another connection holds the journal's write lock again and again.</summary>
    Slow,
}
