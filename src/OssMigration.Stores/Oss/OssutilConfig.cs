using OssMigration.Core.Stores;

namespace OssMigration.Stores.Oss;

/// <summary>
/// The configuration of ossutil, <c>~/.ossutilconfig</c>: section Credentials of version 1, sections default and
/// <c>profile NAME</c> of version 2. Keys that are set out in the file are used, other modes are not.
/// </summary>
internal static class OssutilConfig
{
    /// <summary>Looks keys up; null where there are none.</summary>
    /// <param name="homeFolder">The user's folder.</param>
    /// <param name="name">The profile; null for the default.</param>
    public static StoreCredential? Find(string homeFolder, string? name)
    {
        string path = Path.Combine(homeFolder, ".ossutilconfig");
        try
        {
            return File.Exists(path) ? Read(File.ReadLines(path), name) : null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>For people: what was looked at.</summary>
    public static string Describe(string? name) => name is null ? "~/.ossutilconfig (no keys)" : $"~/.ossutilconfig (no keys in profile {name})";

    private static StoreCredential? Read(IEnumerable<string> lines, string? name)
    {
        Dictionary<string, string> values = new(StringComparer.OrdinalIgnoreCase);
        bool isWanted = false;
        foreach (string raw in lines)
        {
            string line = raw.Trim();
            if (line.StartsWith('[') && line.EndsWith(']'))
                isWanted = IsSection(line[1..^1].Trim(), name);
            int equals = line.IndexOf('=', StringComparison.Ordinal);
            if (isWanted && equals > 0 && line[0] is not ('#' or ';'))
                values[line[..equals].Trim()] = line[(equals + 1)..].Trim();
        }

        string? id = values.GetValueOrDefault("accessKeyID");
        string? secret = values.GetValueOrDefault("accessKeySecret");
        if (string.IsNullOrEmpty(id) || string.IsNullOrEmpty(secret))
            return null;
        string? token = values.GetValueOrDefault("stsToken");
        return new StoreCredential(id, secret, string.IsNullOrEmpty(token) ? null : token);
    }

    private static bool IsSection(string section, string? name) =>
        string.IsNullOrEmpty(name)
            ? section is "default" or "Credentials"
            : section == $"profile {name}" || (name == "default" && section == "default");
}
