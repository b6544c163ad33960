namespace OssMigration.Cluster.Tests.Faults;

/// <summary>A cell: a fault at an operation of one end, or why there is nothing to try.</summary>
/// <param name="End">Whose connection.</param>
/// <param name="Operation">The column.</param>
/// <param name="Name">The row.</param>
/// <param name="Fault">What it does.</param>
/// <param name="Empty">Why there is nothing to try; null where there is.</param>
internal sealed record QueueCell(QueueEnd End, QueueOperation Operation, string Name, QueueFault Fault, string? Empty);

/// <summary>The matrix of faults and operations at the queue, as it is declared. Each fault passes: the job ends complete.</summary>
internal static class QueueFaultMatrix
{
    // A column for each of QueueOperation.All: the worker's, then the coordinator's. A letter is the reason of Empty.
    private const string Declared = """
        reset before        + + + + + + +  + + + + + + + +
        reset in request    + + + + + + +  + + + + + + + +
        answer lost         + + + + + + +  + + + + + + + +
        silence             + + + + + + +  + + + + + + + +
        slow                + + + + + + +  + + + + + + + +
        trickle             + + + + + + +  + + + + + + + +
        corrupted           + + + + + + +  + + + + + + + +
        closed by operator  + + + + + + +  + + + + + + + +
        refused             c q q m + r a  c q q m + r a q
        """;

    private static readonly Dictionary<char, string> Reasons = new()
    {
        ['c'] = "a connection is refused for good: account, virtual host, certificate (BrokerTests)",
        ['q'] = "the broker refuses it for good: rights or the kind of queue (BrokerTests)",
        ['m'] = "a message is refused by its confirm, or waited for where memory is full (BrokerTests)",
        ['r'] = "the broker sends it",
        ['a'] = "it has no answer",
    };

    private static readonly QueueFault[] Faults =
    [
        QueueFault.ResetBefore, QueueFault.ResetIn, QueueFault.ResetAfter, QueueFault.Silence, QueueFault.Late, QueueFault.Trickle, QueueFault.Corrupt,
        QueueFault.Close, QueueFault.Refuse,
    ];

    /// <summary>All cells, row by row.</summary>
    /// <exception cref="InvalidOperationException">A row or a column is missing in what is declared.</exception>
    public static IReadOnlyList<QueueCell> Cells()
    {
        string[] lines = Declared.Split('\n');
        return lines.Length == Faults.Length
            ? [.. lines.Zip(Faults).SelectMany(row => Row(row.First[..20].Trim(), row.First[20..].Split(' ', StringSplitOptions.RemoveEmptyEntries), row.Second))]
            : throw new InvalidOperationException($"{lines.Length} rows are declared, and there are {Faults.Length} faults.");
    }

    private static IEnumerable<QueueCell> Row(string name, string[] signs, QueueFault fault) => signs.Length == QueueOperation.All.Count
        ? signs.Zip(QueueOperation.All).Select(column => new QueueCell(
            column.Second.End, column.Second.Operation, name, fault, column.First == "+" ? null : Reasons[column.First[0]]))
        : throw new InvalidOperationException($"The row '{name}' has {signs.Length} columns.");
}
