namespace OssMigration.Core.Copying;

/// <summary>
/// Writes one content while it still arrives, so that both directions of a line are in use at a time and nothing waits for
/// the whole of a large content. The buffer holds its last block back until the read has proved right: no store ever has the
/// whole of a content that is not. A read that is repeated takes the write along, which is then made anew from what is whole.
/// </summary>
/// <param name="content">Where the content arrives.</param>
internal sealed class Relay<TWritten>(BlockBuffer content) : IAsyncDisposable
{
    private CancellationTokenSource? _giveUp;
    private bool _hasBegun;

    /// <summary>The write under way; null where there is none.</summary>
    public Task<TWritten>? Writing { get; private set; }

    /// <summary>Begins the write, at the first call; does nothing at further ones: what failed once arrives whole first.</summary>
    /// <param name="length">Bytes of the content.</param>
    /// <param name="write">Writes the stream that it is given.</param>
    /// <param name="cancellationToken">Cancels the write.</param>
    public void Begin(long length, Func<Stream, CancellationToken, Task<TWritten>> write, CancellationToken cancellationToken)
    {
        if (_hasBegun)
            return;
        _hasBegun = true;
        content.Expect(length);
        _giveUp = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);

        // On its own: a store that reads the body without awaiting it must not hold up what fills it.
        Writing = Task.Run(() => write(content.Follow(), _giveUp.Token), CancellationToken.None);
    }

    /// <summary>Ends the write, and returns when nothing of it reads the buffer any more.</summary>
    public async ValueTask GiveUpAsync()
    {
        if (Writing is not { } writing)
            return;
        Writing = null;
        await _giveUp!.CancelAsync().ConfigureAwait(false);
        await ((Task)writing).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (Writing is { IsCompleted: false })
            await GiveUpAsync().ConfigureAwait(false);
        _giveUp?.Dispose();
    }
}
