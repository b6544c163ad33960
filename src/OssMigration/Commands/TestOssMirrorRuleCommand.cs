using System.Management.Automation;
using OssMigration.Core.Jobs;
using OssMigration.Core.Mirroring;
using OssMigration.Core.Stores;
using OssMigration.Credentials;
using OssMigration.Parameters;
using OssMigration.Pipeline;

namespace OssMigration.Commands;

/// <summary>
/// Proves the mirroring rules of a bucket: an object that is only at the source is fetched through OSS, by GET and, where the rule
/// allows it, by HEAD, and its bytes are held against the source's. Gives true or false, with the reason as a warning. OSS keeps
/// the object that it fetched, as it would for a reader.
/// </summary>
/// <example>
/// Prove a rule by fetching something
/// <code>Test-OssMirrorRule photos -CreateProbe</code>
/// True or false, with the reason as a warning.
/// </example>
/// <example>
/// Fetch one object
/// <code>Test-OssMirrorRule photos -Key raw/late.txt</code>
/// </example>
/// <example>
/// See all that was found
/// <code>Test-OssMirrorRule photos -CreateProbe -Detailed</code>
/// </example>
[Cmdlet(VerbsDiagnostic.Test, "OssMirrorRule", DefaultParameterSetName = JobSet)]
[OutputType(typeof(bool), typeof(MirrorTest))]
public sealed class TestOssMirrorRuleCommand : MirrorRuleCommand
{
    /// <summary>The source, or its URI.</summary>
    [Parameter(Mandatory = true, ParameterSetName = DestinationSet)]
    [StoreAddress]
    [ArgumentCompleter(typeof(AddressCompleter))]
    [ValidateNotNull]
    public StoreAddress Source { get; set; } = null!;

    /// <summary>The key to fetch, after the prefixes of the addresses. Default: a small object that is only at the source is looked for.</summary>
    [Parameter(Position = 1)]
    [ValidateNotNullOrEmpty]
    public string? Key { get; set; }

    /// <summary>
    /// Where no object is only at the source, puts a small one there (which needs the right to write), and removes it at both ends
    /// afterwards.
    /// </summary>
    [Parameter]
    public SwitchParameter CreateProbe { get; set; }

    /// <summary>Gives all that was found instead of true or false.</summary>
    [Parameter]
    public SwitchParameter Detailed { get; set; }

    /// <summary>Keys of the source, where they were given by hand in another session.</summary>
    [Parameter]
    [Credential]
    public PSCredential? SourceCredential { get; set; }

    /// <inheritdoc/>
    private protected override void Process()
    {
        MigrationJob? job = FindJob();
        StoreAddress source = job?.Source ?? Source, destination = job?.Destination ?? Destination;
        MirrorTestRequest request = new()
        {
            Source = source,
            Destination = destination,
            Key = Key,
            KeyPrefix = job?.Filter.Prefix ?? "",
            CreateProbe = CreateProbe,
            Credentials = CredentialVault.For(source, SourceCredential, destination, DestinationCredential),
        };
        Run(async (queue, cancellationToken) =>
        {
            MirrorTest test = await new MirrorTester(EngineEnvironment).TestAsync(request, new CommandListener(queue, maximumErrors: 0), cancellationToken).ConfigureAwait(false);
            if (Detailed)
            {
                await queue.OutputAsync(test, cancellationToken).ConfigureAwait(false);
                return;
            }

            if (!test.Succeeded)
                queue.Post(command => command.WriteWarning(Views.Display.Text($"{destination}: {test.Cause}. {$"{test.Message} {test.Advice}".TrimEnd()}{(test.Key is null ? "" : $" Key: {test.Key}")}")));
            else
                queue.Post(command => command.WriteVerbose(Views.Display.Text(test.Message)));
            await queue.OutputAsync(test.Succeeded, cancellationToken).ConfigureAwait(false);
        });
    }
}
