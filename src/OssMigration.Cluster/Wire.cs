using System.IO.Compression;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace OssMigration.Cluster;

/// <summary>Messages as bytes: JSON, compressed.</summary>
internal static class Wire
{
    private static readonly JsonSerializerOptions Options = new()
    {
        Converters = { new JsonStringEnumConverter() },
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    /// <summary>Writes.</summary>
    public static byte[] ToBytes<T>(T message)
    {
        using MemoryStream bytes = new();
        using (GZipStream zip = new(bytes, CompressionLevel.Fastest))
            JsonSerializer.Serialize(zip, message, Options);
        return bytes.ToArray();
    }

    /// <summary>Reads.</summary>
    /// <exception cref="InvalidDataException">It is no such message.</exception>
    public static T Read<T>(byte[] body)
    {
        try
        {
            using GZipStream zip = new(new MemoryStream(body, writable: false), CompressionMode.Decompress);
            return JsonSerializer.Deserialize<T>(zip, Options) ?? throw new InvalidDataException("A message is empty.");
        }
        catch (JsonException exception)
        {
            throw new InvalidDataException($"A message cannot be read: {exception.Message}", exception);
        }
    }
}
