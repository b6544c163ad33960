using OssMigration.Core.Versions;

namespace OssMigration.Core.Journal;

/// <summary>Histories that are under way.</summary>
internal sealed partial class JournalTransaction
{
    /// <summary>A version of a history under way that the destination has.</summary>
    public void PutArrived(string key, ArrivedVersion version) => Run(
        "INSERT OR REPLACE INTO arrived(key, at, source_id, destination_id) VALUES($1, $2, $3, $4)", Blob(key), version.At, version.SourceId, version.DestinationId);

    /// <summary>The history of a key is settled.</summary>
    public void RemoveArrived(string key) => Run("DELETE FROM arrived WHERE key = $1", Blob(key));

    /// <summary>What is left of histories in a run that is finished: those of keys that it could not settle stay.</summary>
    public void RemoveSettledArrived(int run) => Run("DELETE FROM arrived WHERE key NOT IN (SELECT key FROM items WHERE run = $1)", run);

    /// <summary>Records that histories may be written: the destination was found empty.</summary>
    public void PutHistoriesBegun() => JournalSchema.PutMeta(connection, HistoriesName, "begun");
}
