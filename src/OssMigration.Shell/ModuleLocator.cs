namespace OssMigration.Shell;

/// <summary>Finds the finished module: beside the Shell where both are shipped, or in out/ of the clone the Shell was built in.</summary>
internal static class ModuleLocator
{
    /// <summary>The path of the module's manifest; null where there is none.</summary>
    public static string? FindManifest(string start)
    {
        for (DirectoryInfo? folder = new(start); folder is not null; folder = folder.Parent)
        {
            foreach (string candidate in new[] { Path.Combine("out", "OssMigration"), "OssMigration" })
            {
                string manifest = Path.Combine(folder.FullName, candidate, "OssMigration.psd1");

                // A manifest without its assembly is the one of the source tree.
                if (File.Exists(manifest) && File.Exists(Path.Combine(folder.FullName, candidate, "OssMigration.dll")))
                    return manifest;
            }
        }

        return null;
    }

    /// <summary>A script by path, or a shipped runbook by name; null where there is neither.</summary>
    public static string? FindScript(string manifest, string text)
    {
        string runbook = Path.Combine(Path.GetDirectoryName(manifest)!, "runbooks", text + ".ps1");
        if (Path.GetFileName(text) == text && File.Exists(runbook))
            return runbook;
        return File.Exists(text) ? Path.GetFullPath(text) : null;
    }
}
