using System.Management.Automation;
using System.Net;
using System.Runtime.CompilerServices;
using OssMigration.Core.Stores;
using OssMigration.Credentials;
using OssMigration.Parameters;
using OssMigration.Pipeline;
using OssMigration.Stores;
using OssMigration.Stores.S3.Providers;

namespace OssMigration.Commands;

/// <summary>
/// Makes the address of one end of a migration. Nothing is sent. Keys given as -Credential stay in this process; the
/// address holds the key id only.
/// </summary>
/// <example>
/// A bucket of S3, with the keys of a profile
/// <code>New-MigrationAddress s3://photos/raw/ -Region eu-central-1 -ProfileName migration</code>
/// </example>
/// <example>
/// A bucket of OSS, with keys given by hand
/// <code>$destination = New-MigrationAddress oss://photos-cn -Region cn-hangzhou -Credential (Get-Credential)</code>
/// The access key id is the user name. Nothing of it is stored; a later session gives it again.
/// </example>
/// <example>
/// A server that speaks S3
/// <code>New-MigrationAddress s3://photos -Endpoint https://storage.example.com -EnvironmentPrefix STORAGE</code>
/// Keys are in STORAGE_ACCESS_KEY_ID and STORAGE_ACCESS_KEY_SECRET.
/// </example>
/// <example>
/// Another provider of the S3 API
/// <code>New-MigrationAddress s3://photos-1250000000 -Provider TencentCOS -Region ap-guangzhou -ProfileName cos</code>
/// Endpoint, addressing, listing, checksums, storage classes and restores are those of the provider.
/// </example>
/// <example>
/// A container of Azure Blob Storage, with the identity of this machine or of whoever is logged in
/// <code>New-MigrationAddress azblob://photosaccount/photos</code>
/// An account key or a shared access signature goes in as the password of -Credential, with the account as user name.
/// </example>
/// <example>
/// A list of URLs
/// <code>New-MigrationAddress https://www.example.com/list.txt</code>
/// Two columns: what a URL begins with, and the rest of it, which is the key.
/// </example>
/// <example>
/// A folder
/// <code>New-MigrationAddress file:///data/photos</code>
/// </example>
/// <example>
/// Keys in a vault
/// <code>New-MigrationAddress oss://photos-cn -Region cn-hangzhou -SecretName oss-migration -VaultName Production</code>
/// Read when it is needed, in any session, where Microsoft.PowerShell.SecretManagement is installed. The job keeps the name only.
/// </example>
/// <example>
/// Temporary keys, fetched anew before they expire
/// <code>
/// New-MigrationAddress s3://photos -Region eu-central-1 -CredentialScript {
///     param($Role)
///     (Use-STSRole -RoleArn $Role -RoleSessionName migration).Credentials
/// } -ArgumentList arn:aws:iam::123456789012:role/migration
/// </code>
/// </example>
[Cmdlet(VerbsCommon.New, "MigrationAddress", DefaultParameterSetName = DefaultSet)]
[OutputType(typeof(StoreAddress))]
public sealed class NewMigrationAddressCommand : MigrationCommand
{
    private const string DefaultSet = "Default";

    // Boxed, because a field of an enum of the engine would have to be resolved before the module is imported.
    private readonly StrongBox<AddressingStyle> _addressingStyle = new();
    private readonly StrongBox<SignatureVersion> _signatureVersion = new();

    /// <summary>The address as a URI: <c>s3://bucket/prefix</c>, <c>oss://bucket/prefix</c>, <c>azblob://account/container/prefix</c>, <c>https://host/list.txt</c> or <c>file:///folder</c>. Keys are taken literally.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true, ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(AddressCompleter))]
    [ValidateNotNullOrEmpty]
    public string Uri { get; set; } = "";

    /// <summary>The service's endpoint, <c>https://host</c>; where left out, the vendor's own for the region.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    public Uri? Endpoint { get; set; }

    /// <summary>The region id, for example us-east-1 or cn-hangzhou.</summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(RegionCompleter))]
    [ValidateNotNullOrEmpty]
    public string? Region { get; set; }

    /// <summary>
    /// Whose S3 it is, for an address of s3: AWS, Ceph, GoogleCloudStorage, TencentCOS or Generic. Where left out, the endpoint's host tells where it is
    /// certain; about any other server what differs is found out (Generic).
    /// </summary>
    [Parameter(ValueFromPipelineByPropertyName = true)]
    [ArgumentCompleter(typeof(ProviderCompleter))]
    [ValidateNotNullOrEmpty]
    public string? Provider { get; set; }

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

    /// <summary>
    /// Access key id as user name, secret as password. Azure: the account as user name, an account key or a shared access signature as password.
    /// </summary>
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

    /// <summary>
    /// The name of a secret in a vault of Microsoft.PowerShell.SecretManagement: a PSCredential with the access key id as user name, or a table
    /// with AccessKeyId, SecretAccessKey and, for temporary keys, SessionToken. Read when keys are needed; the job keeps the name only.
    /// </summary>
    [Parameter(Mandatory = true, ParameterSetName = "Secret")]
    [ValidateNotNullOrEmpty]
    public string? SecretName { get; set; }

    /// <summary>The vault that holds the secret. Default: the default vault of this machine.</summary>
    [Parameter(ParameterSetName = "Secret")]
    [ValidateNotNullOrEmpty]
    public string? VaultName { get; set; }

    /// <summary>
    /// A script that gives keys: AccessKeyId, SecretAccessKey (or AccessKeySecret), SessionToken (or SecurityToken) and Expiration, as security
    /// token services answer, or a PSCredential; for Azure also Token and ExpiresOn, as Get-AzAccessToken -ResourceUrl
    /// https://storage.azure.com gives them, or a shared access signature as text. It is asked again five minutes before they end and where a store says that they have. It runs in
    /// a runspace of its own, where variables of your session are not there: give them with -ArgumentList. It is never stored; a later
    /// session makes the address again.
    /// </summary>
    [Parameter(Mandatory = true, ParameterSetName = "Script")]
    [ValidateNotNull]
    public ScriptBlock? CredentialScript { get; set; }

    /// <summary>What -CredentialScript gets as its arguments.</summary>
    [Parameter(ParameterSetName = "Script")]
    [AllowNull]
    [AllowEmptyCollection]
    public object?[]? ArgumentList { get; set; }

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
        if (Endpoint is not null && (Endpoint.UserInfo.Length > 0 || Endpoint.Query.Length > 0 || Endpoint.Fragment.Length > 0))
            throw new ArgumentException("The endpoint has a user, a query or a fragment. Give keys with -Credential, so that they are neither shown nor stored.");
        StoreAddress address = StoreAddressParser.Parse(Uri) with
        {
            Endpoint = Endpoint,
            Region = Region,
            Provider = Provider is null ? null : S3Providers.Find(Provider) ?? Provider,
            AddressingStyle = AddressingStyle,
            SignatureVersion = SignatureVersion,
            AllowInsecureEndpoint = AllowInsecureEndpoint,
            Credential = Reference(),
        };
        StoreAddressParser.CheckProvider(address);
        if (Credential is not null)
            address = CredentialVault.Keep(address, Credential, Plain(SecurityToken));
        else if (CredentialScript is not null)
            address = CredentialVault.Keep(address, CredentialScript, ArgumentList ?? []);
        AddressBook.Note(address);
        WriteObject(address);
    }

    private static string? Plain(System.Security.SecureString? secret) => secret is null ? null : new NetworkCredential("", secret).Password;

    private CredentialReference Reference()
    {
        if (ProfileName is not null)
            return new CredentialReference(CredentialKind.Profile, ProfileName);
        if (EnvironmentPrefix is not null)
            return new CredentialReference(CredentialKind.Environment, EnvironmentPrefix);
        if (SecretName is not null)
            return new CredentialReference(CredentialKind.Secret, SecretName, VaultName);
        return Anonymous ? new CredentialReference(CredentialKind.Anonymous) : CredentialReference.Default;
    }
}
