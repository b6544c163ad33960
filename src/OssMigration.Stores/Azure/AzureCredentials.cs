using Azure.Core;
using Azure.Identity;
using OssMigration.Core.Stores;

namespace OssMigration.Stores.Azure;

/// <summary>
/// Keys of Azure by reference. The chain: AZURE_STORAGE_KEY, AZURE_STORAGE_SAS_TOKEN (the names of the Azure command line), then a token by
/// DefaultAzureCredential: AZURE_CLIENT_ID and its companions, workload identity, managed identity, and who is logged in by az or Az.
/// </summary>
internal static class AzureCredentials
{
    private static readonly TokenRequestContext Storage = new(["https://storage.azure.com/.default"]);

    /// <summary>Makes the provider of an address. Nothing is read yet.</summary>
    /// <param name="address">The address.</param>
    /// <param name="environment">Reads an environment variable.</param>
    /// <param name="time">The clock of expiry.</param>
    /// <param name="identity">Gives tokens; null for DefaultAzureCredential.</param>
    public static ICredentialProvider Create(StoreAddress address, Func<string, string?> environment, TimeProvider time, Func<TokenCredential>? identity = null)
    {
        string account = address.Bucket.Split('/')[0];
        string store = $"azblob://{address.Bucket}";
        return address.Credential.Kind switch
        {
            CredentialKind.Anonymous => new FixedCredentialProvider(null),
            CredentialKind.Environment => new CachedCredentials(time, _ => new(new LeasedCredential(FromPrefix(address.Credential.Name ?? "AZURE", store, environment), null))),
            CredentialKind.Default => Chain(account, store, environment, time, identity ?? MakeIdentity),
            CredentialKind.Profile => new CachedCredentials(time, _ => throw None(store, "Azure has no profiles.", null)),
            _ => new CachedCredentials(time, _ => throw None(store, "The keys of this address were given by hand in another process; give them again.", null)),
        };
    }

    private static CachedCredentials Chain(string account, string store, Func<string, string?> environment, TimeProvider time, Func<TokenCredential> identity)
    {
        Lazy<TokenCredential> tokens = new(identity);
        return new CachedCredentials(time, async cancellationToken =>
        {
            if ((Text("AZURE_STORAGE_KEY") ?? Text("AZURE_STORAGE_SAS_TOKEN")) is { } secret)
                return new LeasedCredential(new StoreCredential(account, secret), null);
            try
            {
                AccessToken token = await tokens.Value.GetTokenAsync(Storage, cancellationToken).ConfigureAwait(false);
                return new LeasedCredential(new StoreCredential(account, "", token.Token), token.ExpiresOn);
            }
            catch (AuthenticationFailedException error)
            {
                throw None(store, $"No keys for Azure. Looked at: AZURE_STORAGE_KEY, AZURE_STORAGE_SAS_TOKEN; {error.Message.Split('\n')[0].Trim()}", error);
            }
        });

        string? Text(string name) => environment(name) is { Length: > 0 } value ? value : null;
    }

    // Those of editors and browsers are for a person at work in one.
    private static DefaultAzureCredential MakeIdentity() => new(new DefaultAzureCredentialOptions
    {
        ExcludeVisualStudioCredential = true,
        ExcludeVisualStudioCodeCredential = true,
        ExcludeInteractiveBrowserCredential = true,
        ExcludeAzureDeveloperCliCredential = true,
        ExcludeBrokerCredential = true,
    });

    private static StoreCredential FromPrefix(string prefix, string store, Func<string, string?> environment)
    {
        string? id = environment($"{prefix}_ACCESS_KEY_ID");
        string? secret = environment($"{prefix}_ACCESS_KEY_SECRET");
        string? token = environment($"{prefix}_SECURITY_TOKEN");
        return string.IsNullOrEmpty(secret) && string.IsNullOrEmpty(token)
            ? throw None(store, $"Neither {prefix}_ACCESS_KEY_SECRET (an account key or a shared access signature) nor {prefix}_SECURITY_TOKEN (a token) is set.", null)
            : new StoreCredential(id ?? "", secret ?? "", string.IsNullOrEmpty(token) ? null : token);
    }

    private static StoreException None(string store, string message, Exception? inner) => new(StoreErrorKind.Credential, store, message, inner);
}
