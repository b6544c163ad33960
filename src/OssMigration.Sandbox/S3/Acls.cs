using System.Xml.Linq;
using OssMigration.Sandbox.Storage;
using OssMigration.Sandbox.Wire;

namespace OssMigration.Sandbox.S3;

/// <summary>ACLs: the canned ones, shown as grants.</summary>
internal static class Acls
{
    private const string AllUsers = "http://acs.amazonaws.com/groups/global/AllUsers";
    private const string AuthenticatedUsers = "http://acs.amazonaws.com/groups/global/AuthenticatedUsers";

    private static readonly (string Header, string Permission)[] GrantHeaders =
        [("x-amz-grant-read", "READ"), ("x-amz-grant-write", "WRITE"), ("x-amz-grant-read-acp", "READ_ACP"), ("x-amz-grant-write-acp", "WRITE_ACP"), ("x-amz-grant-full-control", "FULL_CONTROL")];

    /// <summary>Refuses an unknown canned ACL.</summary>
    /// <exception cref="S3Exception">400 InvalidArgument.</exception>
    public static void CheckCanned(string acl)
    {
        if (acl is not ("private" or "public-read" or "public-read-write" or "authenticated-read" or "aws-exec-read"
            or "bucket-owner-read" or "bucket-owner-full-control" or "log-delivery-write"))
            throw S3Exception.InvalidArgument("", "x-amz-acl", acl);
    }

    /// <summary>The ACL that the headers of a write ask for: a canned one, or what x-amz-grant-* headers grant; null for none.</summary>
    /// <exception cref="S3Exception">400 InvalidArgument.</exception>
    public static string? FromHeaders(S3Request request)
    {
        if (request.Header("x-amz-acl") is { } canned)
        {
            CheckCanned(canned);
            return canned;
        }

        List<string> granted = [];
        foreach ((string header, string permission) in GrantHeaders)
        {
            foreach (string grantee in (request.Header(header) ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
                granted.Add($"{permission} {grantee}");
        }

        return granted.Count == 0 ? null : string.Join('\n', granted);
    }

    /// <summary>GET ?acl of an object.</summary>
    public static Task GetObjectAsync(S3Request request) => AnswerAsync(request, request.FindObject().Acl);

    /// <summary>GET ?acl of a bucket.</summary>
    public static Task GetBucketAsync(S3Request request) => AnswerAsync(request, request.Bucket.Acl);

    /// <summary>PUT ?acl of an object.</summary>
    public static async Task PutObjectAsync(S3Request request)
    {
        request.FindObject();
        string acl = await ReadAsync(request);
        request.Bucket.TryUpdate(request.Key, request.VersionId, current => current with { Acl = acl });
        await S3Answer.EmptyAsync(request, 200);
    }

    /// <summary>PUT ?acl of a bucket.</summary>
    public static async Task PutBucketAsync(S3Request request)
    {
        request.Bucket.Acl = await ReadAsync(request);
        await S3Answer.EmptyAsync(request, 200);
    }

    private static async Task<string> ReadAsync(S3Request request)
    {
        if (request.Header("x-amz-acl") is { } canned)
        {
            CheckCanned(canned);
            return canned;
        }
        (XElement root, _) = await S3Body.ReadXmlAsync(request, "AccessControlPolicy");
        List<string> ofEverybody = [.. root.Descendants()
            .Where(element => element.Name.LocalName == "Grant" && element.Descendants().Any(uri => uri.Name.LocalName == "URI" && uri.Value == AllUsers))
            .Select(grant => grant.Elements().FirstOrDefault(element => element.Name.LocalName == "Permission")?.Value ?? "")];
        if (ofEverybody.Contains("WRITE") || ofEverybody.Contains("FULL_CONTROL"))
            return "public-read-write";
        return ofEverybody.Contains("READ") ? "public-read" : "private";
    }

    private static Task AnswerAsync(S3Request request, string? acl)
    {
        XmlText xml = S3Answer.Document("AccessControlPolicy"u8);
        Listings.WriteOwner(xml);
        xml.Open("AccessControlList"u8);
        xml.Raw("<Grant><Grantee xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xsi:type=\"CanonicalUser\"><ID>5a6d0b0c5a6d0b0c5a6d0b0c5a6d0b0c5a6d0b0c5a6d0b0c5a6d0b0c5a6d0b0c</ID><DisplayName>sandbox</DisplayName></Grantee><Permission>FULL_CONTROL</Permission></Grant>"u8);
        foreach ((string permission, string grantee) in GrantsOf(acl))
            WriteGrant(xml, permission, grantee);
        return S3Answer.XmlAsync(request, xml.Close("AccessControlList"u8).Close("AccessControlPolicy"u8));
    }

    private static IEnumerable<(string Permission, string Grantee)> GrantsOf(string? acl) => acl switch
    {
        "public-read" => [("READ", $"uri=\"{AllUsers}\"")],
        "public-read-write" => [("READ", $"uri=\"{AllUsers}\""), ("WRITE", $"uri=\"{AllUsers}\"")],
        "authenticated-read" => [("READ", $"uri=\"{AuthenticatedUsers}\"")],
        { } granted when granted.Contains(' ', StringComparison.Ordinal) => granted.Split('\n').Select(line => (line[..line.IndexOf(' ', StringComparison.Ordinal)], line[(line.IndexOf(' ', StringComparison.Ordinal) + 1)..])),
        _ => [],
    };

    // A grantee as the headers name it: uri="..." or id="...".
    private static void WriteGrant(XmlText xml, string permission, string grantee)
    {
        string name = grantee[(grantee.IndexOf('=', StringComparison.Ordinal) + 1)..].Trim('"');
        bool isGroup = grantee.StartsWith("uri=", StringComparison.Ordinal);
        xml.Raw("<Grant><Grantee xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xsi:type=\""u8).Raw(isGroup ? "Group"u8 : "CanonicalUser"u8).Raw("\">"u8);
        if (isGroup)
            xml.Element("URI"u8, name);
        else
            xml.Element("ID"u8, name);
        xml.Raw("</Grantee>"u8).Element("Permission"u8, permission).Raw("</Grant>"u8);
    }
}
