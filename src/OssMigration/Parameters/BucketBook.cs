using System.Collections;
using System.Collections.Concurrent;
using System.Management.Automation;
using OssMigration.Core.Stores;
using OssMigration.Credentials;
using OssMigration.Stores;

namespace OssMigration.Parameters;

/// <summary>
/// Buckets for completion. A service is asked for them only where a question mark stands at the end of what is typed (<c>s3://?</c>,
/// <c>oss://photos?</c>), by the endpoint, region and keys that are typed already, and at most three seconds. What it named is
/// offered for the rest of the session without asking.
/// </summary>
internal static class BucketBook
{
    private const char Question = '?';

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);
    private static readonly ConcurrentDictionary<string, string> Known = new(StringComparer.Ordinal);

    /// <summary>The addresses of all buckets that services have named, each with whose it is.</summary>
    public static IEnumerable<(string Text, string Meaning)> Find() => Known.OrderBy(one => one.Key, StringComparer.Ordinal).Select(one => (one.Key, one.Value));

    /// <summary>What is typed without the question.</summary>
    public static string WithoutQuestion(string typed) => typed.TrimEnd(Question);

    /// <summary>Asks the service where what is typed is a question.</summary>
    /// <param name="typed">What is typed of the address.</param>
    /// <param name="given">The parameters that are typed already.</param>
    public static void Ask(string typed, IDictionary given)
    {
        string scheme = typed.Split("://")[0];
        if (!typed.EndsWith(Question) || scheme is not ("s3" or "oss"))
            return;
        StoreAddress service = Service(scheme, given);
        StoreOpenOptions options = new() { Credential = CredentialVault.For(service, given["Credential"] as PSCredential, "Credential"), MaxConnections = 1 };
        using CancellationTokenSource patience = new(Patience);
        IReadOnlyList<string> buckets = Task.Run(() => AccountBuckets.ListAsync(service, options, patience.Token)).GetAwaiter().GetResult();
        foreach (string bucket in buckets)
            Known[$"{scheme}://{bucket}/"] = $"A bucket of {service.Endpoint?.Authority ?? scheme.ToUpperInvariant()}";
    }

    private static StoreAddress Service(string scheme, IDictionary given) => new()
    {
        Scheme = scheme,
        Bucket = "",
        Endpoint = given["Endpoint"] as Uri ?? (Uri.TryCreate(Text(given, "Endpoint"), UriKind.Absolute, out Uri? endpoint) ? endpoint : null),
        Region = Text(given, "Region"),
        AllowInsecureEndpoint = given.Contains("AllowInsecureEndpoint"),
        Credential = Reference(given),
    };

    private static CredentialReference Reference(IDictionary given)
    {
        if (Text(given, "ProfileName") is { } profile)
            return new CredentialReference(CredentialKind.Profile, profile);
        if (Text(given, "EnvironmentPrefix") is { } prefix)
            return new CredentialReference(CredentialKind.Environment, prefix);
        return Text(given, "SecretName") is { } secret ? new CredentialReference(CredentialKind.Secret, secret, Text(given, "VaultName")) : CredentialReference.Default;
    }

    private static string? Text(IDictionary given, string parameter) => given[parameter]?.ToString() is { Length: > 0 } text ? text : null;
}
