using System.Text.Json;
using System.Text.Json.Serialization;

namespace OssMigration.Core.Jobs;

/// <summary>How jobs and reports are written into the journal.</summary>
internal static class JobJson
{
    /// <summary>Enums by name, so that a journal stays readable and survives a reordered enum.</summary>
    public static JsonSerializerOptions Options { get; } = new()
    {
        Converters = { new JsonStringEnumConverter() },
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };
}
