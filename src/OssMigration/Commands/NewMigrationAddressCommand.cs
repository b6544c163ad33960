using System.Management.Automation;
using System.Net;
using System.Runtime.CompilerServices;
using OssMigration.Core.Stores;
using OssMigration.Pipeline;
using OssMigration.Stores;

namespace OssMigration.Commands;

/// <summary>
/// Makes the address of one end of a migration. Nothing is sent. Keys given as -Credential stay in this process; the
/// address holds the key id only.
/// </summary>
[Cmdlet(VerbsCommon.New, "MigrationAddress", DefaultParameterSetName = DefaultSet)]
[OutputType(typeof(StoreAddress))]
public sealed class NewMigrationAddressCommand : MigrationCommand
{
    private const string DefaultSet = "Default";

    // Boxed, because a field of an enum of the engine would have to be resolved before the module is imported.
    private readonly StrongBox<AddressingStyle> _addressingStyle = new();
    private readonly StrongBox<SignatureVersion> _signatureVersion = new();

    /// <summary><c>s3://bucket/prefix</c>, <c>oss://bucket/prefix</c> or <c>file:///folder</c>. Keys are taken literally.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    public string Uri { get; set; } = "";

    /// <summary>The service's endpoint, <c>https://host</c>; where left out, the vendor's own for the region.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    public Uri? Endpoint { get; set; }

    /// <summary>The region id, for example us-east-1 or cn-hangzhou.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    public string? Region { get; set; }

    /// <summary>How bucket and endpoint make a host. Default Auto.</summary>
    [Parameter]
    public AddressingStyle AddressingStyle
    {
        get => _addressingStyle.Value;
        set => _addressingStyle.Value = value;
    }

    /// <summary>Which signature is sent. Default V4.</summary>
    [Parameter]
    public SignatureVersion SignatureVersion
    {
        get => _signatureVersion.Value;
        set => _signatureVersion.Value = value;
    }

    /// <summary>Access key id as user name, secret as password.</summary>
    [Parameter(Mandatory = true, ParameterSetName = "Credential")]
    [Credential]
    public PSCredential? Credential { get; set; }

    /// <summary>The session token of temporary keys, with -Credential.</summary>
    [Parameter(ParameterSetName = "Credential")]
    public System.Security.SecureString? SecurityToken { get; set; }

    /// <summary>A named profile of the vendor's credential files.</summary>
    [Parameter(Mandatory = true, ParameterSetName = "Profile")]
    [ValidateNotNullOrEmpty]
    public string? ProfileName { get; set; }

    /// <summary>X where keys are in the environment variables X_ACCESS_KEY_ID, X_ACCESS_KEY_SECRET and X_SECURITY_TOKEN.</summary>
    [Parameter(Mandatory = true, ParameterSetName = "Environment")]
    [ValidatePattern("^[A-Za-z_][A-Za-z0-9_]*$")]
    public string? EnvironmentPrefix { get; set; }

    /// <summary>Sends unsigned requests, for public buckets.</summary>
    [Parameter(Mandatory = true, ParameterSetName = "Anonymous")]
    public SwitchParameter Anonymous { get; set; }

    /// <summary>Permits plain http to another machine. Whoever listens can read the data then.</summary>
    [Parameter]
    public SwitchParameter AllowInsecureEndpoint { get; set; }

    /// <inheritdoc/>
    private protected override object ErrorTarget => Uri;

    /// <inheritdoc/>
    private protected override bool ErrorsTerminate => !MyInvocation.ExpectingInput;

    /// <inheritdoc/>
    private protected override void Process()
    {
        // Also "localhost:9000" is a URI by the letter, of the scheme "localhost".
        if (Endpoint is not null && (!Endpoint.IsAbsoluteUri || Endpoint.Scheme is not ("http" or "https")))
            throw new ArgumentException($"The endpoint '{Endpoint.OriginalString}' begins with neither https:// nor http://.");
        StoreAddress address = StoreAddressParser.Parse(Uri) with
        {
            Endpoint = Endpoint,
            Region = Region,
            AddressingStyle = AddressingStyle,
            SignatureVersion = SignatureVersion,
            AllowInsecureEndpoint = AllowInsecureEndpoint,
            Credential = Reference(),
        };
        WriteObject(Credential is null ? address : CredentialVault.Keep(address, Credential, Plain(SecurityToken)));
    }

    private static string? Plain(System.Security.SecureString? secret) => secret is null ? null : new NetworkCredential("", secret).Password;

    private CredentialReference Reference()
    {
        if (ProfileName is not null)
            return new CredentialReference(CredentialKind.Profile, ProfileName);
        if (EnvironmentPrefix is not null)
            return new CredentialReference(CredentialKind.Environment, EnvironmentPrefix);
        return Anonymous ? new CredentialReference(CredentialKind.Anonymous) : CredentialReference.Default;
    }
}
