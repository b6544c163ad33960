using OssMigration.Core.Fidelity;
using OssMigration.Core.Jobs;
using OssMigration.Core.Journal;
using OssMigration.Core.Manifests;
using OssMigration.Core.Stores;

namespace OssMigration.Core.Reporting.Export;

/// <summary>Writes reports of jobs as files. Nothing is sent, and nothing of the job is changed. Thread-safe.</summary>
public sealed class ReportExporter(EngineEnvironment environment)
{
    private const int TellEvery = 1 << 16;

    private readonly MigrationEngine _engine = new(environment);

    /// <summary>
    /// Writes a report. Files appear under their names only when all of them are whole. Memory does not grow with the number of
    /// objects; time does, some minutes at a hundred million.
    /// </summary>
    /// <returns>The full paths of the files, with Csv the total first.</returns>
    /// <exception cref="JobStateException">There is no such job, or it has no report of that run; the manifest is damaged.</exception>
    /// <exception cref="RefusedException">ReportFileExists; ReportListsReplaced: the lists of an older run are asked for.</exception>
    /// <exception cref="IOException">The disk is full, read-only, or not allowed.</exception>
    public async Task<IReadOnlyList<string>> ExportAsync(ReportRequest request, IRunListener listener, CancellationToken cancellationToken)
    {
        JobFolder folder = new(environment.Home, request.JobName);
        using JournalReader journal = folder.Read();
        ReportFacts facts = ReportFacts.Read(_engine, journal, request.JobName, request.Run, environment.Time.GetUtcNow());
        RefuseLists(request, facts);
        using PendingFiles files = new(request.Files, request.Replace);
        try
        {
            await WriteAsync(request.Format, facts, files, Walk(new ObjectRows(folder, journal), facts, listener, cancellationToken), journal).ConfigureAwait(false);
        }
        catch (ManifestException exception)
        {
            throw new JobStateException(
                JobStateError.Damaged, request.JobName,
                folder.IsLocked()
                    ? $"The manifest of job '{request.JobName}' was replaced by its run meanwhile; export the report again. {exception.Message}"
                    : $"The manifest of job '{request.JobName}' is damaged: {exception.Message}",
                exception);
        }

        return files.Commit();
    }

    private async Task WriteAsync(ReportFormat format, ReportFacts facts, PendingFiles files, IAsyncEnumerable<ObjectRow> rows, JournalReader journal)
    {
        if (facts.IsOfOneRun && format != ReportFormat.Csv)
            rows = ItemsOf(facts.Report.Run, journal);
        switch (format)
        {
            case ReportFormat.Csv:
                await using (ObjectLists lists = new(facts.Job, await KeysOfAsync(facts.Job).ConfigureAwait(false), files.Streams))
                {
                    await foreach (ObjectRow row in rows.ConfigureAwait(false))
                        lists.Write(row);
                }

                break;
            case ReportFormat.Json:
                await using (JsonReport json = new(files.Streams[0], facts))
                    await json.WriteAsync(rows).ConfigureAwait(false);
                break;
            default:
                await foreach (ObjectRow row in rows.ConfigureAwait(false))
                    Count(facts, row);
                await HtmlReport.WriteAsync(facts, files.Streams[0]).ConfigureAwait(false);
                break;
        }
    }

    /// <summary>Counts a row; of one run only what is exceptional is known.</summary>
    internal static void Count(ReportFacts facts, ObjectRow row)
    {
        if (!facts.IsOfOneRun)
            facts.Tally.Add(row);
        else if (row.Item is { } item)
            facts.Tally.Add(item);
    }

#pragma warning disable CS1998 // the journal answers at once
    private static async IAsyncEnumerable<ObjectRow> ItemsOf(int run, JournalReader journal)
#pragma warning restore CS1998
    {
        foreach (MigrationItem item in journal.Items(run, state: null))
            yield return new ObjectRow(item.Key, run, Settled: null, item);
    }

    private static async IAsyncEnumerable<ObjectRow> Walk(
        ObjectRows rows, ReportFacts facts, IRunListener listener, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ObjectCount done = default;
        await foreach (ObjectRow row in rows.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            yield return row;
            done = done.Plus(row.Size);
            if (done.Objects % TellEvery != 0)
                continue;
            cancellationToken.ThrowIfCancellationRequested();
            listener.OnProgress(new ProgressSnapshot { JobName = facts.Job.Name, Activity = "Exporting", Listed = facts.Report.Listed, Done = done, ListingComplete = true });
        }
    }

    private static void RefuseLists(ReportRequest request, ReportFacts facts)
    {
        if (request.Format != ReportFormat.Csv || request.Run is null || facts.Reports.All(report => report.Scope != RunScope.Everything || report.Run <= facts.Report.Run))
            return;
        throw new RefusedException(
            "ReportListsReplaced",
            $"The job keeps the objects of its last run over everything, which has taken the place of those of run {request.Run}.",
            "Leave out -Run for the lists as they stand; Get-MigrationItem -Run gives what an older run left behind.");
    }

    // The destination tells what it holds without being asked anything.
    private async Task<KeyEncoding?> KeysOfAsync(MigrationJob job)
    {
        if (job.InvalidKeyAction != InvalidKeyAction.Encode)
            return null;
        await using PrefixStore destination = new(environment.Stores.OpenDestination(job.Destination, new StoreOpenOptions()), job.Destination.Prefix);
        return new KeyEncoding(destination.Limits);
    }
}
