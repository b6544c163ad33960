using System.Collections;
using System.Globalization;
using System.Management.Automation;
using System.Net.Http.Headers;
using System.Text.Json;

namespace OssMigration.Sandboxes;

/// <summary>
/// Speaks to the admin API of a sandbox in PowerShell's own values: hashtables, arrays, texts, numbers. Nothing secret passes.
/// </summary>
internal static class SandboxAdmin
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(5);
    private static readonly HttpClient Http = new(new SocketsHttpHandler { UseProxy = false }) { Timeout = Limit };

    /// <summary>Sends a request and gives its answer; null where it has none.</summary>
    /// <exception cref="InvalidOperationException">The sandbox refused, with its reason, or cannot be reached.</exception>
    public static object? Send(Uri admin, HttpMethod method, string path, object? body)
    {
        using HttpRequestMessage request = new(method, new Uri(admin, path));
        if (body is not null)
            request.Content = new ByteArrayContent(ToJson(body)) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } };
        try
        {
            using HttpResponseMessage answer = Http.Send(request);
            using MemoryStream content = new();
            answer.Content.ReadAsStream().CopyTo(content);
            if (content.Length == 0 && answer.IsSuccessStatusCode)
                return null;
            using JsonDocument json = JsonDocument.Parse(content.ToArray());
            return answer.IsSuccessStatusCode
                ? FromJson(json.RootElement)
                : throw new InvalidOperationException($"The sandbox refused {method} {path}: {Reason(json.RootElement)}");
        }
        catch (Exception e) when (e is HttpRequestException or JsonException or OperationCanceledException or IOException)
        {
            throw new InvalidOperationException($"The sandbox did not answer {method} {path} as it should: {e.Message}", e);
        }
    }

    private static string Reason(JsonElement answer) =>
        answer.ValueKind == JsonValueKind.Object && answer.TryGetProperty("error", out JsonElement error) ? error.ToString() : answer.ToString();

    private static byte[] ToJson(object body)
    {
        using MemoryStream stream = new();
        using (Utf8JsonWriter json = new(stream))
            Write(json, body);
        return stream.ToArray();
    }

    private static void Write(Utf8JsonWriter json, object? value)
    {
        switch (value is PSObject wrapped ? wrapped.BaseObject : value)
        {
            case null:
                json.WriteNullValue();
                break;
            case string text:
                json.WriteStringValue(text);
                break;
            case bool truth:
                json.WriteBooleanValue(truth);
                break;
            case DateTime moment:
                json.WriteStringValue(moment.ToUniversalTime());
                break;
            case DateTimeOffset moment:
                json.WriteStringValue(moment);
                break;
            case IDictionary map:
                json.WriteStartObject();
                foreach (DictionaryEntry entry in map)
                {
                    json.WritePropertyName(Convert.ToString(entry.Key, CultureInfo.InvariantCulture)!);
                    Write(json, entry.Value);
                }

                json.WriteEndObject();
                break;
            case IEnumerable list:
                json.WriteStartArray();
                foreach (object? entry in list)
                    Write(json, entry);
                json.WriteEndArray();
                break;
            case double or float or decimal:
                json.WriteNumberValue(Convert.ToDouble(value is PSObject o ? o.BaseObject : value, CultureInfo.InvariantCulture));
                break;
            case IConvertible number when number.GetTypeCode() is >= TypeCode.SByte and <= TypeCode.UInt64:
                json.WriteNumberValue(number.ToInt64(CultureInfo.InvariantCulture));
                break;
            case object other:
                throw new ArgumentException($"A value of type {other.GetType().Name} cannot be told to a sandbox; use hashtables, arrays, texts and numbers.");
        }
    }

    private static object? FromJson(JsonElement json)
    {
        switch (json.ValueKind)
        {
            case JsonValueKind.Object:
                Hashtable map = new(StringComparer.OrdinalIgnoreCase);
                foreach (JsonProperty property in json.EnumerateObject())
                    map[property.Name] = FromJson(property.Value);
                return map;
            case JsonValueKind.Array:
                return json.EnumerateArray().Select(FromJson).ToArray();
            case JsonValueKind.String:
                return json.GetString();
            case JsonValueKind.Number:
                return json.TryGetInt64(out long whole) ? whole : json.GetDouble();
            case JsonValueKind.True:
            case JsonValueKind.False:
                return json.GetBoolean();
            default:
                return null;
        }
    }
}
