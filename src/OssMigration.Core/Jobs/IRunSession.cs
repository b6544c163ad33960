using OssMigration.Core.Journal;

namespace OssMigration.Core.Jobs;

/// <summary>One stretch of a run: in this process, or by others on its behalf.</summary>
internal interface IRunSession
{
    /// <summary>Why the session was stopped; null when nobody stopped it.</summary>
    string? StopReason { get; }

    /// <summary>True when cut-over has come since the session began, so that everything that is left must be decided anew.</summary>
    bool IsOvertakenByCutover { get; }

    /// <summary>Runs until all is complete, or the token stops it.</summary>
    Task RunAsync(IReadOnlyList<RangeRow> ranges, CancellationToken cancellationToken);

    /// <summary>The uploads that nothing will carry on.</summary>
    IReadOnlyList<UploadRow> LeftOver(RunRow run);
}
