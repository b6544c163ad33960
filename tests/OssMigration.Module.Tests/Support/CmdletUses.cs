using System.Management.Automation;
using System.Management.Automation.Language;

namespace OssMigration.ModuleTests.Support;

/// <summary>Where a script calls cmdlets of the module.</summary>
internal static class CmdletUses
{
    /// <summary>The calls.</summary>
    public static IEnumerable<CommandAst> In(ScriptBlockAst script) => script.FindAll(node => node is CommandAst, searchNestedScriptBlocks: true).Cast<CommandAst>()
        .Where(command => HelpFile.Entries.ContainsKey(command.GetCommandName() ?? ""));

    /// <summary>Fails the test where a call names a parameter that the cmdlet has not.</summary>
    public static void AssertParametersExist(Session session, ScriptBlockAst script)
    {
        foreach (CommandAst command in In(script))
        {
            CommandInfo info = (CommandInfo)session.Run($"Get-Command {command.GetCommandName()}").Single().BaseObject;
            Assert.All(
                command.CommandElements.OfType<CommandParameterAst>(),
                parameter => Assert.True(info.Parameters.Keys.Any(name => name.StartsWith(parameter.ParameterName, StringComparison.OrdinalIgnoreCase)), command.ToString()));
        }
    }
}
