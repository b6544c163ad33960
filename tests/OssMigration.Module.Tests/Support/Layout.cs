namespace OssMigration.ModuleTests.Support;

/// <summary>Where the build put things.</summary>
internal static class Layout
{
    /// <summary>The root of the clone.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>The finished module.</summary>
    public static string Module { get; } = Path.Combine(Root, "out", "OssMigration");

    /// <summary>Its manifest.</summary>
    public static string Manifest { get; } = Path.Combine(Module, "OssMigration.psd1");

    /// <summary>The Shell, of the configuration that these tests were built in.</summary>
    public static string Shell { get; } = Path.Combine(
        Root, "src", "OssMigration.Shell", "bin", Configuration, "net10.0", "OssMigration.Shell.dll");

    /// <summary>The configuration that these tests were built in.</summary>
    public static string Configuration => new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name;

    private static string FindRoot()
    {
        DirectoryInfo? folder = new(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "OssMigration.sln")))
            folder = folder.Parent;
        return folder?.FullName ?? throw new InvalidOperationException("These tests run inside a clone.");
    }
}
