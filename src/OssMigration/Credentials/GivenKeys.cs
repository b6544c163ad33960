using System.Collections;
using System.Globalization;
using System.Management.Automation;
using System.Net;
using System.Security;
using OssMigration.Core.Stores;
using OssMigration.Stores;

namespace OssMigration.Credentials;

/// <summary>
/// Reads keys out of what a script or vault gave: a PSCredential, or an object or table with the names that security token services use,
/// also one level down, in Credentials; for Azure a token as Get-AzAccessToken gives it, or a shared access signature as text.
/// </summary>
internal static class GivenKeys
{
    /// <summary>The keys, and when they end where it is told.</summary>
    /// <exception cref="FormatException">They are not there; the message names what is missing, never a value.</exception>
    public static LeasedCredential Read(PSObject? given)
    {
        if (given?.BaseObject is PSCredential credential)
            return new LeasedCredential(ToKeys(credential, securityToken: null), Expires: null);
        if (given?.BaseObject is string signature && signature.Contains("sig=", StringComparison.Ordinal))
            return new LeasedCredential(new StoreCredential("", signature), Expires: null);
        object? inner = Value(given, "Credentials");
        PSObject? keys = inner is null ? given : PSObject.AsPSObject(inner);
        if (Text(keys, "Token", "AccessToken") is { } token)
            return new LeasedCredential(new StoreCredential("", "", token), Moment(Value(keys, "ExpiresOn")));
        string id = Text(keys, "AccessKeyId") ?? throw Missing(given, "AccessKeyId");
        string secret = Text(keys, "SecretAccessKey", "AccessKeySecret") ?? throw Missing(given, "SecretAccessKey or AccessKeySecret");
        return new LeasedCredential(new StoreCredential(id, secret, Text(keys, "SessionToken", "SecurityToken")), Moment(Value(keys, "Expiration")));
    }

    /// <summary>The keys of a PSCredential.</summary>
    public static StoreCredential ToKeys(PSCredential credential, string? securityToken)
    {
        NetworkCredential plain = credential.GetNetworkCredential();

        // A backslash or @ in a key id would be split off as a domain, so the id comes from the credential itself.
        return new StoreCredential(credential.UserName, plain.Password, securityToken);
    }

    private static FormatException Missing(PSObject? given, string what) => new(
        $"it gave {(given is null ? "nothing" : $"an object of type {given.BaseObject.GetType().Name}")}, in which there is no {what}. Wanted is a PSCredential, or AccessKeyId, SecretAccessKey, SessionToken and Expiration (for Azure: Token and ExpiresOn, or a shared access signature).");

    private static string? Text(PSObject? keys, params string[] names)
        => names.Select(name => Value(keys, name)).FirstOrDefault(value => value is not null) switch
        {
            null => null,
            SecureString secret => new NetworkCredential("", secret).Password,
            { } value => value.ToString() is { Length: > 0 } text ? text : null,
        };

    private static object? Value(PSObject? keys, string name)
    {
        object? value = keys?.BaseObject is IDictionary table
            ? table.Keys.Cast<object>().Where(key => name.Equals(key.ToString(), StringComparison.OrdinalIgnoreCase)).Select(key => table[key]).FirstOrDefault()
            : keys?.Properties[name]?.Value;

        // An object that a script made up has nothing but its wrapping.
        return value is PSObject { BaseObject: not PSCustomObject } wrapped ? wrapped.BaseObject : value;
    }

    private static DateTimeOffset? Moment(object? value) => value switch
    {
        DateTimeOffset time => time,
        DateTime time => new DateTimeOffset(time.ToUniversalTime()),
        string text when DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset time) => time,
        _ => null,
    };
}
