using Microsoft.Win32.SafeHandles;

namespace OssMigration.Core.Stores;

/// <summary>
/// Files and folders that only their owner may read (0600, 0700): what a job remembers tells the names of all objects. On Windows
/// the user's own application data is private already.
/// </summary>
internal static class PrivateFiles
{
    private const UnixFileMode OfFiles = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode OfFolders = OfFiles | UnixFileMode.UserExecute;

    /// <summary>Makes a folder, and those above it that are missing. One that is there is left as it is.</summary>
    public static void CreateFolder(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(path);
            return;
        }

        // Of what it makes on its way, the system's own call makes only the last folder with this mode.
        if (Path.GetDirectoryName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(path))) is { } above && !Directory.Exists(above))
            CreateFolder(above);
        Directory.CreateDirectory(path, OfFolders);
    }

    /// <summary>Opens a file, which is private where it is made by this.</summary>
    public static FileStream Open(string path, FileMode mode, FileAccess access, FileShare share)
    {
        FileStreamOptions options = new() { Mode = mode, Access = access, Share = share };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = OfFiles;
        return new FileStream(path, options);
    }

    /// <summary>As <see cref="Open"/>, for reads and writes at places of one's own.</summary>
    public static SafeFileHandle OpenHandle(string path, FileMode mode, FileAccess access, FileShare share)
    {
        // A handle cannot be made with a mode, and one that is set afterwards comes too late for who looks in between.
        Open(path, mode, FileAccess.Write, share).Dispose();
        return File.OpenHandle(path, FileMode.Open, access, share);
    }

    /// <summary>Makes an empty file where there is none, for who opens it by name and would make it readable to others.</summary>
    public static void Prepare(string path) => Open(path, FileMode.OpenOrCreate, FileAccess.Write, FileShare.ReadWrite).Dispose();

    /// <summary>Writes a whole file, in place of one that is there.</summary>
    public static void Write(string path, ReadOnlySpan<byte> content)
    {
        using FileStream file = Open(path, FileMode.Create, FileAccess.Write, FileShare.Read);
        file.Write(content);
    }
}
