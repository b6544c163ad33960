using System.Management.Automation;
using OssMigration.Core.Jobs;
using OssMigration.Core.RemoteState;
using OssMigration.Core.Reporting;
using OssMigration.Core.Stores;
using OssMigration.Credentials;
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
/// <example>
/// See where a job stands that other machines run
/// <code>Get-MigrationJob photos -StateUri $state</code>
/// By its newest snapshot. Nothing of it stays on this machine.
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

    /// <summary>Looks at the newest snapshot of the named jobs at this place (an address, or its URI) in place of this machine: see Start-OssMigration -StateUri.</summary>
    [Parameter]
    [StoreAddress]
    [ArgumentCompleter(typeof(AddressCompleter))]
    [ValidateNotNull]
    public StoreAddress? StateUri { get; set; }

    /// <inheritdoc/>
    private protected override object? ErrorTarget => StateUri;

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

            if (StateUri is not null)
                throw new ArgumentException("With -StateUri jobs are named in full.");
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
            WriteObject(new MigrationJobInfo(StateUri is null ? Engine.GetJob(name) : Look(name, StateUri)));
        }
        catch (JobStateException e)
        {
            WriteError(Errors.From(e, name));
        }
    }

    private static JobStatus Look(string name, StoreAddress place) => Task.Run(() => Engine.GetJobAsync(
        name, new StateLocation(place, CredentialVault.For(place, given: null, nameof(StateUri))), SilentListener.Instance, CancellationToken.None)).GetAwaiter().GetResult();
}
