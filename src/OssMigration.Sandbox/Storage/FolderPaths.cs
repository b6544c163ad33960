using System.Security.Cryptography;
using System.Text;

namespace OssMigration.Sandbox.Storage;

/// <summary>Which keys are paths within a folder, and where all others go: a side directory, under an escaped name.</summary>
internal sealed class FolderPaths
{
    /// <summary>The side directory's name. Keys that begin with it are not paths.</summary>
    public const string SideName = ".ossmigration-sandbox";

    private const int LongestName = 255;
    private const int LongestPath = 4000;
    private readonly string _keys;
    private readonly string _temporary;

    /// <param name="root">The folder.</param>
    public FolderPaths(string root)
    {
        Root = Path.TrimEndingDirectorySeparator(Path.GetFullPath(root));
        _keys = Path.Combine(Root, SideName, "keys");
        _temporary = Path.Combine(Root, SideName, "tmp");
    }

    /// <summary>The folder's full path.</summary>
    public string Root { get; }

    /// <summary>Where escaped keys are; the directory may be missing.</summary>
    public string EscapedDirectory => _keys;

    /// <summary>The file of a key; null for a key that no path can hold.</summary>
    public string? PathOf(string key)
    {
        if (key.Length == 0 || key[0] == '/' || key[^1] == '/' || key.Contains('\0', StringComparison.Ordinal))
            return null;
        string[] names = key.Split('/');
        if (names[0] == SideName || !names.All(IsName))
            return null;
        string path = Path.Combine(Root, Path.Combine(names));
        return Encoding.UTF8.GetByteCount(path) <= LongestPath ? path : null;
    }

    /// <summary>The file of a key that is no path; its name is the key's hash, and the key stands in a file beside it.</summary>
    public string EscapedPathOf(string key) =>
        Path.Combine(_keys, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key))));

    /// <summary>A path for a new temporary file, on the folder's file system; its directory exists.</summary>
    public string NewTemporaryPath()
    {
        Directory.CreateDirectory(_temporary);
        return Path.Combine(_temporary, RandomNumberGenerator.GetHexString(24, lowercase: true));
    }

    /// <summary>Whether the file is a temporary one of this folder.</summary>
    public bool IsTemporary(string path) => path.StartsWith(_temporary, StringComparison.Ordinal);

    /// <summary>Deletes what an earlier process left half-written.</summary>
    public void DeleteTemporaries()
    {
        if (Directory.Exists(_temporary))
            Directory.Delete(_temporary, recursive: true);
    }

    /// <summary>
    /// The file to read for a path within the folder: itself, or the target of a link when that lies within the folder.
    /// Directories that are links are not entered.
    /// </summary>
    /// <returns>The file; null when there is none, or it leads out of the folder.</returns>
    public FileInfo? Locate(string path)
    {
        for (string? parent = Path.GetDirectoryName(path); parent is not null && parent.Length > Root.Length; parent = Path.GetDirectoryName(parent))
            if (new DirectoryInfo(parent) is { Exists: true, LinkTarget: not null })
                return null;
        var file = new FileInfo(path);
        if (!file.Exists)
            return null;
        if (file.LinkTarget is null)
            return file;
        if (file.ResolveLinkTarget(returnFinalTarget: true) is not FileInfo { Exists: true } target)
            return null;
        return target.FullName.StartsWith(Root + Path.DirectorySeparatorChar, StringComparison.Ordinal)
            && !target.FullName.StartsWith(Path.Combine(Root, SideName), StringComparison.Ordinal)
            ? Locate(target.FullName)
            : null;
    }

    /// <summary>Whether a file can be put at this path: no parent is a file or a link, and it is no directory itself.</summary>
    public bool IsFree(string path)
    {
        if (Directory.Exists(path))
            return false;
        for (string? parent = Path.GetDirectoryName(path); parent is not null && parent.Length > Root.Length; parent = Path.GetDirectoryName(parent))
            if (File.Exists(parent) || new DirectoryInfo(parent).LinkTarget is not null)
                return false;
        return true;
    }

    private static bool IsName(string name)
    {
        if (name.Length == 0 || name is "." or ".." || Encoding.UTF8.GetByteCount(name) > LongestName)
            return false;
        return !OperatingSystem.IsWindows() || (name.IndexOfAny(Path.GetInvalidFileNameChars()) < 0 && name[^1] is not ('.' or ' '));
    }
}
