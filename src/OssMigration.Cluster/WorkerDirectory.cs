using System.Collections.Concurrent;
using OssMigration.Core.Reporting;

namespace OssMigration.Cluster;

/// <summary>Asks the coordinators that are heard at a broker for their workers.</summary>
public static class WorkerDirectory
{
    private static readonly TimeSpan NoticeTime = TimeSpan.FromSeconds(2.5);
    private static readonly TimeSpan TableTime = TimeSpan.FromSeconds(3);

    /// <summary>The workers of a job, or of all jobs.</summary>
    /// <param name="address">The broker.</param>
    /// <param name="jobName">The job; null for all.</param>
    /// <param name="time">The clock.</param>
    /// <param name="cancellationToken">Cancels.</param>
    /// <exception cref="QueueException">The broker cannot be used.</exception>
    /// <exception cref="RefusedException">ClusterNoCoordinator: none is heard.</exception>
    public static async Task<IReadOnlyList<MigrationWorker>> ReadAsync(QueueAddress address, string? jobName, TimeProvider time, CancellationToken cancellationToken)
    {
        ConcurrentDictionary<string, Notice> notices = new(StringComparer.Ordinal);
        ConcurrentDictionary<string, Table> tables = new(StringComparer.Ordinal);
        await using QueueConnection connection = await OpenAsync(address, cancellationToken).ConfigureAwait(false);
        QueueChannel channel = await connection.OpenChannelAsync(confirms: false, cancellationToken).ConfigureAwait(false);
        string own = Topology.Own($"directory.{Guid.NewGuid():n}");
        await BindAsync(channel, own, [Topology.Jobs], cancellationToken).ConfigureAwait(false);
        await channel.ReceiveAsync(own, 0, Hear, static () => { }, cancellationToken).ConfigureAwait(false);
        await Task.Delay(NoticeTime, time, cancellationToken).ConfigureAwait(false);
        if (notices.IsEmpty)
        {
            string which = jobName is null ? "No coordinator" : $"No coordinator of job '{jobName}'";
            throw new RefusedException("ClusterNoCoordinator", $"{which} is heard at {address}.", "Start one: Start-OssMigrationCoordinator. Workers go on meanwhile with the orders that are there.");
        }

        await BindAsync(channel, own, notices.Values.Select(notice => new Topology(notice.JobId).Table), cancellationToken).ConfigureAwait(false);
        for (long begun = time.GetTimestamp(); time.GetElapsedTime(begun) < TableTime && tables.Count < notices.Count;)
            await Task.Delay(TimeSpan.FromMilliseconds(50), time, cancellationToken).ConfigureAwait(false);
        return [.. tables.Values.OrderBy(table => table.JobName, StringComparer.Ordinal).SelectMany(table => table.Workers)];

        void Hear(Delivery delivery)
        {
            if (delivery.Type == MessageType.Notice && Wire.Read<Notice>(delivery.Body) is var notice && (jobName is null || notice.JobName == jobName))
                notices[notice.JobId] = notice;
            if (delivery.Type == MessageType.Table && Wire.Read<Table>(delivery.Body) is var table)
                tables[table.JobName] = table;
        }
    }

    private static async Task<QueueConnection> OpenAsync(QueueAddress address, CancellationToken cancellationToken)
    {
        try
        {
            return await QueueConnection.OpenAsync(address, "OssMigration", static _ => { }, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is not (QueueException or OperationCanceledException))
        {
            throw QueueErrors.Unreachable(exception, address);
        }
    }

    private static Task BindAsync(QueueChannel channel, string own, IEnumerable<string> exchanges, CancellationToken cancellationToken)
        => channel.DoAsync(open => Topology.DeclareOwnAsync(open, own, exchanges, cancellationToken), cancellationToken);
}
