namespace OssMigration.Cluster.Tests.Faults;

/// <summary>What a line to a broker does with one frame.</summary>
internal enum QueueFault
{
    /// <summary>The connection is reset, and the frame does not pass.</summary>
    ResetBefore,

    /// <summary>The connection is reset in the middle of the frame.</summary>
    ResetIn,

    /// <summary>The frame passes, and then the connection is reset.</summary>
    ResetAfter,

    /// <summary>From this frame on nothing passes any more, and nobody is told.</summary>
    Silence,

    /// <summary>The frame passes seconds later.</summary>
    Late,

    /// <summary>The frame passes byte by byte.</summary>
    Trickle,

    /// <summary>The frame is corrupted.</summary>
    Corrupt,

    /// <summary>In place of it the broker closes the connection, as an operator can make it do.</summary>
    Close,

    /// <summary>Of a confirm: the broker says that it does not keep the message.</summary>
    Refuse,
}

/// <summary>A fault planned on a <see cref="QueueLine"/>; fires once. Thread-safe.</summary>
/// <param name="fault">What happens.</param>
/// <param name="operation">At which frames.</param>
/// <param name="firstConnection">From which connection of the line on, from 1.</param>
internal sealed class QueuePlan(QueueFault fault, QueueOperation operation, int firstConnection = 1)
{
    private int _seen;

    /// <summary>Whether it has happened.</summary>
    public bool HasFired => Volatile.Read(ref _seen) > 0;

    /// <summary>What happens.</summary>
    public QueueFault Fault => fault;

    /// <summary>Whether it is this frame's turn.</summary>
    public bool TryTake(QueueFrame frame, bool isAsked, int connection)
        => connection >= firstConnection && operation.Is(frame, isAsked) && Interlocked.Increment(ref _seen) == 1;
}
