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

    /// <summary>The full name of a type of the engine, or of the rooms beside it (Cluster.).</summary>
    public static string NameOf(string type) => AssemblyOf(type) == "OssMigration.Core" ? $"OssMigration.Core.{type}" : $"OssMigration.{type}";

    /// <summary>Makes an object of the engine out of JSON.</summary>
    public static object Make(string type, string json)
    {
        Type found = In(EngineContext, AssemblyOf(type))!.GetType(NameOf(type), throwOnError: true)!;
        return JsonSerializer.Deserialize(json, found, Json)!;
    }

    private static string AssemblyOf(string type) => type.StartsWith("Cluster.", StringComparison.Ordinal) ? "OssMigration.Cluster" : "OssMigration.Core";
}
