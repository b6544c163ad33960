using System.Management.Automation;
using System.Runtime.CompilerServices;
using OssMigration.Core.Jobs;
using OssMigration.Core.Stores;
using OssMigration.Credentials;
using OssMigration.Parameters;
using OssMigration.Pipeline;

namespace OssMigration.Commands;

/// <summary>
/// Finds out whether an address can be used: what is reachable, which rights are there, what is missing, and what the configuration of a
/// destination would do to the objects: its storage class, versioning, lifecycle and mirroring rules. Gives true or false, with the reasons
/// as warnings. Writes nothing that stays.
/// </summary>
/// <example>
/// Check both ends
/// <code>$source, $destination | Test-MigrationAddress</code>
/// True or false, with the reasons as warnings.
/// </example>
/// <example>
/// See all that was found
/// <code>Test-MigrationAddress $destination -Detailed</code>
/// </example>
/// <example>
/// End a script that cannot work
/// <code>
/// if (-not (Test-MigrationAddress $source -As Source)) {
///     exit 1
/// }
/// </code>
/// </example>
[Cmdlet(VerbsDiagnostic.Test, "MigrationAddress")]
[OutputType(typeof(bool), typeof(AddressCheck))]
public sealed class TestMigrationAddressCommand : AsyncMigrationCommand
{
    // Boxed, because a field of an enum of the engine would have to be resolved before the module is imported.
    private readonly StrongBox<AddressRole?> _as = new();

    /// <summary>The address, or its URI.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true)]
    [StoreAddress]
    [ArgumentCompleter(typeof(AddressCompleter))]
    [ValidateNotNull]
    public StoreAddress Address { get; set; } = null!;

    /// <summary>The role it is to play. Default: Destination for oss, else Source.</summary>
    [Parameter]
    public AddressRole? As
    {
        get => _as.Value;
        set => _as.Value = value;
    }

    /// <summary>Keys, where the address's own were given in another session.</summary>
    [Parameter]
    [Credential]
    public PSCredential? Credential { get; set; }

    /// <summary>Gives all that was found instead of true or false.</summary>
    [Parameter]
    public SwitchParameter Detailed { get; set; }

    /// <inheritdoc/>
    private protected override object ErrorTarget => Address;

    /// <inheritdoc/>
    private protected override bool ErrorsTerminate => !MyInvocation.ExpectingInput;

    /// <inheritdoc/>
    private protected override void Process()
    {
        AddressRole role = As ?? (Address.Scheme == "oss" ? AddressRole.Destination : AddressRole.Source);
        ICredentialProvider? keys = CredentialVault.For(Address, Credential, nameof(Credential));
        Run(async (queue, cancellationToken) =>
        {
            AddressCheck check = await Engine.CheckAddressAsync(Address, role, keys, cancellationToken).ConfigureAwait(false);
            if (Detailed)
            {
                await queue.OutputAsync(check, cancellationToken).ConfigureAwait(false);
                return;
            }

            foreach (string sentence in check.Problems.Concat(check.Warnings))
                queue.Post(command => command.WriteWarning(Views.Display.Text($"{Address}: {sentence}")));
            await queue.OutputAsync(check.IsUsable, cancellationToken).ConfigureAwait(false);
        });
    }
}
