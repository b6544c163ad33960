namespace OssMigration.Core.Reporting;

/// <summary>Something is refused because it would not be safe, or not possible, as things stand. Nothing was changed.</summary>
public sealed class RefusedException : Exception
{
    /// <summary>Makes a refusal.</summary>
    /// <param name="errorId">A stable word that scripts may branch on, begun with its subject: <c>LifecycleComparisonStale</c>.</param>
    /// <param name="message">Why, in a sentence with the facts, without secrets. What acts on a terminal, in a key for example, is written out (<see cref="VisibleText"/>).</param>
    /// <param name="mend">What to do about it, in a sentence; null where nothing can be done.</param>
    public RefusedException(string errorId, string message, string? mend = null)
        : base(VisibleText.Of(mend is null ? message : $"{message} {mend}"))
    {
        ErrorId = errorId;
        Reason = VisibleText.Of(message);
        Mend = mend is null ? null : VisibleText.Of(mend);
    }

    /// <summary>The stable word.</summary>
    public string ErrorId { get; }

    /// <summary>Why.</summary>
    public string Reason { get; }

    /// <summary>What to do about it; part of the message too.</summary>
    public string? Mend { get; }
}
