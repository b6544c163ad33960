using System.Text.Json;
using System.Text.Json.Serialization;
using OssMigration.Sandbox.Business;

namespace OssMigration.Sandbox.Hosting;

/// <summary>POST /clock: an offset to real time in seconds, or the time that it is now.</summary>
internal sealed record ClockRequest(string Side, double? OffsetSeconds, DateTimeOffset? UtcNow);

/// <summary>POST /limits: what is left out is not limited.</summary>
internal sealed record LimitsRequest(string Side, double LatencyMs, long BytesPerSecond, int RequestsPerSecondPerKey, int RequestsPerSecondPerAccessKey = 0);

/// <summary>POST /website: how the OSS side shows secrets, and how long it waits for origins; what is left out is as usual.</summary>
internal sealed record WebsiteRequest(bool MaskSecrets, double OriginTimeoutMs);

/// <summary>POST /buckets: creates a bucket.</summary>
/// <param name="Side">s3 or oss.</param>
/// <param name="Name">The name.</param>
/// <param name="Folder">A folder to serve in place.</param>
/// <param name="Synthetic">KIND,count=N,size=N[,seed=N].</param>
/// <param name="Versioning">Enabled, Suspended or null.</param>
/// <param name="ETagStyle">md5 (default), kms or token.</param>
/// <param name="Region">The region it is declared in; null for the side's own.</param>
/// <param name="Acl">A canned ACL.</param>
/// <param name="Habits">In what it is served otherwise than at AWS (s3), by the names of <see cref="Storage.BucketHabits"/>.</param>
internal sealed record BucketRequest(
    string Side,
    string Name,
    string? Folder,
    string? Synthetic,
    string? Versioning,
    [property: JsonPropertyName("etagStyle")] string? ETagStyle,
    string? Region,
    string? Acl,
    string[]? Habits);

/// <summary>POST /lifecycle/run.</summary>
internal sealed record LifecycleRequest(string Side);

/// <summary>POST /objects: sets the archive state of an object's current version.</summary>
internal sealed record ObjectRequest(string Side, string Bucket, string Key, string? StorageClass, bool Restored);

/// <summary>POST /tokens: issues a temporary key pair with its security token.</summary>
internal sealed record TokenRequest(string Side, double ExpiresInSeconds = 3600);

/// <summary>GET /stats.</summary>
internal sealed record StatisticsAnswer(SideStatistics S3, SideStatistics Oss);

/// <summary>What was asked of one side; bytes are those of object bodies.</summary>
internal sealed record SideStatistics(IReadOnlyDictionary<string, long> Requests, long BytesIn, long BytesOut);

/// <summary>An error of the admin API.</summary>
internal sealed record AdminError(string Error);

/// <summary>An answer that only says how many.</summary>
internal sealed record AdminCount(int Count);

/// <summary>Reads and writes the admin API's JSON without reflection. A name that it does not know is an error.</summary>
[JsonSourceGenerationOptions(
    JsonSerializerDefaults.Web,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    Converters = [typeof(FaultKindConverter), typeof(BusinessPhaseConverter)])]
[JsonSerializable(typeof(List<Fault>))]
[JsonSerializable(typeof(ClockRequest))]
[JsonSerializable(typeof(LimitsRequest))]
[JsonSerializable(typeof(WebsiteRequest))]
[JsonSerializable(typeof(BucketRequest))]
[JsonSerializable(typeof(LifecycleRequest))]
[JsonSerializable(typeof(ObjectRequest))]
[JsonSerializable(typeof(TokenRequest))]
[JsonSerializable(typeof(TemporaryCredential))]
[JsonSerializable(typeof(StatisticsAnswer))]
[JsonSerializable(typeof(Link.LinkUse))]
[JsonSerializable(typeof(BusinessPlan))]
[JsonSerializable(typeof(PhaseRequest))]
[JsonSerializable(typeof(PhaseAnswer))]
[JsonSerializable(typeof(WindowRequest))]
[JsonSerializable(typeof(WindowAnswer))]
[JsonSerializable(typeof(BusinessReport))]
[JsonSerializable(typeof(VerifyAnswer))]
[JsonSerializable(typeof(AdminError))]
[JsonSerializable(typeof(AdminCount))]
[JsonSerializable(typeof(Storage.LifecycleResult))]
internal sealed partial class AdminJson : JsonSerializerContext;

/// <summary>Names of fault kinds in camel case.</summary>
internal sealed class FaultKindConverter() : JsonStringEnumConverter<FaultKind>(JsonNamingPolicy.CamelCase, allowIntegerValues: false);

/// <summary>Names of phases in camel case.</summary>
internal sealed class BusinessPhaseConverter() : JsonStringEnumConverter<BusinessPhase>(JsonNamingPolicy.CamelCase, allowIntegerValues: false);

/// <summary>Takes a number where a text is expected: "value": 250.</summary>
internal sealed class LooseTextConverter : JsonConverter<string>
{
    /// <inheritdoc/>
    public override string? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => reader.TokenType switch
    {
        JsonTokenType.Number => System.Text.Encoding.UTF8.GetString(reader.ValueSpan),
        JsonTokenType.String => reader.GetString(),
        _ => throw new JsonException("A text or a number is expected."),
    };

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, string value, JsonSerializerOptions options) => writer.WriteStringValue(value);
}
