using System.Management.Automation;
using OssMigration.Core.Jobs;
using OssMigration.Parameters;
using OssMigration.Pipeline;
using OssMigration.Views;

namespace OssMigration.Commands;

/// <summary>Gives jobs with where they stand, by name.</summary>
/// <example>
/// See all jobs
/// <code>Get-MigrationJob</code>
/// </example>
/// <example>
/// See jobs by name
/// <code>Get-MigrationJob photos, 'scan*' | Out-Default</code>
/// * ? and [ ] stand for others; no job is no error then.
/// </example>
/// <example>
/// Go on with what was stopped
/// <code>Get-MigrationJob | Where-Object State -eq Stopped | Start-OssMigration</code>
/// </example>
[Cmdlet(VerbsCommon.Get, "MigrationJob")]
[OutputType(typeof(MigrationJobInfo))]
public sealed class GetMigrationJobCommand : MigrationCommand
{
    /// <summary>Names; * ? and [ ] stand for others. Default: all.</summary>
    [Parameter(Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(JobNameCompleter))]
    [SupportsWildcards]
    [ValidateNotNullOrEmpty]
    public string[] Name { get; set; } = ["*"];

    /// <inheritdoc/>
    private protected override bool ErrorsTerminate => false;

    /// <inheritdoc/>
    private protected override void Process()
    {
        foreach (string name in Name)
        {
            if (!WildcardPattern.ContainsWildcardCharacters(name))
            {
                WriteOne(name);
                continue;
            }

            WildcardPattern pattern = new(name, WildcardOptions.IgnoreCase);
            foreach (string match in Engine.GetJobNames().Where(pattern.IsMatch))
                WriteOne(match);
        }
    }

    // One job that cannot be read must not hide the others.
    private void WriteOne(string name)
    {
        try
        {
            WriteObject(new MigrationJobInfo(Engine.GetJob(name)));
        }
        catch (JobStateException e)
        {
            WriteError(Errors.From(e, name));
        }
    }
}
