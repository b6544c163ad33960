using System.Collections.Concurrent;
using System.Management.Automation;
using System.Net;
using OssMigration.Core.Jobs;
using OssMigration.Core.Stores;

namespace OssMigration;

/// <summary>
/// Keys that were given by hand, in the memory of this process only. An address carries the key id; the secret is found
/// here by service and key id.
/// </summary>
internal static class CredentialVault
{
    private static readonly ConcurrentDictionary<string, StoreCredential> Keys = new(StringComparer.Ordinal);

    /// <summary>Keeps a secret and returns the address that refers to it.</summary>
    public static StoreAddress Keep(StoreAddress address, PSCredential credential, string? securityToken)
    {
        StoreAddress referring = address with { Credential = new CredentialReference(CredentialKind.Prompt, credential.UserName) };
        Keys[NameOf(referring)] = ToKeys(credential, securityToken);
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
            return new FixedCredentialProvider(ToKeys(given, securityToken: null));
        if (address.Credential.Kind != CredentialKind.Prompt)
            return null;
        return Keys.TryGetValue(NameOf(address), out StoreCredential? kept)
            ? new FixedCredentialProvider(kept)
            : throw new CredentialNeededException(address, parameter);
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
            Keys[NameOf(address)] = ToKeys(given, securityToken: null);
    }

    private static string NameOf(StoreAddress address)
        => string.Join('\n', address.Scheme, address.Endpoint?.AbsoluteUri, address.Bucket, address.Credential.Name);

    private static StoreCredential ToKeys(PSCredential credential, string? securityToken)
    {
        NetworkCredential plain = credential.GetNetworkCredential();

        // A backslash or @ in a key id would be split off as a domain, so the id comes from the credential itself.
        return new StoreCredential(credential.UserName, plain.Password, securityToken);
    }
}

/// <summary>An address wants keys that were given by hand, and this process was not given them.</summary>
public sealed class CredentialNeededException : Exception
{
    internal CredentialNeededException(StoreAddress address, string parameter)
        : base($"The keys of {address.Uri} (key id {address.Credential.Name}) were given by hand in another session and are never stored. Give them again with -{parameter}.")
    {
        Address = address;
    }

    /// <summary>The address.</summary>
    public StoreAddress Address { get; }
}
