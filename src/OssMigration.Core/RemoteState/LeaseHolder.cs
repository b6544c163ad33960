using System.Text.Json;
using OssMigration.Core.Jobs;

namespace OssMigration.Core.RemoteState;

/// <summary>Who has the lease of a job's state.</summary>
/// <param name="Id">This taking of it, by chance.</param>
/// <param name="Host">The machine.</param>
/// <param name="Process">The process there.</param>
/// <param name="Folder">The job's folder there, by a name that is its own. Only one process at a time has the folder.</param>
internal sealed record LeaseHolder(string Id, string Host, int Process, string Folder)
{
    /// <summary>This process with this folder.</summary>
    public static LeaseHolder OfThisProcess(string folder) => new(Guid.NewGuid().ToString("n"), Environment.MachineName, Environment.ProcessId, folder);

    /// <summary>Whether it had the folder before: its process is gone then.</summary>
    public bool IsPredecessorOf(LeaseHolder other) => Folder == other.Folder && Host == other.Host && Id != other.Id;

    /// <inheritdoc/>
    public override string ToString() => FormattableString.Invariant($"process {Process} on {Host}");
}

/// <summary>What a holder writes again and again; its date is the sign of life.</summary>
/// <param name="Id">The holder's.</param>
/// <param name="IsReleased">Whether it is done.</param>
internal sealed record LeaseSign(string Id, bool IsReleased);

/// <summary>Small documents of the state.</summary>
internal static class StateJson
{
    public static byte[] ToBytes<T>(T value) => JsonSerializer.SerializeToUtf8Bytes(value, JobJson.Options);

    /// <summary>Null where it is none.</summary>
    public static T? Read<T>(byte[]? content)
        where T : class
    {
        try
        {
            return content is null ? null : JsonSerializer.Deserialize<T>(content, JobJson.Options);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
