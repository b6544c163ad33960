using System.Management.Automation;
using System.Management.Automation.Runspaces;
using System.Reflection;
using System.Runtime.Loader;
using OssMigration.Sandboxes;

namespace OssMigration.Loading;

/// <summary>
/// Runs when PowerShell imports and removes the module. Until <see cref="OnImport"/> has run no type of the engine can be
/// resolved, so nothing here names one.
/// </summary>
public sealed class ModuleLifetime : IModuleAssemblyInitializer, IModuleAssemblyCleanup
{
    private static readonly Lazy<EngineLoadContext> Engine = new(
        () => new EngineLoadContext(Path.Combine(Path.GetDirectoryName(typeof(ModuleLifetime).Assembly.Location)!, "lib")));

    private static int _hooked;

    /// <summary>Makes the engine's assemblies findable, once in a process, however many runspaces import the module.</summary>
    public void OnImport()
    {
        if (Interlocked.Exchange(ref _hooked, 1) == 0)
            AssemblyLoadContext.Default.Resolving += Resolve;
    }

    /// <summary>Ends the sandboxes that this runspace started.</summary>
    /// <param name="psModuleInfo">The module that is removed.</param>
    public void OnRemove(PSModuleInfo psModuleInfo)
    {
        if (Runspace.DefaultRunspace is { } runspace)
            SandboxRegistry.StopAllOf(runspace.InstanceId);
    }

    private static Assembly? Resolve(AssemblyLoadContext context, AssemblyName name)
        => name.Name is "OssMigration.Core" or "OssMigration.Stores" or "OssMigration.Cluster" ? Engine.Value.LoadEngine(name.Name) : null;
}
