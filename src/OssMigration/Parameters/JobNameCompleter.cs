using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;

namespace OssMigration.Parameters;

/// <summary>Completes names of jobs from the home, without any network.</summary>
public sealed class JobNameCompleter : IArgumentCompleter
{
    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters)
    {
        string word = wordToComplete.Trim('\'', '"');
        return [.. Names()
            .Where(name => name.StartsWith(word, StringComparison.OrdinalIgnoreCase))
            .Select(name => new CompletionResult(name))];
    }

    private static IReadOnlyList<string> Names()
    {
        try
        {
            return ModuleEngine.Current.GetJobNames();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Nothing to offer is better than an error between two key presses.
            return [];
        }
    }
}
