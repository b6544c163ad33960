namespace OssMigration.Core.Fidelity;

/// <summary>Capability: the store knows what its names of storage classes mean.</summary>
public interface IStorageClassNames
{
    /// <summary>
    /// Names of the store in the words of OSS (<see cref="StorageClassMap.Possible"/>), without regard to letter case: only those that
    /// <see cref="StorageClassMap.BuiltIn"/> lacks or means otherwise.
    /// </summary>
    IReadOnlyDictionary<string, string> StorageClasses { get; }
}
