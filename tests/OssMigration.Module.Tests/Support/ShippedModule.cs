using System.Diagnostics;
using System.IO.Compression;

namespace OssMigration.ModuleTests.Support;

/// <summary>The package that the PowerShell Gallery takes, made and unpacked, with a copy of the Shell to import it in.</summary>
public sealed class ShippedModule : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(3);
    private readonly DirectoryInfo _root = Directory.CreateTempSubdirectory("ossmigration-shipped-");
    private readonly string _shell;

    public ShippedModule()
    {
        ProcessStartInfo start = new("dotnet", ["pack", Path.Combine(Layout.Root, "src", "OssMigration"), "-c", Layout.Configuration, "--no-build", "-o", _root.FullName])
        {
            RedirectStandardOutput = true,
        };
        using Process process = Process.Start(start)!;
        Log = process.StandardOutput.ReadToEnd();
        Assert.True(process.WaitForExit(Limit) && process.ExitCode == 0, Log);
        Package = new FileInfo(Assert.Single(Directory.GetFiles(_root.FullName, "*.nupkg")));
        Folder = Path.Combine(_root.FullName, "OssMigration");
        ZipFile.ExtractToDirectory(Package.FullName, Folder);
        string shell = Path.GetDirectoryName(Layout.Shell)!;
        _shell = Path.Combine(_root.FullName, "shell");
        foreach (string file in Directory.GetFiles(shell, "*", SearchOption.AllDirectories))
        {
            string copy = Path.Combine(_shell, Path.GetRelativePath(shell, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }
    }

    /// <summary>What dotnet pack said.</summary>
    public string Log { get; }

    /// <summary>The package.</summary>
    public FileInfo Package { get; }

    /// <summary>The unpacked module.</summary>
    public string Folder { get; }

    /// <summary>Runs a command in a Shell that finds this module.</summary>
    internal ShellRun Run(string command) => ShellRun.OfProgram(Path.Combine(_shell, "OssMigration.Shell.dll"), ["-Command", command]);

    public void Dispose() => _root.Delete(recursive: true);
}
