namespace OssMigration.Benchmarks.Running;

/// <summary>Where the build is.</summary>
internal static class House
{
    /// <summary>The folder of the clone.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>The Shell's program.</summary>
    public static string Shell { get; } = Find("OssMigration.Shell.dll", Path.Combine(Root, "src", "OssMigration.Shell", "bin", "Release"));

    private static string FindRoot()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "OssMigration.sln")))
                return folder.FullName;
        }

        throw new InvalidOperationException("There is no OssMigration.sln above the benchmarks.");
    }

    private static string Find(string name, string folder)
        => Directory.Exists(folder) && Directory.EnumerateFiles(folder, name, SearchOption.AllDirectories).FirstOrDefault() is { } path
            ? path
            : throw new InvalidOperationException($"{name} is not built for Release. Run: dotnet build -c Release");
}
