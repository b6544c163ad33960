namespace OssMigration.TestKit;

/// <summary>Where the build put things.</summary>
public static class Layout
{
    /// <summary>The root of the clone.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>The Shell, of the configuration that these tests were built in.</summary>
    public static string Shell { get; } = Path.Join(Root, "src", "OssMigration.Shell", "bin", Configuration, "net10.0", "OssMigration.Shell.dll");

    private static string Configuration => new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name;

    private static string FindRoot()
    {
        DirectoryInfo? folder = new(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Join(folder.FullName, "OssMigration.sln")))
            folder = folder.Parent;
        return folder?.FullName ?? throw new InvalidOperationException("There is no OssMigration.sln above the tests.");
    }
}
