using System.Management.Automation;
using OssMigration.ModuleTests.Support;

namespace OssMigration.ModuleTests;

/// <summary>The help that ships, held against the cmdlets: what one has the other has.</summary>
public sealed class HelpTests
{
    private static readonly HashSet<string> Common = [.. Cmdlet.CommonParameters];

    public static TheoryData<string> Cmdlets => [.. HelpFile.Entries.Keys];

    [Fact]
    public void Every_cmdlet_has_help_and_all_help_has_its_cmdlet()
    {
        using Session session = new();

        string[] exported = [.. session.Run("(Get-Module OssMigration).ExportedCmdlets.Keys").Succeeded().Output.Select(name => name.ToString())];

        Assert.Equal(exported.Order(StringComparer.Ordinal), HelpFile.Entries.Keys.Order(StringComparer.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Cmdlets))]
    public void Parameters_in_the_help_are_those_of_the_cmdlet(string name)
    {
        using Session session = new();
        CmdletInfo cmdlet = Reflected(session, name);
        CommandParameterInfo[] parameters = [.. cmdlet.ParameterSets.OrderByDescending(set => set.IsDefault)
            .SelectMany(set => set.Parameters).Where(parameter => !Common.Contains(parameter.Name)).DistinctBy(parameter => parameter.Name)];

        Assert.Equal(
            parameters.Select(Shape).Order(StringComparer.Ordinal),
            HelpFile.Entries[name].Parameters.Select(Shape).Order(StringComparer.Ordinal));
        Assert.All(HelpFile.Entries[name].Parameters, parameter => Assert.Matches(@"^[A-Z0-9].*[.?]$", parameter.Description.ReplaceLineEndings(" ")));
    }

    [Theory]
    [MemberData(nameof(Cmdlets))]
    public void Lines_of_syntax_in_the_help_are_the_parameter_sets_of_the_cmdlet(string name)
    {
        using Session session = new();

        Assert.Equal(
            Reflected(session, name).ParameterSets.Select(set => Line(set.Parameters.Where(parameter => !Common.Contains(parameter.Name)).Select(Shape))).Order(StringComparer.Ordinal),
            HelpFile.Entries[name].Syntax.Select(set => Line(set.Select(Shape))).Order(StringComparer.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Cmdlets))]
    public void Inputs_and_outputs_in_the_help_are_those_of_the_cmdlet(string name)
    {
        using Session session = new();
        CmdletInfo cmdlet = Reflected(session, name);

        Assert.Equal(
            cmdlet.ParameterSets.SelectMany(set => set.Parameters).Where(parameter => parameter.ValueFromPipeline).Select(parameter => parameter.ParameterType.FullName).Distinct().DefaultIfEmpty("None"),
            HelpFile.Entries[name].Inputs);
        Assert.Equal(cmdlet.OutputType.Select(type => type.Name).DefaultIfEmpty("None"), HelpFile.Entries[name].Outputs);
    }

    [Theory]
    [MemberData(nameof(Cmdlets))]
    public void A_cmdlet_has_a_synopsis_of_one_sentence_and_three_examples_with_titles(string name)
    {
        HelpEntry help = HelpFile.Entries[name];

        Assert.EndsWith(".", help.Synopsis, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', help.Synopsis);
        Assert.StartsWith(help.Synopsis, help.Description, StringComparison.Ordinal);
        Assert.InRange(help.Examples.Count, 3, 12);
        Assert.All(help.Examples, example => Assert.Matches(@"^Example \d+: \S", example.Title));
        Assert.All(help.Examples, example => Assert.Contains(name, example.Code, StringComparison.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Cmdlets))]
    public void A_related_link_leads_to_a_topic_or_a_cmdlet(string name)
    {
        Assert.All(HelpFile.Entries[name].Links, link => Assert.True(
            HelpFile.Entries.ContainsKey(link) || File.Exists(Path.Combine(Layout.Module, "en-US", link + ".help.txt")), link));
    }

    [Theory]
    [MemberData(nameof(Cmdlets))]
    public void Every_cmdlet_that_the_help_names_exists(string name)
    {
        HelpEntry help = HelpFile.Entries[name];
        string[] texts =
        [
            help.Description, .. help.Parameters.Select(parameter => parameter.Description), .. help.Links,
            .. help.Examples.SelectMany(example => (string[])[example.Title, example.Code, example.Remarks]),
        ];

        Assert.Empty(texts.SelectMany(CmdletNames.Unknown));
    }

    [Fact]
    public void Get_Help_shows_synopsis_parameters_and_examples()
    {
        using Session session = new();

        string full = session.Show("Get-Help Start-OssMigration -Full");
        string parameter = session.Show("Get-Help Start-OssMigration -Parameter TimeBudget");

        Assert.Contains("Runs a job: resumes its unfinished run or begins a new one", full, StringComparison.Ordinal);
        Assert.Contains("Example 2: End a script with the run's exit code", full, StringComparison.Ordinal);
        Assert.Contains("Stops cleanly after this time", parameter, StringComparison.Ordinal);
    }

    private static CmdletInfo Reflected(Session session, string name) => Assert.IsType<CmdletInfo>(session.Run($"Get-Command {name}").Single().BaseObject);

    private static string Line(IEnumerable<string> parameters) => string.Join('\n', parameters.Order(StringComparer.Ordinal));

    private static string Shape(HelpParameter parameter) => string.Join(
        ' ', parameter.Name, parameter.IsRequired, parameter.Position, parameter.Pipeline, parameter.TakesWildcards, parameter.Aliases, parameter.Type);

    private static string Shape(CommandParameterInfo parameter)
    {
        string[] ways = [.. new[] { parameter.ValueFromPipeline ? "ByValue" : "", parameter.ValueFromPipelineByPropertyName ? "ByPropertyName" : "" }.Where(way => way.Length > 0)];
        return string.Join(
            ' ',
            parameter.Name,
            parameter.IsMandatory,
            parameter.Position < 0 ? "named" : parameter.Position,
            ways.Length == 0 ? "False" : $"True ({string.Join(", ", ways)})",
            parameter.Attributes.OfType<SupportsWildcardsAttribute>().Any(),
            parameter.Aliases.Count == 0 ? "none" : string.Join(", ", parameter.Aliases),
            (Nullable.GetUnderlyingType(parameter.ParameterType) ?? parameter.ParameterType).FullName);
    }
}
