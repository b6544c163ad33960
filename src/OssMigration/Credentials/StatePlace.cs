using OssMigration.Core.Jobs;
using OssMigration.Core.RemoteState;
using OssMigration.Core.Stores;

namespace OssMigration.Credentials;

/// <summary>Where a job keeps its state, with the keys for it.</summary>
internal static class StatePlace
{
    /// <summary>The place that was given, else the one that the job on this machine names; null for a job that is on this machine alone.</summary>
    /// <exception cref="CredentialNeededException">The address wants keys given by hand and none were.</exception>
    public static StateLocation? Find(MigrationEngine engine, string jobName, StoreAddress? given)
    {
        StoreAddress? address = given ?? (engine.GetJobNames().Contains(jobName) ? engine.GetJob(jobName).StateAddress : null);
        return address is null ? null : new StateLocation(address, CredentialVault.For(address, given: null, "StateUri"));
    }
}
