using System.Text.Json;
using OssMigration.Core.Reporting;

namespace OssMigration.Core.Lists;

/// <summary>A file of an inventory.</summary>
/// <param name="Key">Its full key in the bucket of the inventory.</param>
/// <param name="Size">Its bytes.</param>
/// <param name="Md5">MD5 of its bytes in hex; null where the manifest does not say.</param>
internal sealed record InventoryPart(string Key, long? Size, string? Md5);

/// <summary>
/// The manifest.json of an inventory. S3 and OSS write the same: sourceBucket, fileFormat, fileSchema, and files with key, size and
/// MD5checksum. Source: Amazon S3 User Guide, "Inventory manifest"; OSS, "Bucket inventory", manifest files.
/// </summary>
/// <param name="SourceBucket">The bucket whose objects it names.</param>
/// <param name="Schema">Names of the columns.</param>
/// <param name="Parts">Its files.</param>
internal sealed record InventoryManifest(string SourceBucket, IReadOnlyList<string> Schema, IReadOnlyList<InventoryPart> Parts)
{
    /// <summary>Reads a manifest.</summary>
    /// <exception cref="FormatException">It is none, or its files are not in CSV.</exception>
    public static InventoryManifest Parse(ReadOnlyMemory<byte> json)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(json);
            JsonElement root = document.RootElement;
            string format = root.GetProperty("fileFormat").GetString() ?? "";
            if (!format.Equals("CSV", StringComparison.OrdinalIgnoreCase))
                throw new FormatException($"The files of the inventory are in {VisibleText.Of(format)}; only CSV can be read. Let the inventory be made in CSV");
            return new InventoryManifest(
                root.GetProperty("sourceBucket").GetString() ?? "",
                root.GetProperty("fileSchema").GetString()!.Split(','),
                [.. root.GetProperty("files").EnumerateArray().Select(Part)]);
        }
        catch (Exception error) when (error is JsonException or KeyNotFoundException or InvalidOperationException or NullReferenceException)
        {
            throw new FormatException("It is no manifest of an inventory of S3 or OSS", error);
        }
    }

    private static InventoryPart Part(JsonElement file) => new(
        file.GetProperty("key").GetString() ?? throw new FormatException("A file of the inventory has no key"),
        file.TryGetProperty("size", out JsonElement size) ? size.GetInt64() : null,
        file.TryGetProperty("MD5checksum", out JsonElement md5) ? md5.GetString() : null);
}
