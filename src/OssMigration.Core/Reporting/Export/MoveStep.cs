namespace OssMigration.Core.Reporting.Export;

/// <summary>Where a step of the move stands.</summary>
internal enum StepState
{
    /// <summary>Not begun.</summary>
    ToCome,

    /// <summary>Begun.</summary>
    UnderWay,

    /// <summary>Done.</summary>
    Done,

    /// <summary>Left out: a later step is done.</summary>
    LeftOut,
}

/// <summary>Something that a step consists of.</summary>
/// <param name="What">In a few words.</param>
/// <param name="From">When it began.</param>
/// <param name="To">When it ended; the same moment for what takes no time.</param>
internal sealed record StepPeriod(string What, DateTimeOffset From, DateTimeOffset To);

/// <summary>One of the five steps of a move.</summary>
/// <param name="Number">1 to 5.</param>
/// <param name="Name">What is done.</param>
/// <param name="State">Where it stands.</param>
/// <param name="Text">What that rests on, in a sentence or two.</param>
/// <param name="Periods">What it consists of, oldest first.</param>
internal sealed record MoveStep(int Number, string Name, StepState State, string Text, IReadOnlyList<StepPeriod> Periods);
