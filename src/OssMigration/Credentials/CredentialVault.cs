using System.Collections.Concurrent;
using System.Management.Automation;
using OssMigration.Core.Jobs;
using OssMigration.Core.Stores;

namespace OssMigration.Credentials;

/// <summary>
/// Keys that were given by hand and scripts that give keys, in the memory of this process only. An address carries the key id at most;
/// the rest is found here by service, bucket and key id.
/// </summary>
internal static class CredentialVault
{
    private static readonly ConcurrentDictionary<string, ICredentialProvider> Providers = new(StringComparer.Ordinal);

    /// <summary>Keeps a secret and returns the address that refers to it.</summary>
    public static StoreAddress Keep(StoreAddress address, PSCredential credential, string? securityToken)
    {
        StoreAddress referring = address with { Credential = new CredentialReference(CredentialKind.Prompt, credential.UserName) };
        Providers[NameOf(referring)] = new FixedCredentialProvider(GivenKeys.ToKeys(credential, securityToken));
        return referring;
    }

    /// <summary>Keeps a script that gives keys and returns the address that refers to it.</summary>
    public static StoreAddress Keep(StoreAddress address, ScriptBlock script, object?[] arguments)
    {
        StoreAddress referring = address with { Credential = new CredentialReference(CredentialKind.Script) };
        Providers[NameOf(referring)] = ScriptedCredentials.FromScript(script, arguments, address.ToString());
        return referring;
    }

    /// <summary>
    /// The keys for an address: those given now, else those kept; null where the address finds its own.
    /// </summary>
    /// <param name="address">The address.</param>
    /// <param name="given">Given with the call, or null.</param>
    /// <param name="parameter">The parameter by which they can be given, for the message.</param>
    /// <exception cref="CredentialNeededException">The address wants keys given by hand and none were.</exception>
    public static ICredentialProvider? For(StoreAddress address, PSCredential? given, string parameter)
    {
        if (given is not null)
            return new FixedCredentialProvider(GivenKeys.ToKeys(given, securityToken: null));
        return address.Credential.Kind switch
        {
            CredentialKind.Prompt or CredentialKind.Script =>
                Providers.TryGetValue(NameOf(address), out ICredentialProvider? kept) ? kept : throw new CredentialNeededException(address, parameter),
            CredentialKind.Secret => ScriptedCredentials.FromSecret(address.Credential, address.ToString()),
            _ => null,
        };
    }

    /// <summary>The keys for both ends of a job.</summary>
    public static RunCredentials For(StoreAddress source, PSCredential? sourceGiven, StoreAddress destination, PSCredential? destinationGiven)
        => new(For(source, sourceGiven, "SourceCredential"), For(destination, destinationGiven, "DestinationCredential"));

    /// <summary>
    /// Keeps keys that were given with a call and have worked, where the address asks for them, so that they need not be
    /// given with every call of the session.
    /// </summary>
    public static void Remember(StoreAddress address, PSCredential? given)
    {
        if (given is not null && address.Credential.Kind == CredentialKind.Prompt && address.Credential.Name == given.UserName)
            Providers[NameOf(address)] = new FixedCredentialProvider(GivenKeys.ToKeys(given, securityToken: null));
    }

    /// <summary>As above, for both ends of a job.</summary>
    public static void Remember(StoreAddress source, PSCredential? sourceGiven, StoreAddress destination, PSCredential? destinationGiven)
    {
        Remember(source, sourceGiven);
        Remember(destination, destinationGiven);
    }

    private static string NameOf(StoreAddress address)
        => string.Join('\n', address.Scheme, address.Endpoint?.AbsoluteUri, address.Bucket, address.Credential.Name);
}

/// <summary>An address wants keys that were given by hand, and this process was not given them.</summary>
public sealed class CredentialNeededException : Exception
{
    internal CredentialNeededException(StoreAddress address, string parameter)
        : base(address.Credential.Kind == CredentialKind.Script
            ? $"The keys of {address.Uri} come from a script, which another session was given. Make the address again with New-MigrationAddress -CredentialScript, or give keys with -{parameter}."
            : $"The keys of {address.Uri} (key id {address.Credential.Name}) were given by hand in another session and are never stored. Give them again with -{parameter}.")
    {
        Address = address;
    }

    /// <summary>The address.</summary>
    public StoreAddress Address { get; }
}
