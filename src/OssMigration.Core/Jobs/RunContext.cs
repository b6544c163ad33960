using OssMigration.Core.Comparing;
using OssMigration.Core.Journal;
using OssMigration.Core.Reporting;
using OssMigration.Core.Throttling;

namespace OssMigration.Core.Jobs;

/// <summary>What the ranges of one run share.</summary>
internal sealed record RunContext
{
    /// <summary>The job's files.</summary>
    public required JobFolder Folder { get; init; }

    /// <summary>The run's number.</summary>
    public required int Run { get; init; }

    /// <summary>The truth table.</summary>
    public required DecisionRules Rules { get; init; }

    /// <summary>The keys to look at.</summary>
    public required IKeyWalks Walks { get; init; }

    /// <summary>Closed while nothing new may begin.</summary>
    public required PauseGate Pause { get; init; }

    /// <summary>Where transfers go.</summary>
    public required TransferPool Pool { get; init; }

    /// <summary>The journal's one writer.</summary>
    public required JournalWriter Journal { get; init; }

    /// <summary>For people to look at.</summary>
    public required RunProgress Progress { get; init; }

    /// <summary>Where events go.</summary>
    public required IRunListener Listener { get; init; }

    /// <summary>The moment of cut-over as it is now.</summary>
    public required CutoverClock Cutover { get; init; }

    /// <summary>Whether the decisions are those for after cut-over.</summary>
    public required bool IsAfterCutover { get; init; }

    /// <summary>The clock.</summary>
    public required TimeProvider Time { get; init; }
}
