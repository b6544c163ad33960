using System.Text.Json.Serialization;
using OssMigration.Core.Reporting;

namespace OssMigration.Core.Stores;

/// <summary>How bucket and endpoint make a host.</summary>
public enum AddressingStyle
{
    /// <summary>Path style on an IP address or localhost, else virtual host.</summary>
    Auto,

    /// <summary><c>endpoint/bucket/key</c>.</summary>
    Path,

    /// <summary><c>bucket.endpoint/key</c>.</summary>
    VirtualHost,

    /// <summary>The endpoint is a domain bound to this one bucket: <c>endpoint/key</c>.</summary>
    Cname,
}

/// <summary>Which signature an OSS endpoint is sent.</summary>
public enum SignatureVersion
{
    /// <summary>OSS4-HMAC-SHA256, AWS4-HMAC-SHA256.</summary>
    V4,

    /// <summary>The older OSS signature (HMAC-SHA1), for old endpoints.</summary>
    V1,
}

/// <summary>
/// One end of a migration: scheme, bucket and prefix, plus how to get there. Holds a reference to a credential, never
/// the credential. Serialisable.
/// </summary>
public sealed record StoreAddress
{
    private readonly Uri? _endpoint;

    /// <summary>s3, oss, azblob, https (http) or file.</summary>
    public required string Scheme { get; init; }

    /// <summary>The bucket; for Azure <c>account/container</c>, for a list its URL without the scheme, for files the absolute folder.</summary>
    public required string Bucket { get; init; }

    /// <summary>Keys start with it; empty for the whole bucket. Taken literally: nothing is decoded, added or trimmed.</summary>
    public string Prefix { get; init; } = "";

    /// <summary>The service's endpoint; null for the vendor's own, made from the region.</summary>
    /// <exception cref="ArgumentException">Its host is no name that can be looked up.</exception>
    public Uri? Endpoint
    {
        get => _endpoint;
        init
        {
            if (value is { IsAbsoluteUri: true } && !IsName(value))
                throw new ArgumentException($"The endpoint's host '{VisibleText.Of(value.Host)}' is no name that can be looked up.");
            _endpoint = value;
        }
    }

    /// <summary>The region id (us-east-1, cn-hangzhou); null where it can be had from the environment.</summary>
    public string? Region { get; init; }

    /// <summary>
    /// Whose S3 it is, by the name that the stores know it by (AWS, Ceph, GoogleCloudStorage, TencentCOS, Generic); null where the endpoint tells, and a
    /// server that it does not tell is found out about. Only for s3.
    /// </summary>
    public string? Provider { get; init; }

    /// <summary>How bucket and endpoint make a host.</summary>
    public AddressingStyle AddressingStyle { get; init; }

    /// <summary>Which signature is sent.</summary>
    public SignatureVersion SignatureVersion { get; init; }

    /// <summary>Where the keys come from.</summary>
    public CredentialReference Credential { get; init; } = CredentialReference.Default;

    /// <summary>Plain http is refused unless this is true; loopback endpoints are always allowed.</summary>
    public bool AllowInsecureEndpoint { get; init; }

    /// <summary>Whether requests and content go over plain http to another machine.</summary>
    [JsonIgnore]
    public bool IsUnencrypted => Endpoint is { IsLoopback: false } endpoint && endpoint.Scheme == System.Uri.UriSchemeHttp;

    /// <summary>The address as a URI, <c>scheme://bucket/prefix</c>.</summary>
    [JsonIgnore]
    public string Uri => Scheme is "file" or "http" or "https" ? $"{Scheme}://{Bucket}" : $"{Scheme}://{Bucket}/{Prefix}";

    /// <summary>The URI for people: what would act on a terminal is written out (<see cref="VisibleText"/>). <see cref="Uri"/> has it as it is.</summary>
    public override string ToString() => VisibleText.Of(Uri);

    // A host of letters that no domain may have is found out only when it is asked for in ASCII.
    private static bool IsName(Uri endpoint)
    {
        try
        {
            _ = endpoint.IdnHost;
            return true;
        }
        catch (UriFormatException)
        {
            return false;
        }
    }
}
