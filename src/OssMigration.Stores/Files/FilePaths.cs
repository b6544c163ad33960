using System.Buffers;
using System.Text;
using OssMigration.Core.Stores;

namespace OssMigration.Stores.Files;

/// <summary>Turns keys into paths below a root and never beyond it.</summary>
internal sealed class FilePaths
{
    /// <summary>The folder for what is being written. It is never listed, and no key may lie in it.</summary>
    public const string SideFolder = ".ossmigration";

    private static readonly SearchValues<char> ImpossibleOnWindows = SearchValues.Create("<>:\"\\|?*");
    private static readonly UTF8Encoding StrictUtf8 = new(false, throwOnInvalidBytes: true);
    private readonly string _store;

    /// <summary>Paths below a root.</summary>
    /// <param name="root">The whole path of the folder.</param>
    /// <param name="store">The store's display name.</param>
    public FilePaths(string root, string store)
    {
        Root = root;
        _store = store;
    }

    /// <summary>The folder.</summary>
    public string Root { get; }

    /// <summary>Throws where the folder is not there.</summary>
    public void RequireRoot()
    {
        if (!Directory.Exists(Root))
            throw new StoreException(StoreErrorKind.NoSuchBucket, _store, $"There is no folder {Root}.");
    }

    /// <summary>The path of a key to write to.</summary>
    /// <exception cref="StoreException">InvalidRequest: no file can have this key, or it leads through a link.</exception>
    public string ForWriting(string key)
    {
        if (WhyImpossible(key) is { } reason)
            throw new StoreException(StoreErrorKind.InvalidRequest, _store, reason) { Key = key };
        string path = Join(key);
        if (LeadsThroughLink(key))
            throw new StoreException(StoreErrorKind.InvalidRequest, _store, "The key leads through a symbolic link, and links are not followed.") { Key = key };
        return path;
    }

    /// <summary>The path of a key to read; null where no file can have this key or a link is in the way.</summary>
    public string? ForReading(string key)
    {
        if (WhyImpossible(key) is not null || LeadsThroughLink(key))
            return null;
        string path = Join(key);
        return new FileInfo(path).LinkTarget is null ? path : null;
    }

    /// <summary>Why no file can have a key, or null.</summary>
    public static string? WhyImpossible(string key)
    {
        if (key.Length == 0)
            return "The key is empty.";
        if (!IsUnicode(key))
            return "The key has no form in UTF-8.";
        string[] names = key.Split('/');
        if (names[0] == SideFolder)
            return $"Keys below {SideFolder}/ are kept for files that are being written.";
        foreach (string name in names)
        {
            if (name.Length == 0)
                return "A path has no empty name, so a key of files neither begins nor ends with '/' nor holds '//'.";
            if (name is "." or "..")
                return "A path has no name '.' or '..'.";
            if (name.AsSpan().Contains('\0') || (OperatingSystem.IsWindows() && IsImpossibleOnWindows(name)))
                return $"The file system cannot hold the name '{name}'.";
        }

        return null;
    }

    private static bool IsUnicode(string key)
    {
        try
        {
            return StrictUtf8.GetByteCount(key) > 0;
        }
        catch (EncoderFallbackException)
        {
            return false;
        }
    }

    // Windows drops dots and spaces at the end, and takes some names for devices: another file would be hit.
    private static bool IsImpossibleOnWindows(string name)
    {
        if (name[^1] is '.' or ' ' || name.AsSpan().ContainsAny(ImpossibleOnWindows) || name.Any(unit => unit < ' '))
            return true;
        string stem = name.Split('.')[0].TrimEnd().ToUpperInvariant();
        return stem is "CON" or "PRN" or "AUX" or "NUL" or "CONIN$" or "CONOUT$"
            || (stem.Length == 4 && (stem.StartsWith("COM", StringComparison.Ordinal) || stem.StartsWith("LPT", StringComparison.Ordinal))
                && (char.IsAsciiDigit(stem[3]) || stem[3] is '\u00b9' or '\u00b2' or '\u00b3'));
    }

    private string Join(string key) => Path.Join(Root, Path.DirectorySeparatorChar == '/' ? key : key.Replace('/', Path.DirectorySeparatorChar));

    private bool LeadsThroughLink(string key)
    {
        for (int slash = key.IndexOf('/', StringComparison.Ordinal); slash > 0; slash = key.IndexOf('/', slash + 1))
        {
            DirectoryInfo folder = new(Join(key[..slash]));
            if (folder.LinkTarget is not null)
                return true;
            if (!folder.Exists)
                return false;
        }

        return false;
    }
}
