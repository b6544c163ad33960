using System.Globalization;
using System.Management.Automation;
using System.Management.Automation.Host;
using System.Management.Automation.Runspaces;

namespace OssMigration.Pipeline;

/// <summary>
/// Where progress goes: to hosts that show it, as records; to the log of a host without a console, as a plain line after five seconds
/// and then at most one a minute for each activity. <c>$ProgressPreference</c> silences both.
/// </summary>
internal sealed class ProgressOutlet(TimeProvider time, bool isPlain)
{
    private static readonly TimeSpan First = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);

    private readonly Dictionary<int, long> _due = [];

    /// <summary>The outlet of a host.</summary>
    public static ProgressOutlet For(PSHost host) => new(TimeProvider.System, IsPlain(host.Name));

    /// <summary>Writes a record, or the line that it is due.</summary>
    public void Write(Cmdlet command, ProgressRecord record)
    {
        if (!isPlain)
            command.WriteProgress(record);
        else if (IsDue(record) && !IsSilenced(command))
            command.WriteInformation(ForHost(Line(record)));
    }

    /// <summary>Everything that a record says, in one line.</summary>
    internal static string Line(ProgressRecord record)
    {
        string percent = record.PercentComplete >= 0 ? string.Create(CultureInfo.InvariantCulture, $"{record.PercentComplete} %") : "";
        string left = record.SecondsRemaining >= 0 ? $"{TimeSpan.FromSeconds(record.SecondsRemaining):c} left" : "";
        return string.Join("; ", new[] { record.Activity, record.StatusDescription, record.CurrentOperation, percent, left }.Where(part => !string.IsNullOrWhiteSpace(part)));
    }

    private static InformationRecord ForHost(string line)
    {
        InformationRecord information = new(new HostInformationMessage { Message = line }, "OssMigration");
        information.Tags.Add("PSHOST");
        return information;
    }

    // pwsh would write nothing, or CLIXML on the error stream, where its output is no terminal. A host without a name of its own
    // has nobody who looks at records, unless it is that of a job, which keeps them.
    private static bool IsPlain(string host) => host switch
    {
        "ConsoleHost" or "OssMigration Shell" => Console.IsOutputRedirected || Environment.GetEnvironmentVariable("TERM") == "dumb",
        "Default Host" => Runspace.DefaultRunspace?.Name != BackgroundRun.RunspaceName,
        _ => false,
    };

    private static bool IsSilenced(Cmdlet command) => command is PSCmdlet { SessionState: { } state }
        && $"{state.PSVariable.GetValue("ProgressPreference")}" is nameof(ActionPreference.SilentlyContinue) or nameof(ActionPreference.Ignore);

    private bool IsDue(ProgressRecord record)
    {
        if (record.RecordType == ProgressRecordType.Completed)
        {
            _due.Remove(record.ActivityId);
            return false;
        }

        long now = time.GetTimestamp();
        bool isKnown = _due.TryGetValue(record.ActivityId, out long due);
        if (isKnown && now < due)
            return false;
        _due[record.ActivityId] = now + (long)((isKnown ? Interval : First).TotalSeconds * time.TimestampFrequency);
        return isKnown;
    }
}
