namespace OssMigration.Core.Reporting.Export.Page;

/// <summary>Where the move, or the run, stands: a word, its tone, a sentence.</summary>
/// <param name="Word">The word.</param>
/// <param name="Tone">good, warn, bad or run: a class of the page.</param>
/// <param name="Sentence">Why.</param>
internal sealed record Verdict(string Word, string Tone, string Sentence)
{
    /// <summary>Judges.</summary>
    public static Verdict Of(ReportFacts facts)
    {
        MigrationReport report = facts.Report;
        string listed = $"{Figures.Number(report.Listed.Objects)} objects ({Figures.Size(report.Listed.Bytes)})";
        if (facts.IsRunning)
            return new Verdict("Running", "run", $"Run {report.Run} is under way: {Figures.Number(report.Outcomes.Objects)} of {listed} that are listed so far have an outcome.");
        long open = facts.Tally.Causes.Where(cause => cause.IsOpen).Sum(cause => cause.Count.Objects);
        return report.Status switch
        {
            RunStatus.Incomplete => new Verdict("Incomplete", "bad", report.Reason ?? "The run did not come to its end."),
            RunStatus.Complete => new Verdict("Complete", "good", $"All {listed} that the source listed are at the destination, each with its proof, or were gone when they were to be read."),
            _ when open == 0 && !facts.IsOfOneRun => new Verdict(
                "Complete", "good", $"What run {report.Run} left behind was put right since: nothing of {listed} needs a look any more."),
            _ when facts.Reports[^1].Run > report.Run && !facts.IsOfOneRun => new Verdict("Needs a look", "warn", $"{Figures.Number(open)} of {listed} still need a look; the reasons are below."),
            _ => new Verdict("Needs a look", "warn", $"{listed} are listed. {report.Reason} The reasons, and what to do, are below."),
        };
    }
}
