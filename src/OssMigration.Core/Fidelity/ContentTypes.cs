using System.Collections.Frozen;

namespace OssMigration.Core.Fidelity;

/// <summary>
/// Content types by the extension of a key, for sources that keep none. Few and undisputed (IANA's registry); what is not among
/// them is application/octet-stream.
/// </summary>
internal static class ContentTypes
{
    private static readonly FrozenDictionary<string, string> ByExtension = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase)
    {
        ["avif"] = "image/avif",
        ["bmp"] = "image/bmp",
        ["gif"] = "image/gif",
        ["ico"] = "image/vnd.microsoft.icon",
        ["jpeg"] = "image/jpeg",
        ["jpg"] = "image/jpeg",
        ["png"] = "image/png",
        ["svg"] = "image/svg+xml",
        ["tif"] = "image/tiff",
        ["tiff"] = "image/tiff",
        ["webp"] = "image/webp",
        ["css"] = "text/css",
        ["csv"] = "text/csv",
        ["htm"] = "text/html",
        ["html"] = "text/html",
        ["js"] = "text/javascript",
        ["md"] = "text/markdown",
        ["mjs"] = "text/javascript",
        ["txt"] = "text/plain",
        ["json"] = "application/json",
        ["pdf"] = "application/pdf",
        ["rtf"] = "application/rtf",
        ["wasm"] = "application/wasm",
        ["xml"] = "application/xml",
        ["gz"] = "application/gzip",
        ["zip"] = "application/zip",
        ["doc"] = "application/msword",
        ["xls"] = "application/vnd.ms-excel",
        ["ppt"] = "application/vnd.ms-powerpoint",
        ["docx"] = "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        ["xlsx"] = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        ["pptx"] = "application/vnd.openxmlformats-officedocument.presentationml.presentation",
        ["aac"] = "audio/aac",
        ["flac"] = "audio/flac",
        ["mp3"] = "audio/mpeg",
        ["ogg"] = "audio/ogg",
        ["wav"] = "audio/wav",
        ["mov"] = "video/quicktime",
        ["mp4"] = "video/mp4",
        ["mpeg"] = "video/mpeg",
        ["webm"] = "video/webm",
        ["otf"] = "font/otf",
        ["ttf"] = "font/ttf",
        ["woff"] = "font/woff",
        ["woff2"] = "font/woff2",
    }.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);

    /// <summary>The type that the key's extension stands for; null for an unknown one.</summary>
    public static string? Guess(string key)
    {
        int dot = key.LastIndexOf('.');
        return dot < 0 || key.IndexOf('/', dot) >= 0 ? null : ByExtension.GetValueOrDefault(key[(dot + 1)..]);
    }
}
