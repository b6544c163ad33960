using OssMigration.Sandbox.Oss.Signing;
using OssMigration.Sandbox.Oss.Wire;
using OssMigration.Sandbox.Storage;

namespace OssMigration.Sandbox.Oss;

/// <summary>What an operation needs to be allowed.</summary>
internal enum OssAccess
{
    /// <summary>Only the owner.</summary>
    Owner,

    /// <summary>Reads an object: also anybody where the object or its bucket is public.</summary>
    ReadObject,

    /// <summary>Writes or deletes objects: also anybody where the bucket is public-read-write.</summary>
    WriteObject,

    /// <summary>Lists a bucket: also anybody where it is public.</summary>
    ReadBucket,
}

/// <summary>Decides about requests that nobody signed.</summary>
internal static class OssAccessCheck
{
    /// <summary>Throws AccessDenied when the caller may not do this.</summary>
    public static void Check(OssContext context, OssAccess access)
    {
        if (context.Caller == OssCaller.Owner)
            return;
        string acl = access == OssAccess.Owner ? "private" : EffectiveAcl(context, access);
        bool allowed = access switch
        {
            OssAccess.ReadObject or OssAccess.ReadBucket => acl is "public-read" or "public-read-write",
            OssAccess.WriteObject => acl == "public-read-write",
            _ => false,
        };
        if (!allowed)
            throw OssErrors.AccessDenied(context.Target.Key is null
                ? "You have no right to access this bucket because of bucket acl."
                : "You have no right to access this object because of bucket acl.");
    }

    private static string EffectiveAcl(OssContext context, OssAccess access)
    {
        Bucket bucket = context.Bucket;
        string? ofObject = access == OssAccess.ReadObject && context.Target.Key is { } key ? bucket.Find(key)?.Acl : null;
        return (ofObject is null or "default" ? bucket.Acl : ofObject) ?? "private";
    }
}
