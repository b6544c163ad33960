using Amazon.Runtime;
using Amazon.Runtime.CredentialManagement;
using Amazon.Runtime.Credentials;
using OssMigration.Core.Stores;

namespace OssMigration.Stores.S3;

/// <summary>Keys of S3 by reference. Chain and profiles are those of the AWS SDK, so that they are where users know them.</summary>
internal static class S3Credentials
{
    /// <summary>Makes the provider of a reference. Nothing is read yet.</summary>
    /// <param name="reference">The reference of the address.</param>
    /// <param name="store">The store's display name.</param>
    /// <param name="environment">Reads an environment variable.</param>
    /// <param name="time">The clock of what is kept.</param>
    public static ICredentialProvider Create(CredentialReference reference, string store, Func<string, string?> environment, TimeProvider time) => reference.Kind switch
    {
        CredentialKind.Anonymous => new FixedCredentialProvider(null),
        CredentialKind.Environment => new CachedCredentials(time, _ => new(new LeasedCredential(FromEnvironment(reference.Name ?? "AWS", store, environment), null))),
        CredentialKind.Profile => new S3SdkCredentials(store, () => FromProfile(reference.Name ?? "default", store)),
        CredentialKind.Default => new S3SdkCredentials(store, () => DefaultAWSCredentialsIdentityResolver.GetCredentials()),
        _ => new S3SdkCredentials(store, () => throw None(store, "The keys of this address were given by hand in another process; give them again.", null)),
    };

    /// <summary>The error where no keys are to be had.</summary>
    public static StoreException None(string store, string message, Exception? inner) => new(StoreErrorKind.Credential, store, message, inner);

    private static AWSCredentials FromProfile(string name, string store)
    {
        CredentialProfileStoreChain files = new();
        return files.TryGetAWSCredentials(name, out AWSCredentials credentials)
            ? credentials
            : throw None(store, $"There are no keys of a profile '{name}' in the AWS credential files.", null);
    }

    private static StoreCredential FromEnvironment(string prefix, string store, Func<string, string?> environment)
    {
        string? id = Read("ACCESS_KEY_ID");
        // AWS calls the second and third by other names than the rest of the house does.
        string? secret = Read("ACCESS_KEY_SECRET") ?? Read("SECRET_ACCESS_KEY");
        string? token = Read("SECURITY_TOKEN") ?? Read("SESSION_TOKEN");
        return id is null || secret is null
            ? throw None(store, $"The environment variables {prefix}_ACCESS_KEY_ID and {prefix}_ACCESS_KEY_SECRET are not both set.", null)
            : new StoreCredential(id, secret, token);

        string? Read(string name) => environment($"{prefix}_{name}") is { Length: > 0 } value ? value : null;
    }
}

/// <summary>Keys that the AWS SDK finds and renews.</summary>
internal sealed class S3SdkCredentials(string store, Func<AWSCredentials> find) : ICredentialProvider
{
    private const string Looked = "Looked at: AWS_ACCESS_KEY_ID, the AWS credential files, web identity, container and instance role";

    private readonly object _gate = new();
    private AWSCredentials? _found;
    private ImmutableCredentials? _last;
    private StoreCredential? _credential;

    /// <inheritdoc/>
    public async ValueTask<StoreCredential?> GetAsync(bool refresh, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        try
        {
            AWSCredentials found = Find();
            if (refresh && found is RefreshingAWSCredentials renewable)
                renewable.ClearCredentials();
            return Convert(await found.GetCredentialsAsync().ConfigureAwait(false));
        }
        catch (Exception error) when (error is AmazonClientException or AmazonServiceException or IOException or InvalidOperationException or HttpRequestException)
        {
            throw S3Credentials.None(store, $"No keys for S3. {Looked}.", error);
        }
    }

    private AWSCredentials Find()
    {
        lock (_gate)
            return _found ??= find();
    }

    // The SDK gives the same object as long as the keys are the same.
    private StoreCredential Convert(ImmutableCredentials keys)
    {
        lock (_gate)
        {
            if (!ReferenceEquals(keys, _last) || _credential is null)
            {
                _last = keys;
                _credential = new StoreCredential(keys.AccessKey, keys.SecretKey, string.IsNullOrEmpty(keys.Token) ? null : keys.Token);
            }

            return _credential;
        }
    }
}
