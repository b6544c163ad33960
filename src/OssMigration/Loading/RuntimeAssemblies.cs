using System.Reflection;

namespace OssMigration.Loading;

/// <summary>
/// Parts of .NET that packages bring along for older runtimes. Where the runtime has its own in that version, that one is taken: its HTTP
/// and ours must mean the same types.
/// </summary>
internal sealed class RuntimeAssemblies
{
    // The runtime's HTTP has types of it in its surface, so that one of ours would be another whatever its version is.
    private const string Surface = "System.Diagnostics.DiagnosticSource";

    private readonly Dictionary<string, string> _paths = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Reads which assemblies belong to the runtime.</summary>
    public RuntimeAssemblies()
    {
        string? folder = Path.GetDirectoryName(typeof(object).Assembly.Location);
        foreach (string path in (AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES") as string ?? "").Split(Path.PathSeparator))
        {
            if (Path.GetDirectoryName(path) == folder)
                _paths.TryAdd(Path.GetFileNameWithoutExtension(path), path);
        }
    }

    /// <summary>Whether the runtime's own is to be taken for an assembly that is asked for.</summary>
    public bool Satisfy(AssemblyName wanted)
        => wanted.Name is { } name && _paths.TryGetValue(name, out string? path)
            && (name == Surface || AssemblyName.GetAssemblyName(path).Version >= wanted.Version);
}
