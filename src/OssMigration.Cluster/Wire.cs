using System.IO.Compression;
using System.Text.Json;
using System.Text.Json.Serialization;
using OssMigration.Core.RemoteState;

namespace OssMigration.Cluster;

/// <summary>Messages as bytes: JSON, compressed.</summary>
internal static class Wire
{
    // A settled piece or a slice's result has a few.
    private const int MostBytes = 128 << 20;

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
            return JsonSerializer.Deserialize<T>(Packed.Open(body, MostBytes), Options) ?? throw new InvalidDataException("A message is empty.");
        }
        catch (JsonException exception)
        {
            throw new InvalidDataException($"A message cannot be read: {exception.Message}", exception);
        }
    }
}
