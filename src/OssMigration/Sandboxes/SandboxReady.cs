using System.Text.Json;
using System.Text.Json.Serialization;

namespace OssMigration.Sandboxes;

/// <summary>The line that a sandbox prints when it is ready.</summary>
internal sealed record SandboxReady
{
    [JsonPropertyName("s3")]
    public required SandboxSide S3 { get; init; }

    [JsonPropertyName("oss")]
    public required SandboxSide Oss { get; init; }

    [JsonPropertyName("admin")]
    public required string Admin { get; init; }

    [JsonPropertyName("pid")]
    public required int Pid { get; init; }

    /// <summary>The endpoints through the link; null where it has none.</summary>
    [JsonPropertyName("link")]
    public SandboxLinked? Link { get; init; }

    /// <summary>Reads the line; null where it is something else.</summary>
    public static SandboxReady? Parse(string line)
    {
        try
        {
            return JsonSerializer.Deserialize<SandboxReady>(line);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <inheritdoc/>
    public override string ToString() => $"sandbox {Pid}";
}

/// <summary>One side of a sandbox.</summary>
internal sealed record SandboxSide
{
    [JsonPropertyName("endpoint")]
    public required string Endpoint { get; init; }

    [JsonPropertyName("region")]
    public required string Region { get; init; }

    [JsonPropertyName("accessKeyId")]
    public required string AccessKeyId { get; init; }

    [JsonPropertyName("secretAccessKey")]
    public string? SecretAccessKey { get; init; }

    [JsonPropertyName("accessKeySecret")]
    public string? AccessKeySecret { get; init; }

    /// <summary>The secret, by whichever of the two vendors' names it came.</summary>
    public string Secret => SecretAccessKey ?? AccessKeySecret ?? "";

    /// <inheritdoc/>
    public override string ToString() => Endpoint;
}

/// <summary>The endpoints of both sides through the link.</summary>
internal sealed record SandboxLinked
{
    [JsonPropertyName("s3")]
    public required string S3 { get; init; }

    [JsonPropertyName("oss")]
    public required string Oss { get; init; }
}
