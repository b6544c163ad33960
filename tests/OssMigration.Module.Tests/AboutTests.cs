using System.Management.Automation.Language;
using System.Text.RegularExpressions;
using OssMigration.ModuleTests.Support;

namespace OssMigration.ModuleTests;

/// <summary>The topics that are written by hand, held against the module.</summary>
public sealed partial class AboutTests
{
    private static readonly string Folder = Path.Combine(Layout.Module, "en-US");

    public static TheoryData<string> Topics => [.. Directory.GetFiles(Folder, "about_*.help.txt").Select(file => Path.GetFileName(file).Replace(".help.txt", "", StringComparison.Ordinal))];

    [Fact]
    public void The_topics_are_there()
    {
        Assert.Equal(
            ["about_OssMigration", "about_OssMigration_Addresses", "about_OssMigration_Fidelity", "about_OssMigration_Proof", "about_OssMigration_Reliability", "about_OssMigration_Runbooks", "about_OssMigration_Troubleshooting"],
            Topics.Select(topic => topic.Data).Order(StringComparer.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Topics))]
    public void Get_Help_shows_a_topic_and_its_lines_fit_into_a_window(string topic)
    {
        using Session session = new();

        Assert.Contains(topic, string.Join('\n', session.Run($"Get-Help {topic}").Succeeded().Output), StringComparison.Ordinal);
        Assert.All(Text(topic).Split('\n'), line => Assert.InRange(line.TrimEnd().Length, 0, 125));
    }

    [Theory]
    [MemberData(nameof(Topics))]
    public void Every_line_of_code_in_a_topic_parses_and_its_parameters_exist(string topic)
    {
        using Session session = new();
        foreach (Match block in CodeBlock().Matches(Text(topic)))
        {
            ScriptBlockAst script = Parser.ParseInput(block.Value, out _, out ParseError[] errors);
            if (!CmdletUses.In(script).Any())
                continue;
            Assert.Empty(errors.Select(error => $"{block.Value}: {error.Message}"));
            CmdletUses.AssertParametersExist(session, script);
        }
    }

    [Theory]
    [MemberData(nameof(Topics))]
    public void Every_cmdlet_and_topic_that_a_topic_names_exists(string topic)
    {
        Assert.Empty(CmdletNames.Unknown(Text(topic)));
        Assert.All(TopicNames().Matches(Text(topic)).Select(name => name.Value), name => Assert.True(File.Exists(Path.Combine(Folder, name + ".help.txt")), name));
    }

    private static string Text(string topic) => File.ReadAllText(Path.Combine(Folder, topic + ".help.txt"));

    // Lines that are indented by eight blanks and follow an empty one.
    [GeneratedRegex(@"(?<=\n\n)( {8}\S.*\n( {8}.*\n)*)")]
    private static partial Regex CodeBlock();

    [GeneratedRegex(@"\babout_OssMigration\w*")]
    private static partial Regex TopicNames();
}
