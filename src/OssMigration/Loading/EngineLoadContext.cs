using System.Reflection;
using System.Runtime.InteropServices;
using System.Runtime.Loader;

namespace OssMigration.Loading;

/// <summary>
/// Holds the engine and all its dependencies apart from whatever other modules brought into the process. Not collectible:
/// PowerShell keeps types of a module for the life of the process.
/// </summary>
internal sealed class EngineLoadContext : AssemblyLoadContext
{
    private readonly string _folder;
    private readonly AssemblyDependencyResolver? _resolver;
    private readonly RuntimeAssemblies _runtime = new();

    /// <summary>Makes the context over a folder that holds OssMigration.Stores.dll and everything it needs.</summary>
    public EngineLoadContext(string folder)
        : base("OssMigration", isCollectible: false)
    {
        _folder = folder;
        _resolver = CreateResolver(Path.Combine(folder, "OssMigration.Stores.dll"));
    }

    /// <summary>Loads an assembly of the engine by its simple name; null when the folder does not hold it.</summary>
    /// <remarks>Asking by name here would come back to the handler that called us and never end, so only by path.</remarks>
    public Assembly? LoadEngine(string name)
        => FindManaged(name) is { } path ? LoadFromAssemblyPath(Fastest(path)) : null;

    /// <inheritdoc/>
    protected override Assembly? Load(AssemblyName assemblyName)
    {
        string? path = _resolver?.ResolveAssemblyToPath(assemblyName) ?? FindManaged(assemblyName.Name);

        // Only what is here is worth asking which of two is newer: that reads a file, and the runtime's assemblies are asked for again and again.
        return path is null || _runtime.Satisfy(assemblyName) ? null : LoadFromAssemblyPath(Fastest(path));
    }

    /// <inheritdoc/>
    protected override nint LoadUnmanagedDll(string unmanagedDllName)
    {
        string? path = _resolver?.ResolveUnmanagedDllToPath(unmanagedDllName) ?? FindNative(unmanagedDllName);
        return path is null ? nint.Zero : LoadUnmanagedDllFromPath(path);
    }

    private static AssemblyDependencyResolver? CreateResolver(string component)
    {
        try
        {
            return new AssemblyDependencyResolver(component);
        }
        catch (InvalidOperationException)
        {
            // A host without hostpolicy, or a deps.json it cannot read: the probing below finds everything as well.
            return null;
        }
    }

    // A build has its assemblies compiled ahead as well, for its own machine and runtime. The package has none.
    private string Fastest(string path)
    {
        string file = Path.GetFileName(path);
        foreach (string runtime in Runtimes())
        {
            string ahead = Path.Combine(_folder, "runtimes", runtime, "lib", $"net{Environment.Version.Major}.0", file);
            if (File.Exists(ahead))
                return ahead;
        }

        return path;
    }

    private string? FindManaged(string? name)
        => name is not null && Path.Combine(_folder, name + ".dll") is var path && File.Exists(path) ? path : null;

    private string? FindNative(string name)
    {
        foreach (string runtime in Runtimes())
        {
            foreach (string file in new[] { name, name + ".so", "lib" + name + ".so", "lib" + name + ".dylib", name + ".dll" })
            {
                string path = Path.Combine(_folder, "runtimes", runtime, "native", file);
                if (File.Exists(path))
                    return path;
            }
        }

        return null;
    }

    private static IEnumerable<string> Runtimes()
    {
        string architecture = RuntimeInformation.ProcessArchitecture.ToString().ToLowerInvariant();
        yield return RuntimeInformation.RuntimeIdentifier;
        if (OperatingSystem.IsWindows())
            yield return "win-" + architecture;
        else if (OperatingSystem.IsMacOS())
            yield return "osx-" + architecture;
        else
            yield return "linux-" + architecture;
    }
}
