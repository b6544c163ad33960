using System.Collections.Concurrent;
using OssMigration.Core.Jobs;
using OssMigration.Stores;

namespace OssMigration;

/// <summary>The engine of this process, made when it is first needed.</summary>
internal static class ModuleEngine
{
    private static readonly ConcurrentDictionary<string, Lazy<EngineEnvironment>> Environments = new();

    /// <summary>
    /// What the engine works with over the home that is set now: a script that points OSSMIGRATION_HOME elsewhere gets its own
    /// jobs even where the module was used before.
    /// </summary>
    public static EngineEnvironment Environment => Environments.GetOrAdd(
        JobHome.DefaultPath,
        static home => new Lazy<EngineEnvironment>(() => new EngineEnvironment { Stores = new StoreFactory(), Home = home })).Value;

    /// <summary>The engine over the home that is set now. It holds nothing of its own.</summary>
    public static MigrationEngine Current => new(Environment);
}
