using System.Management.Automation;
using OssMigration.Core.Preparation;
using OssMigration.Core.Stores;
using OssMigration.Credentials;
using OssMigration.Parameters;
using OssMigration.Pipeline;

namespace OssMigration.Commands;

/// <summary>
/// Makes a bucket of OSS and gives its address. One's own bucket that is there already with these properties is left as it is, and
/// a warning says so; one with others is refused, never changed.
/// </summary>
/// <example>
/// Make the destination
/// <code>New-OssBucket $destination</code>
/// Where it is there already with these properties, a warning says so.
/// </example>
/// <example>
/// Make a bucket in several zones for rare reading
/// <code>$archive | New-OssBucket -StorageClass IA -Redundancy ZRS</code>
/// $archive is an address: New-MigrationAddress oss://photos-archive -Region cn-hangzhou
/// </example>
/// <example>
/// See what would be made
/// <code>New-OssBucket $archive -WhatIf</code>
/// </example>
[Cmdlet(VerbsCommon.New, "OssBucket", SupportsShouldProcess = true)]
[OutputType(typeof(StoreAddress))]
public sealed class NewOssBucketCommand : AsyncMigrationCommand
{
    /// <summary>The address, or its URI. The region, and so where the data lies, is the address's.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true)]
    [StoreAddress]
    [ArgumentCompleter(typeof(AddressCompleter))]
    [ValidateNotNull]
    public StoreAddress Address { get; set; } = null!;

    /// <summary>The class of objects that do not say their own. Default Standard.</summary>
    [Parameter]
    [ValidateSet("Standard", "IA", "Archive", "ColdArchive", "DeepColdArchive")]
    public string? StorageClass { get; set; }

    /// <summary>LRS: in one zone of the region; ZRS: in several. Default LRS.</summary>
    [Parameter]
    [ValidateSet("LRS", "ZRS")]
    public string? Redundancy { get; set; }

    /// <summary>Who may use it without keys. Default private: nobody.</summary>
    [Parameter]
    [ValidateSet(BucketMaker.PrivateAcl, "public-read", "public-read-write")]
    public string Acl { get; set; } = BucketMaker.PrivateAcl;

    /// <summary>Keys, where the address's own were given in another session.</summary>
    [Parameter]
    [Credential]
    public PSCredential? Credential { get; set; }

    /// <inheritdoc/>
    private protected override object ErrorTarget => Address;

    /// <inheritdoc/>
    private protected override bool ErrorsTerminate => !MyInvocation.ExpectingInput;

    /// <inheritdoc/>
    private protected override void Process()
    {
        BucketMaker.Check(Address);
        BucketCreation creation = new(StorageClass, Redundancy, Acl);
        foreach (string warning in BucketMaker.WarningsFor(creation))
            WriteWarning(warning);
        ICredentialProvider? keys = CredentialVault.For(Address, Credential, nameof(Credential));
        if (!ShouldProcess($"oss://{Address.Bucket}: {StorageClass ?? "Standard"}, {Redundancy ?? "LRS"}, {Acl}", "Make a bucket"))
            return;
        Run(async (queue, cancellationToken) =>
        {
            bool isNew = await new BucketMaker(EngineEnvironment)
                .MakeAsync(Address, creation, keys, new CommandListener(queue, 0), cancellationToken).ConfigureAwait(false);
            if (!isNew)
                queue.Post(command => command.WriteWarning($"oss://{Address.Bucket} was there already with these properties; nothing was changed."));
            await queue.OutputAsync(Address, cancellationToken).ConfigureAwait(false);
        });
    }
}
