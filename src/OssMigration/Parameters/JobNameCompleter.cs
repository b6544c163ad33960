using System.Collections;

namespace OssMigration.Parameters;

/// <summary>Completes names of jobs from the home.</summary>
public sealed class JobNameCompleter : WordCompleter
{
    /// <inheritdoc/>
    private protected override IEnumerable<(string Text, string Meaning)> Words(string typed, IDictionary given)
        => ModuleEngine.Current.GetJobNames().Select(name => (name, "Migration job " + name));
}
