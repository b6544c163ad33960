using System.Management.Automation;
using System.Runtime.CompilerServices;
using OssMigration.Core.Reporting.Export;
using OssMigration.Pipeline;

namespace OssMigration.Commands;

/// <summary>
/// Writes a report of a job as a page to look at (Html), as four lists for a spreadsheet (Csv), or as a document for programs (Json). It
/// reads the job's journal and manifest only; nothing is sent.
/// </summary>
/// <example>
/// Make a page that shows where the move stands
/// <code>Export-MigrationReport photos photos.html</code>
/// One file without scripts or anything from elsewhere: mail it, print it, open it where there is no network.
/// </example>
/// <example>
/// Give others the objects themselves, for a spreadsheet
/// <code>Export-MigrationReport photos photos.csv -PassThru | ForEach-Object Name</code>
/// Writes photos_total_list.csv, photos_completed_list.csv, photos_skipped_list.csv and photos_failed_list.csv. No cell is a formula, whatever the keys are.
/// </example>
/// <example>
/// Replace the document that a dashboard reads
/// <code>Export-MigrationReport photos photos.json -Force</code>
/// Its schema is in the module's folder: schemas/migration-report.schema.json. The file is replaced in one go.
/// </example>
/// <example>
/// A page for every job, in a folder
/// <code>Get-MigrationJob | Export-MigrationReport -Path $folder -Force</code>
/// Each is named like its job.
/// </example>
/// <example>
/// See what one run did
/// <code>Export-MigrationReport photos first-run.html -Run 1</code>
/// </example>
[Cmdlet(VerbsData.Export, "MigrationReport", SupportsShouldProcess = true)]
[OutputType(typeof(FileInfo))]
public sealed class ExportMigrationReportCommand : AsyncJobCommand
{
    // Boxed, because a field of an enum of the engine would have to be resolved before the module is imported.
    private readonly StrongBox<ReportFormat?> _format = new();

    /// <summary>
    /// The file to write, taken literally; of a folder that exists a file in it, named like the job. With Csv the four lists are named from it:
    /// photos.csv gives photos_total_list.csv, photos_completed_list.csv, photos_skipped_list.csv and photos_failed_list.csv.
    /// </summary>
    [Parameter(Mandatory = true, Position = 1)]
    [Alias("LiteralPath", "FilePath")]
    [ValidateNotNullOrEmpty]
    public string Path { get; set; } = "";

    /// <summary>
    /// What is written. Default: by the ending of the path, .html, .htm, .csv or .json; Html in a folder. The lists of Csv have one row an object: total has every
    /// object that the job knows of, completed those that it wrote and proved, skipped those that were there already, failed the others. Objects that -Overwrite
    /// Never or IfNewer left alone are counted in reports, but kept in no list.
    /// </summary>
    [Parameter]
    public ReportFormat? Format
    {
        get => _format.Value;
        set => _format.Value = value;
    }

    /// <summary>
    /// The run to report. Default: the job as it stands, which is its last run over everything and what came after it. With Csv only a run that no later run over
    /// everything has followed.
    /// </summary>
    [Parameter]
    [ValidateRange(1, int.MaxValue)]
    public new int? Run { get; set; }

    /// <summary>Replaces files that are there.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <summary>Gives the files that were written.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <inheritdoc/>
    private protected override bool ErrorsTerminate => !MyInvocation.ExpectingInput;

    /// <inheritdoc/>
    private protected override void Process()
    {
        ReportRequest request = MakeRequest();
        if (!ShouldProcess(string.Join(", ", request.Files), $"Write the {request.Format} report of job '{Job}'"))
            return;
        base.Run(async (queue, cancellationToken) =>
        {
            IReadOnlyList<string> files = await new ReportExporter(EngineEnvironment).ExportAsync(request, new CommandListener(queue, maximumErrors: 0), cancellationToken).ConfigureAwait(false);
            foreach (string file in PassThru ? files : [])
                await queue.OutputAsync(new FileInfo(file), cancellationToken).ConfigureAwait(false);
        });
    }

    private ReportRequest MakeRequest()
    {
        string path = SessionState.Path.GetUnresolvedProviderPathFromPSPath(Path, out ProviderInfo provider, out _);
        if (provider.Name != "FileSystem")
            throw new ArgumentException($"A report is written to a file; '{Path}' is a path of {provider.Name}.");
        bool isFolder = Directory.Exists(path);
        ReportFormat format = Format ?? (isFolder ? ReportFormat.Html : FormatOf(path));
        return new ReportRequest
        {
            JobName = Job,
            Path = isFolder ? System.IO.Path.Combine(path, $"{Job}.{format.ToString().ToLowerInvariant()}") : path,
            Format = format,
            Run = Run,
            Replace = Force,
        };
    }

    private static ReportFormat FormatOf(string path) => System.IO.Path.GetExtension(path).ToLowerInvariant() switch
    {
        ".html" or ".htm" => ReportFormat.Html,
        ".csv" => ReportFormat.Csv,
        ".json" => ReportFormat.Json,
        _ => throw new ArgumentException($"The ending of '{path}' does not say what to write: give .html, .csv or .json, or -Format."),
    };
}
