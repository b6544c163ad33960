using OssMigration.Core.Stores;
using OssMigration.Stores.S3.Providers;

namespace OssMigration.Stores;

/// <summary>
/// Reads addresses as people write them: <c>s3://bucket/prefix</c>, <c>oss://bucket/prefix</c>, <c>azblob://account/container/prefix</c>,
/// <c>https://host/list.txt</c>, <c>file:///folder</c>. Taken literally: nothing is decoded, trimmed or normalised, because a key may hold <c>%2F</c>, <c>//</c> and <c>..</c>.
/// </summary>
public static class StoreAddressParser
{
    private const int LongestOssBucket = 63;
    private const string Known = "s3, oss, azblob, https, file";

    /// <summary>Reads an address.</summary>
    /// <param name="text">The address; what follows the bucket's slash is the prefix.</param>
    /// <exception cref="ArgumentException">It is none; the message says why.</exception>
    public static StoreAddress Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        int at = text.IndexOf("://", StringComparison.Ordinal);
        if (at <= 0)
            throw new ArgumentException($"An address begins with its scheme, for example s3://bucket/prefix or file:///folder. Known schemes: {Known}.", nameof(text));
        string scheme = text[..at].ToLowerInvariant();
        string rest = text[(at + 3)..];
        StoreAddress address = scheme switch
        {
            "file" => new StoreAddress { Scheme = scheme, Bucket = Folder(rest) },
            "s3" or "oss" => Bucket(scheme, rest),
            "azblob" => Container(rest),
            "http" or "https" => new StoreAddress { Scheme = scheme, Bucket = rest, Credential = new CredentialReference(CredentialKind.Anonymous) },
            _ => throw new ArgumentException(UnknownScheme(scheme), nameof(text)),
        };
        Check(address);
        return address;
    }

    /// <summary>Checks the provider that an address names.</summary>
    /// <exception cref="ArgumentException">It is not known, or the scheme has none; the message says why.</exception>
    public static void CheckProvider(StoreAddress address)
    {
        ArgumentNullException.ThrowIfNull(address);
        if (address.Provider is not { } provider)
            return;
        if (address.Scheme != "s3")
            throw new ArgumentException($"{address} has a provider, and only an address of s3 has one: {address.Scheme} names it already.");
        if (S3Providers.Find(provider) is null)
            throw new ArgumentException(S3Providers.Unknown(provider));
    }

    /// <summary>Checks what can be known of an address without asking anybody.</summary>
    /// <exception cref="ArgumentException">The address cannot work; the message says why.</exception>
    internal static void Check(StoreAddress address)
    {
        CheckProvider(address);
        switch (address.Scheme)
        {
            case "s3":
                CheckBucket(address.Bucket);
                break;
            case "oss":
                CheckBucket(address.Bucket);
                CheckOssBucket(address.Bucket);
                if (address.Prefix.Length > 0 && address.Prefix[0] is '/' or '\\')
                    throw new ArgumentException($"The prefix of {address} begins with '{address.Prefix[0]}', and keys of OSS cannot. Remove it: oss://{address.Bucket}/{address.Prefix.TrimStart('/', '\\')}");
                break;
            case "azblob":
                CheckContainer(address);
                break;
            case "http" or "https":
                CheckList(address);
                break;
            case "file":
                if (!Path.IsPathFullyQualified(address.Bucket))
                    throw new ArgumentException("A folder is named by its whole path, with three slashes: file:///folder.");
                if (address.Prefix.Length > 0)
                    throw new ArgumentException($"{address} has a prefix, and an address of files has none: name the folder.");
                break;
            default:
                throw new ArgumentException(UnknownScheme(address.Scheme));
        }
    }

    private static string UnknownScheme(string scheme) => $"The scheme '{scheme}' is not known. Known schemes: {Known}.";

    private static StoreAddress Bucket(string scheme, string rest)
    {
        int slash = rest.IndexOf('/', StringComparison.Ordinal);
        return new StoreAddress
        {
            Scheme = scheme,
            Bucket = slash < 0 ? rest : rest[..slash],
            Prefix = slash < 0 ? "" : rest[(slash + 1)..],
        };
    }

    private static StoreAddress Container(string rest)
    {
        string[] parts = rest.Split('/', 3);
        return new StoreAddress { Scheme = "azblob", Bucket = string.Join('/', parts.Take(2)), Prefix = parts.Length > 2 ? parts[2] : "" };
    }

    private static string Folder(string rest)
    {
        const string ThisMachine = "localhost/";
        if (rest.StartsWith(ThisMachine, StringComparison.OrdinalIgnoreCase))
            rest = rest[(ThisMachine.Length - 1)..];
        // file:///C:/folder has a slash before the drive.
        if (OperatingSystem.IsWindows() && rest.Length > 2 && rest[0] == '/' && rest[2] == ':')
            rest = rest[1..];
        if (!Path.IsPathFullyQualified(rest))
            throw new ArgumentException("A folder is named by its whole path, with three slashes: file:///folder.", nameof(rest));
        return Path.TrimEndingDirectorySeparator(Path.GetFullPath(rest));
    }

    // What stands there may be a secret, so it is not repeated.
    private static void CheckBucket(string bucket)
    {
        if (bucket.Length == 0)
            throw new ArgumentException("The address names no bucket, for example s3://bucket/prefix.");
        if (bucket.AsSpan().ContainsAny('@', ':'))
            throw new ArgumentException("A bucket's name has neither '@' nor ':'. Keys and endpoints are given apart from the address.");
        foreach (char unit in bucket)
        {
            if (unit is <= ' ' or > '~' or '\\' or '?' or '#' or '%')
                throw new ArgumentException($"The name of the bucket holds a character that no bucket's name has (U+{(int)unit:X4}).");
        }
    }

    // Accounts of clouds and emulators differ in length; containers also have names of the service's own, $root and $web.
    private static void CheckContainer(StoreAddress address)
    {
        string[] names = address.Bucket.Split('/');
        if (names is not [{ Length: > 0 }, { Length: > 0 }])
            throw new ArgumentException("An address of Azure names account and container: azblob://account/container/prefix.");
        foreach (string name in names)
            CheckBucket(name);
        if (!names[0].All(char.IsAsciiLetterOrDigit))
            throw new ArgumentException("The name of a storage account has letters and digits only. An endpoint is given apart from the address.");
    }

    // What stands there may be a secret, so it is not repeated.
    private static void CheckList(StoreAddress address)
    {
        bool isUrl = Uri.TryCreate($"{address.Scheme}://{address.Bucket}", UriKind.Absolute, out Uri? url)
            && url.UserInfo.Length == 0 && url.Query.Length == 0 && url.Fragment.Length == 0 && url.AbsolutePath.Length > 1;
        if (!isUrl)
            throw new ArgumentException("An address of a list is the URL of a file with neither user nor query, for example https://host/list.txt.");
        if (address.Prefix.Length > 0)
            throw new ArgumentException($"{address} has a prefix, and a list has none: name the file.");
        if (address.Endpoint is not null)
            throw new ArgumentException($"{address} is where the list is; it has no endpoint besides.");
    }

    private static void CheckOssBucket(string bucket)
    {
        if (bucket.Contains('.', StringComparison.Ordinal))
            throw new ArgumentException($"'{bucket}' is no name of an OSS bucket: it has a dot. Give the endpoint apart from the address.");
        bool isValid = bucket.Length is >= 3 and <= LongestOssBucket
            && bucket.All(unit => unit is (>= 'a' and <= 'z') or (>= '0' and <= '9') or '-')
            && bucket[0] != '-' && bucket[^1] != '-';
        if (!isValid)
            throw new ArgumentException($"'{bucket}' is no name of an OSS bucket: 3 to {LongestOssBucket} of a-z, 0-9 and '-', with a letter or digit at both ends.");
    }
}
