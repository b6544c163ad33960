using System.Globalization;
using OssMigration.Core.Stores;

namespace OssMigration.Core.Copying;

/// <summary>
/// The stamp that every copy carries in its user metadata: which version of the source it is, when that was modified,
/// and the CRC-64 of its content where that is known before the write. It lets a run recognise its own work where no
/// settled entry is at hand.
/// </summary>
internal static class SourceStamp
{
    /// <summary>User metadata name of the source version.</summary>
    public const string VersionName = "ossmigration-version";

    /// <summary>User metadata name of the source's modification time (ISO 8601, UTC).</summary>
    public const string ModifiedName = "ossmigration-modified";

    /// <summary>User metadata name of the CRC-64/XZ, decimal.</summary>
    public const string Crc64Name = "ossmigration-crc64";

    /// <summary>The source's metadata with the stamp.</summary>
    public static ObjectMetadata Apply(ObjectMetadata metadata, ObjectEntry source, ulong? crc64)
    {
        Dictionary<string, string> user = new(metadata.User.Count + 3, StringComparer.Ordinal);
        foreach ((string name, string value) in metadata.User)
            user[name] = value;
        user[VersionName] = source.Version.Value;
        user[ModifiedName] = source.LastModified.ToUniversalTime().ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
        if (crc64 is { } crc)
            user[Crc64Name] = crc.ToString(CultureInfo.InvariantCulture);
        return metadata with { User = user };
    }

    /// <summary>Whether an object carries a stamp, of whatever version: a copy of ours, or something made out of one.</summary>
    public static bool IsOn(ObjectHead destination) => destination.Metadata.User.ContainsKey(VersionName);

    /// <summary>Whether an object carries the stamp of this version. It proves nothing of the content.</summary>
    public static bool Names(ObjectHead destination, SourceVersion version)
        => destination.Metadata.User.TryGetValue(VersionName, out string? named) && named == version.Value;

    /// <summary>
    /// Whether the headers of a destination object prove that it holds this version: sizes are equal, the stamp names the
    /// version, and the CRC-64 of the stamp is the one that the store computed over what it holds. A stamp without CRC
    /// (multipart: metadata is sent before the content) proves nothing by itself.
    /// </summary>
    public static bool Proves(ObjectHead destination, ObjectEntry source)
        => destination.Entry.Size == source.Size
            && Names(destination, source.Version)
            && destination.Metadata.User.TryGetValue(Crc64Name, out string? crc)
            && destination.Crc64 is { } stored
            && crc == stored.ToString(CultureInfo.InvariantCulture);
}
