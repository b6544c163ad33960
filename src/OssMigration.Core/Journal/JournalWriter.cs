using System.Threading.Channels;
using Microsoft.Data.Sqlite;
using OssMigration.Core.Jobs;
using OssMigration.Core.Stores;

namespace OssMigration.Core.Journal;

/// <summary>
/// The one writer of a job's journal. Writes that come in while a commit is under way go together into the next one.
/// A write is done when its task completes: it is on the disk then. After the first failure every further write fails
/// with the same error, so that nothing is believed that was not kept.
/// </summary>
internal sealed class JournalWriter : IAsyncDisposable
{
    private const int MostPerCommit = 1_000;

    private readonly Channel<Pending> _queue = Channel.CreateBounded<Pending>(new BoundedChannelOptions(4 * MostPerCommit) { SingleReader = true });
    private readonly SqliteConnection _connection;
    private readonly JournalTransaction _writes;
    private readonly string _jobName;
    private readonly Task _pump;
    private Exception? _failure;

    /// <summary>Opens the journal for writing.</summary>
    /// <exception cref="JobStateException">Its log was damaged on the disk, or it cannot be opened.</exception>
    public JournalWriter(string path, string jobName)
    {
        _jobName = jobName;
        _connection = JournalSchema.Open(path, jobName);
        CheckLog(path);
        _writes = new JournalTransaction(_connection);
        _pump = Task.Run(PumpAsync);
    }

    /// <summary>Writes, and returns when it is on the disk. Never cancelled: what was asked for is kept.</summary>
    public async Task WriteAsync(Action<JournalTransaction> write)
    {
        Pending pending = new(write);
        await _queue.Writer.WriteAsync(pending).ConfigureAwait(false);
        await pending.Committed.Task.ConfigureAwait(false);
    }

    /// <summary>Commits what is queued and closes.</summary>
    public async ValueTask DisposeAsync()
    {
        _queue.Writer.TryComplete();
        await _pump.ConfigureAwait(false);
        _writes.Dispose();
        await _connection.DisposeAsync().ConfigureAwait(false);
    }

    // Before the first write, which would go over what is behind a damaged place.
    private void CheckLog(string path)
    {
        try
        {
            JournalSchema.Execute(_connection, "BEGIN IMMEDIATE");
            string? damage = JournalLog.Check(path + "-wal");
            JournalSchema.Execute(_connection, "COMMIT");
            if (damage is not null)
                throw JournalSchema.Damaged(_jobName, damage);
        }
        catch (Exception exception)
        {
            // The log stays as it is for whoever wants to save something from it.
            JournalSchema.KeepLog(_connection);
            _connection.Dispose();
            throw exception switch
            {
                SqliteException error => JournalSchema.Translate(error, _jobName),
                IOException or UnauthorizedAccessException => new StoreException(StoreErrorKind.LocalDisk, path, $"The journal's log cannot be read: {exception.Message}", exception),
                _ => exception,
            };
        }
    }

    private async Task PumpAsync()
    {
        List<Pending> batch = [];
        while (await _queue.Reader.WaitToReadAsync().ConfigureAwait(false))
        {
            batch.Clear();
            while (batch.Count < MostPerCommit && _queue.Reader.TryRead(out Pending? pending))
                batch.Add(pending);
            Commit(batch);
        }
    }

    private void Commit(List<Pending> batch)
    {
        if (_failure is null)
        {
            try
            {
                // Plain statements, because a SqliteTransaction object would have to be set on every prepared command.
                JournalSchema.Execute(_connection, "BEGIN IMMEDIATE");
                foreach (Pending pending in batch)
                    pending.Write(_writes);
                JournalSchema.Execute(_connection, "COMMIT");
            }
            catch (SqliteException exception)
            {
                _failure = JournalSchema.Translate(exception, _jobName);
            }
            catch (Exception exception)
            {
                // Whoever waits for the commit must hear of it, whatever it was.
                _failure = exception;
            }

            if (_failure is not null)
                RollBack();
        }

        foreach (Pending pending in batch)
        {
            if (_failure is null)
                pending.Committed.SetResult();
            else
                pending.Committed.SetException(_failure);
        }
    }

    private void RollBack()
    {
        try
        {
            JournalSchema.Execute(_connection, "ROLLBACK");
        }
        catch (SqliteException)
        {
            // SQLite has rolled back by itself already, as it does when the disk is full.
        }
    }

    private sealed class Pending(Action<JournalTransaction> write)
    {
        public Action<JournalTransaction> Write { get; } = write;

        public TaskCompletionSource Committed { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
