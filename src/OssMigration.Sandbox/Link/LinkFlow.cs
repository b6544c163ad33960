using System.Threading.Tasks.Sources;

namespace OssMigration.Sandbox.Link;

/// <summary>Whose bytes pass a link.</summary>
internal enum LinkClass
{
    /// <summary>Of anybody: the migration's.</summary>
    Other,

    /// <summary>Of the live business, told by the listener that its connections came to.</summary>
    Business,
}

/// <summary>One connection in one direction. At most one quantum of it waits at the line.</summary>
/// <param name="class">Whose bytes they are.</param>
internal sealed class LinkFlow(LinkClass @class) : IValueTaskSource
{
    private ManualResetValueTaskSourceCore<bool> _turn = new() { RunContinuationsAsynchronously = true };

    /// <summary>Whose bytes they are.</summary>
    public LinkClass Class { get; } = @class;

    /// <summary>Whether the next quantum was there already when the last had gone.</summary>
    public bool IsBacklogged { get; set; }

    /// <summary>When the last quantum had passed by the line's rate.</summary>
    public long PassedAt { get; set; }

    /// <summary>When it was in fact let go, which is a little later.</summary>
    public long WentAt { get; set; } = long.MinValue / 2;

    /// <summary>The size of the quantum that waits.</summary>
    public int Bytes { get; private set; }

    /// <summary>Since when it waits.</summary>
    public long Since { get; private set; }

    /// <summary>Gets in the row.</summary>
    public ValueTask Wait(int bytes, long since)
    {
        Bytes = bytes;
        Since = since;
        _turn.Reset();
        return new ValueTask(this, _turn.Version);
    }

    /// <summary>Ends the waiting.</summary>
    public void Go() => _turn.SetResult(true);

    /// <inheritdoc/>
    public void GetResult(short token) => _turn.GetResult(token);

    /// <inheritdoc/>
    public ValueTaskSourceStatus GetStatus(short token) => _turn.GetStatus(token);

    /// <inheritdoc/>
    public void OnCompleted(Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _turn.OnCompleted(continuation, state, token, flags);
}
