using System.Xml.Linq;
using OssMigration.Sandbox.Storage;
using OssMigration.Sandbox.Wire;

namespace OssMigration.Sandbox.S3;

/// <summary>Tags of objects.</summary>
internal static class Tagging
{
    private const int MostTags = 10;

    /// <summary>Reads x-amz-tagging: k1=v1&amp;k2=v2, form-encoded.</summary>
    /// <exception cref="S3Exception">A tag is impossible.</exception>
    public static IReadOnlyList<KeyValuePair<string, string>> FromHeader(string header)
    {
        var tags = new List<KeyValuePair<string, string>>();
        foreach (string pair in header.Split('&', StringSplitOptions.RemoveEmptyEntries))
        {
            string[] parts = pair.Split('=', 2);
            try
            {
                tags.Add(new(RequestTarget.DecodeQuery(parts[0]), parts.Length > 1 ? RequestTarget.DecodeQuery(parts[1]) : ""));
            }
            catch (FormatException)
            {
                throw S3Exception.InvalidArgument("The header 'x-amz-tagging' shall be encoded as UTF-8 then URLEncoded URL query parameters without tag name duplicates.", "x-amz-tagging", header);
            }
        }
        return Checked(tags);
    }

    /// <summary>GET ?tagging.</summary>
    public static Task GetAsync(S3Request request)
    {
        StoredObject stored = request.FindObject();
        S3Answer.SetVersion(request, stored);
        XmlText xml = S3Answer.Document("Tagging"u8).Open("TagSet"u8);
        foreach ((string key, string value) in stored.Tags)
            xml.Open("Tag"u8).Element("Key"u8, key).Element("Value"u8, value).Close("Tag"u8);
        return S3Answer.XmlAsync(request, xml.Close("TagSet"u8).Close("Tagging"u8));
    }

    /// <summary>PUT ?tagging.</summary>
    public static async Task PutAsync(S3Request request)
    {
        (XElement root, _) = await S3Body.ReadXmlAsync(request, "Tagging");
        List<KeyValuePair<string, string>> tags = [.. root.Descendants()
            .Where(element => element.Name.LocalName == "Tag")
            .Select(tag => new KeyValuePair<string, string>(Child(tag, "Key"), Child(tag, "Value")))];
        await ReplaceAsync(request, Checked(tags), 200);
    }

    /// <summary>DELETE ?tagging.</summary>
    public static Task DeleteAsync(S3Request request) => ReplaceAsync(request, [], 204);

    private static Task ReplaceAsync(S3Request request, IReadOnlyList<KeyValuePair<string, string>> tags, int status)
    {
        StoredObject stored = request.FindObject();
        request.Bucket.TryUpdate(request.Key, request.VersionId, current => current with { Tags = tags });
        S3Answer.SetVersion(request, stored);
        return S3Answer.EmptyAsync(request, status);
    }

    private static string Child(XElement tag, string name) =>
        tag.Elements().FirstOrDefault(element => element.Name.LocalName == name)?.Value ?? throw S3Exception.MalformedXml();

    private static List<KeyValuePair<string, string>> Checked(List<KeyValuePair<string, string>> tags)
    {
        if (tags.Count > MostTags)
            throw new S3Exception(400, "BadRequest", "Object tags cannot be greater than 10");
        foreach ((string key, string value) in tags)
        {
            if (key.Length is 0 or > 128)
                throw new S3Exception(400, "InvalidTag", "The TagKey you have provided is invalid");
            if (value.Length > 256)
                throw new S3Exception(400, "InvalidTag", "The TagValue you have provided is invalid");
        }
        if (tags.Select(tag => tag.Key).Distinct(StringComparer.Ordinal).Count() != tags.Count)
            throw new S3Exception(400, "InvalidTag", "Cannot provide multiple Tags with the same key");
        return tags;
    }
}
