namespace OssMigration.Cluster.Tests.Faults;

/// <summary>Whose connection to the broker has the fault.</summary>
internal enum QueueEnd
{
    /// <summary>The coordinator's.</summary>
    Coordinator,

    /// <summary>The one worker's.</summary>
    Worker,
}

/// <summary>An operation at the broker, known by the AMQP frame that asks for it or brings it: a column of the matrix.</summary>
/// <param name="Name">As the table prints it.</param>
/// <param name="Method">Class and method of the frame (AMQP 0-9-1).</param>
/// <param name="IsAsked">Whether it goes to the broker, and not from it.</param>
internal sealed record QueueOperation(string Name, (ushort Class, ushort Id) Method, bool IsAsked)
{
    /// <summary>The broker says that it keeps a message.</summary>
    public static QueueOperation Confirm { get; } = new("confirm", (60, 80), IsAsked: false);

    // Between two connections: the first connection that fails ends the command (BrokerTests), every later one is tried again.
    private static readonly QueueOperation[] Connecting =
    [
        new("connect", (10, 40), IsAsked: true) { IsOfLaterConnections = true },
        new("declare", (50, 10), IsAsked: true) { IsOfLaterConnections = true },
        new("consume", (60, 20), IsAsked: true) { IsOfLaterConnections = true },
    ];

    private static readonly QueueOperation[] Working =
    [
        new("publish", (60, 40), IsAsked: true) { Queues = [".orders", ".news"] },
        Confirm,
        new("receive", (60, 60), IsAsked: false) { Queues = [".orders", ".news"] },
        new("accept", (60, 80), IsAsked: true),
    ];

    /// <summary>What each end does, in the order of the table.</summary>
    public static IReadOnlyList<(QueueEnd End, QueueOperation Operation)> All { get; } =
    [
        .. Connecting.Concat(Working).Select(operation => (QueueEnd.Worker, operation)),
        .. Connecting.Concat(Working).Select(operation => (QueueEnd.Coordinator, operation)),
        (QueueEnd.Coordinator, new QueueOperation("delete", (50, 40), IsAsked: true)),
    ];

    /// <summary>What breaks a first connection, for operations of later ones.</summary>
    public static QueueOperation First { get; } = Working[2];

    /// <summary>What the frame must name, one of them; empty for anything.</summary>
    public IReadOnlyList<string> Queues { get; private init; } = [];

    /// <summary>Whether the fault waits for a connection after the first.</summary>
    public bool IsOfLaterConnections { get; private init; }

    /// <summary>Whether a frame is this operation.</summary>
    public bool Is(QueueFrame frame, bool isAsked)
        => isAsked == IsAsked && frame.Method == Method && (Queues.Count == 0 || Queues.Any(frame.Names));
}
