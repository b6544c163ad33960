using OssMigration.Core.Stores;

namespace OssMigration.Stores.Oss;

/// <summary>The places where keys of OSS are looked for.</summary>
/// <param name="Environment">Reads an environment variable; null where it is not set.</param>
/// <param name="HomeFolder">The folder that holds <c>.aliyun/config.json</c> and <c>.ossutilconfig</c>.</param>
/// <param name="Time">The clock of expiry.</param>
/// <param name="MetadataHandler">Sends to the metadata service of a virtual machine; null for sockets.</param>
internal sealed record OssCredentialSources(
    Func<string, string?> Environment, string HomeFolder, TimeProvider Time, HttpMessageHandler? MetadataHandler = null)
{
    /// <summary>The environment and home folder of this process.</summary>
    public static OssCredentialSources ForThisProcess(TimeProvider time) => new(
        System.Environment.GetEnvironmentVariable,
        System.Environment.GetFolderPath(System.Environment.SpecialFolder.UserProfile),
        time);
}

/// <summary>
/// Keys of OSS by reference. The chain: environment (OSS_ACCESS_KEY_ID, then ALIBABA_CLOUD_ACCESS_KEY_ID), the profile of
/// the aliyun command line, the configuration of ossutil, the RAM role of the machine. The last is asked only where
/// ALIBABA_CLOUD_ECS_METADATA names the role.
/// </summary>
internal static class OssCredentials
{
    private const string RoleVariable = "ALIBABA_CLOUD_ECS_METADATA";
    private const string ProfileVariable = "ALIBABA_CLOUD_PROFILE";

    /// <summary>Makes the provider of a reference. Nothing is read yet.</summary>
    public static ICredentialProvider Create(CredentialReference reference, string store, OssCredentialSources sources) => reference.Kind switch
    {
        CredentialKind.Anonymous => new FixedCredentialProvider(null),
        CredentialKind.Environment => new CachedCredentials(sources.Time, _ => FromPrefix(reference.Name ?? "OSS", store, sources)),
        CredentialKind.Profile => new CachedCredentials(sources.Time, _ => FromProfile(reference.Name, store, sources)),
        CredentialKind.Default => new CachedCredentials(sources.Time, cancellationToken => FromChainAsync(store, sources, cancellationToken)),
        _ => new CachedCredentials(sources.Time, _ => throw None(store, "The keys of this address were given by hand in another process; give them again.")),
    };

    private static ValueTask<LeasedCredential> FromPrefix(string prefix, string store, OssCredentialSources sources) =>
        FromEnvironment(prefix, sources) is { } credential
            ? new(new LeasedCredential(credential, null))
            : throw None(store, $"The environment variables {prefix}_ACCESS_KEY_ID and {prefix}_ACCESS_KEY_SECRET are not both set.");

    private static ValueTask<LeasedCredential> FromProfile(string? name, string store, OssCredentialSources sources)
    {
        (StoreCredential? credential, string looked) = AliyunProfiles.Find(sources.HomeFolder, name);
        if (credential is null)
            (credential, looked) = (OssutilConfig.Find(sources.HomeFolder, name), $"{looked}; {OssutilConfig.Describe(name)}");
        return credential is not null
            ? new(new LeasedCredential(credential, null))
            : throw None(store, $"No keys of profile '{name}'. Looked at: {looked}.");
    }

    private static async ValueTask<LeasedCredential> FromChainAsync(string store, OssCredentialSources sources, CancellationToken cancellationToken)
    {
        if ((FromEnvironment("OSS", sources) ?? FromEnvironment("ALIBABA_CLOUD", sources)) is { } variables)
            return new LeasedCredential(variables, null);
        (StoreCredential? profile, string looked) = AliyunProfiles.Find(sources.HomeFolder, sources.Environment(ProfileVariable));
        if ((profile ?? OssutilConfig.Find(sources.HomeFolder, null)) is { } file)
            return new LeasedCredential(file, null);
        if (sources.Environment(RoleVariable) is { Length: > 0 } role)
            return await EcsRole.FetchAsync(role, store, sources, cancellationToken).ConfigureAwait(false);
        throw None(
            store,
            $"No keys for OSS. Looked at: OSS_ACCESS_KEY_ID, ALIBABA_CLOUD_ACCESS_KEY_ID; {looked}; {OssutilConfig.Describe(null)}; {RoleVariable} names no role.");
    }

    private static StoreCredential? FromEnvironment(string prefix, OssCredentialSources sources)
    {
        string? id = sources.Environment($"{prefix}_ACCESS_KEY_ID");
        string? secret = sources.Environment($"{prefix}_ACCESS_KEY_SECRET");
        if (string.IsNullOrEmpty(id) || string.IsNullOrEmpty(secret))
            return null;
        // OSS clients say session token, the rest of the vendor security token.
        string? token = sources.Environment($"{prefix}_SECURITY_TOKEN") is { Length: > 0 } security
            ? security
            : sources.Environment($"{prefix}_SESSION_TOKEN");
        return new StoreCredential(id, secret, string.IsNullOrEmpty(token) ? null : token);
    }

    private static StoreException None(string store, string message) => new(StoreErrorKind.Credential, store, message);
}
