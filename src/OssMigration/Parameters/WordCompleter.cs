using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;

namespace OssMigration.Parameters;

/// <summary>
/// Completes a parameter from a list of words that is there without any network, unless the user asks for one. Nothing to offer is better than an error between two
/// key presses, so what cannot be read offers nothing.
/// </summary>
public abstract class WordCompleter : IArgumentCompleter
{
    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters)
    {
        string typed = wordToComplete.Trim('\'', '"');
        try
        {
            return [.. Words(typed, fakeBoundParameters).Where(word => Fits(word.Text, typed)).Select(ToResult)];
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            return [];
        }
    }

    /// <summary>All words, in the order in which they are offered.</summary>
    /// <param name="typed">What is typed of the word, without quotes.</param>
    /// <param name="given">The parameters that are typed already.</param>
    private protected abstract IEnumerable<(string Text, string Meaning)> Words(string typed, IDictionary given);

    /// <summary>Whether a word is offered for what is typed.</summary>
    private protected virtual bool Fits(string word, string typed) => word.StartsWith(typed, StringComparison.OrdinalIgnoreCase);

    private static CompletionResult ToResult((string Text, string Meaning) word)
    {
        bool isPlain = word.Text.All(c => char.IsLetterOrDigit(c) || c is '-' or '_' or '/' or ':' or '.' or '+');
        string inserted = isPlain ? word.Text : $"'{CodeGeneration.EscapeSingleQuotedStringContent(word.Text)}'";
        return new CompletionResult(inserted, Views.Display.Text(word.Text), CompletionResultType.ParameterValue, Views.Display.Text(word.Meaning));
    }
}
