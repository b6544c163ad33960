using System.Management.Automation;
using System.Reflection;
using System.Text.RegularExpressions;

namespace OssMigration.ModuleTests.Support;

/// <summary>The names of cmdlets in a text: an approved verb, a hyphen, a noun.</summary>
internal static class CmdletNames
{
    // Of modules that this host has not got.
    private static readonly HashSet<string> Elsewhere =
    [
        "Connect-AzAccount", "Export-Clixml", "Export-Csv", "Format-List", "Get-AzAccessToken", "Get-Credential", "Group-Object", "Import-Clixml", "Import-Csv", "Join-Path", "Select-Object", "Use-STSRole",
    ];

    private static readonly Lazy<HashSet<string>> Here = new(() =>
    {
        using Session session = new();
        return [.. session.Run("(Get-Command -CommandType Cmdlet).Name").Succeeded().Output.Select(name => name.ToString())];
    });

    private static readonly Regex Names = new($@"\b(?:{string.Join('|', Verbs())})-[A-Z]\w+", RegexOptions.CultureInvariant);

    /// <summary>Those that do not exist.</summary>
    public static IEnumerable<string> Unknown(string text)
        => Names.Matches(text).Select(name => name.Value).Where(name => !Here.Value.Contains(name) && !Elsewhere.Contains(name));

    private static IEnumerable<string> Verbs() => typeof(VerbsCommon).Assembly.GetExportedTypes()
        .Where(type => type.Namespace == typeof(VerbsCommon).Namespace && type.Name.StartsWith("Verbs", StringComparison.Ordinal))
        .SelectMany(type => type.GetFields(BindingFlags.Public | BindingFlags.Static).Where(field => field.IsLiteral).Select(field => (string)field.GetRawConstantValue()!));
}
