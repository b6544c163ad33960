using System.Text.RegularExpressions;

namespace OssMigration.Shell;

/// <summary>Writes the arguments of a command line as PowerShell text: <c>-Name</c> stays a parameter, all else is a literal.</summary>
internal static partial class ScriptArguments
{
    public static string Format(IReadOnlyList<string> arguments) => string.Join(' ', arguments.Select(FormatOne));

    public static string Quote(string text) => $"'{text.Replace("'", "''", StringComparison.Ordinal)}'";

    private static string FormatOne(string argument)
    {
        Match match = Parameter().Match(argument);
        if (!match.Success)
            return Quote(argument);
        if (!match.Groups["value"].Success)
            return argument;
        string value = match.Groups["value"].Value;
        return $"{match.Groups["name"].Value}:{(value.ToUpperInvariant() is "$TRUE" or "$FALSE" ? value : Quote(value))}";
    }

    [GeneratedRegex(@"^(?<name>-[A-Za-z_]\w*)(:(?<value>.+))?$", RegexOptions.CultureInvariant | RegexOptions.Singleline)]
    private static partial Regex Parameter();
}
