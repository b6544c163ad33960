using System.Reflection;
using System.Runtime.Loader;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace OssMigration.ModuleTests.Support;

/// <summary>The module's and the engine's types in this process, after a session imported the module.</summary>
internal static class LoadedTypes
{
    private static readonly JsonSerializerOptions Json = new() { Converters = { new JsonStringEnumConverter() } };

    /// <summary>The module's thin assembly.</summary>
    public static Assembly ModuleAssembly => AssemblyLoadContext.Default.Assemblies.Single(assembly => assembly.GetName().Name == "OssMigration");

    /// <summary>The load context of the engine.</summary>
    public static AssemblyLoadContext EngineContext => AssemblyLoadContext.All.Single(context => context.Name == "OssMigration");

    /// <summary>The public types of the thin assembly.</summary>
    public static IEnumerable<Type> OfModule() => ModuleAssembly.GetExportedTypes();

    /// <summary>An assembly of a context by name; null where the context does not hold it.</summary>
    public static Assembly? In(AssemblyLoadContext context, string name) => context.Assemblies.SingleOrDefault(assembly => assembly.GetName().Name == name);

    /// <summary>Makes an object of the engine out of JSON.</summary>
    public static object Make(string type, string json)
    {
        Type found = In(EngineContext, "OssMigration.Core")!.GetType("OssMigration.Core." + type, throwOnError: true)!;
        return JsonSerializer.Deserialize(json, found, Json)!;
    }
}
