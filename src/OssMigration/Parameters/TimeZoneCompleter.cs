using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;

namespace OssMigration.Parameters;

/// <summary>Completes the names of the time zones that this machine knows.</summary>
public sealed class TimeZoneCompleter : IArgumentCompleter
{
    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters)
    {
        WildcardPattern wanted = WildcardPattern.Get($"*{wordToComplete.Trim('\'', '"')}*", WildcardOptions.IgnoreCase);
        return TimeZoneInfo.GetSystemTimeZones()
            .Where(zone => wanted.IsMatch(zone.Id))
            .OrderBy(zone => zone.Id, StringComparer.Ordinal)
            .Select(zone => new CompletionResult(zone.Id.Contains(' ', StringComparison.Ordinal) ? $"'{zone.Id}'" : zone.Id, zone.Id, CompletionResultType.ParameterValue, zone.DisplayName));
    }
}
