using System.Globalization;
using System.Xml.Linq;
using OssMigration.Sandbox.Oss.Wire;
using OssMigration.Sandbox.Storage;
using OssMigration.Sandbox.Wire;

namespace OssMigration.Sandbox.Oss.Operations;

/// <summary>Tags, ACL and restore of an object; none of them changes Last-Modified.</summary>
internal static class ObjectPropertyOperations
{
    /// <summary><c>GET /key?tagging</c>.</summary>
    public static Task GetTaggingAsync(OssContext context)
    {
        StoredObject stored = ObjectAnswer.Require(context, context.Bucket);
        XmlText xml = new XmlText().Open("Tagging"u8).Open("TagSet"u8);
        foreach ((string key, string value) in stored.Tags)
            xml.Open("Tag"u8).Element("Key"u8, key).Element("Value"u8, value).Close("Tag"u8);
        context.SetVersionId(context.Bucket, stored);
        return context.AnswerXmlAsync(xml.Close("TagSet"u8).Close("Tagging"u8));
    }

    /// <summary><c>PUT /key?tagging</c>.</summary>
    public static async Task PutTaggingAsync(OssContext context)
    {
        XElement root = XmlBody.Parse(await BodyReceiver.ReceiveXmlAsync(context), "Tagging");
        XElement set = root.Child("TagSet") ?? throw OssErrors.MalformedXml();
        List<KeyValuePair<string, string>> tags = [.. set.Children("Tag")
            .Select(tag => KeyValuePair.Create(tag.Text("Key") ?? throw OssErrors.MalformedXml(), tag.Text("Value") ?? string.Empty))];
        OssNames.CheckTags(tags);
        Update(context, stored => stored with { Tags = tags });
        context.Answer(200);
    }

    /// <summary><c>DELETE /key?tagging</c>.</summary>
    public static Task DeleteTaggingAsync(OssContext context)
    {
        Update(context, static stored => stored with { Tags = [] });
        context.Answer(204);
        return Task.CompletedTask;
    }

    /// <summary><c>GET /key?acl</c>.</summary>
    public static Task GetAclAsync(OssContext context) =>
        context.AnswerXmlAsync(BucketOperations.Acl(ObjectAnswer.Require(context, context.Bucket).Acl ?? "default"));

    /// <summary><c>PUT /key?acl</c>.</summary>
    public static Task PutAclAsync(OssContext context)
    {
        string acl = ObjectDraft.ReadAcl(context) ?? throw OssErrors.MissingArgument("x-oss-object-acl");
        Update(context, stored => stored with { Acl = acl });
        context.Answer(200);
        return Task.CompletedTask;
    }

    /// <summary><c>POST /key?restore</c>: 202 when started, 200 when the restored copy is there and its time is prolonged.</summary>
    public static async Task RestoreAsync(OssContext context)
    {
        (int days, string tier) = ReadRestore(await BodyReceiver.ReceiveXmlAsync(context));
        StoredObject stored = ObjectAnswer.Require(context, context.Bucket);
        DateTimeOffset now = context.Now;
        if (!ObjectAnswer.IsArchived(stored))
            throw OssErrors.OperationNotSupported("The operation is not supported for this resource");
        if (stored.Restore is { } running && now < running.ReadyAt)
            throw OssErrors.RestoreInProgress();
        bool restored = stored.Restore?.IsReadable(now) == true;
        DateTimeOffset ready = restored ? stored.Restore!.ReadyAt : now + Duration(stored.StorageClass!, tier);
        Update(context, o => o with { Restore = new RestoreState(ready, (restored ? now : ready).AddDays(days)) });
        context.Answer(restored ? 200 : 202);
    }

    private static void Update(OssContext context, Func<StoredObject, StoredObject> change)
    {
        StoredObject stored = ObjectAnswer.Require(context, context.Bucket);
        if (context.Bucket.TryUpdate(context.Key, stored.VersionId ?? "null", change) is null)
            throw OssErrors.NoSuchKey(context.Key);
        context.SetVersionId(context.Bucket, stored);
    }

    private static (int Days, string Tier) ReadRestore(ReadOnlyMemory<byte> body)
    {
        if (body.IsEmpty)
            return (1, "Standard");
        XElement root = XmlBody.Parse(body, "RestoreRequest");
        string tier = root.Child("JobParameters")?.Word("Tier") ?? "Standard";
        if (tier is not ("Expedited" or "Standard" or "Bulk"))
            throw OssErrors.MalformedXml();
        return int.TryParse(root.Word("Days") ?? "1", NumberStyles.None, CultureInfo.InvariantCulture, out int days) && days is >= 1 and <= 365
            ? (days, tier)
            : throw OssErrors.MalformedXml();
    }

    // The slow end of what the documentation promises for each class and tier.
    private static TimeSpan Duration(string storageClass, string tier) => (storageClass, tier) switch
    {
        ("ColdArchive", "Expedited") => TimeSpan.FromHours(1),
        ("ColdArchive", "Standard") => TimeSpan.FromHours(5),
        ("ColdArchive", _) => TimeSpan.FromHours(12),
        ("DeepColdArchive", "Expedited") => TimeSpan.FromHours(12),
        ("DeepColdArchive", _) => TimeSpan.FromHours(48),
        _ => TimeSpan.FromMinutes(1),
    };
}
