using System.Reflection;
using OssMigration.Core.Jobs;

namespace OssMigration.Cluster;

/// <summary>The version that coordinator and workers must share.</summary>
internal static class EngineVersion
{
    /// <summary>This engine's.</summary>
    public static string Current { get; } =
        typeof(MigrationEngine).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[0];
}
