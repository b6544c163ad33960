using System.Text.Json;
using OssMigration.Core.Stores;

namespace OssMigration.Stores.Oss;

/// <summary>Profiles of the aliyun command line, <c>~/.aliyun/config.json</c>; modes AK and StsToken.</summary>
internal static class AliyunProfiles
{
    /// <summary>Looks a profile up.</summary>
    /// <param name="homeFolder">The user's folder.</param>
    /// <param name="name">The profile; null for the current one.</param>
    /// <returns>The keys or null, and for people what was looked at and why it gave none.</returns>
    public static (StoreCredential? Credential, string Looked) Find(string homeFolder, string? name)
    {
        const string Shown = "~/.aliyun/config.json";
        string path = Path.Combine(homeFolder, ".aliyun", "config.json");
        try
        {
            if (!File.Exists(path))
                return (null, $"{Shown} (not there)");
            using FileStream stream = File.OpenRead(path);
            using JsonDocument document = JsonDocument.Parse(stream);
            string wanted = string.IsNullOrEmpty(name) ? Text(document.RootElement, "current") ?? "default" : name;
            if (document.RootElement.ValueKind != JsonValueKind.Object
                || !document.RootElement.TryGetProperty("profiles", out JsonElement profiles)
                || profiles.ValueKind != JsonValueKind.Array)
                return (null, $"{Shown} (no profiles)");
            foreach (JsonElement profile in profiles.EnumerateArray())
            {
                if (Text(profile, "name") == wanted)
                    return Read(profile, $"{Shown}, profile {wanted}");
            }

            return (null, $"{Shown} (no profile {wanted})");
        }
        catch (Exception error) when (error is JsonException or IOException or UnauthorizedAccessException)
        {
            return (null, $"{Shown} (cannot be read)");
        }
    }

    private static (StoreCredential? Credential, string Looked) Read(JsonElement profile, string shown)
    {
        string mode = Text(profile, "mode") ?? "AK";
        if (mode is not ("AK" or "StsToken"))
            return (null, $"{shown} (mode {mode} is not supported, only AK and StsToken)");
        if (Text(profile, "access_key_id") is not { Length: > 0 } id || Text(profile, "access_key_secret") is not { Length: > 0 } secret)
            return (null, $"{shown} (no keys)");
        string? token = mode == "StsToken" ? Text(profile, "sts_token") : null;
        return (new StoreCredential(id, secret, string.IsNullOrEmpty(token) ? null : token), shown);
    }

    private static string? Text(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String
            ? value.GetString()
            : null;
}
