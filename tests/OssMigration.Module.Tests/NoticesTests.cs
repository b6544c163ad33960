using System.Text.Json;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using OssMigration.ModuleTests.Support;

namespace OssMigration.ModuleTests;

/// <summary>The list of what others made, beside what the module is locked to.</summary>
public sealed partial class NoticesTests
{
    // It is compiled against, and PowerShell itself has it.
    private const string NotShipped = "PowerShellStandard.Library";

    private static string Notices { get; } = File.ReadAllText(Path.Combine(Layout.Root, "THIRD-PARTY-NOTICES.md"));

    [Fact]
    public void Every_package_that_the_module_is_locked_to_is_listed_with_its_version_and_nothing_else()
        => Assert.Equal(Locked(), Listed().Select(row => (row.Id, row.Version)));

    [Fact]
    public void Each_has_the_licence_that_the_package_states()
    {
        int stated = 0;
        foreach ((string id, string version, string licence) in Listed())
        {
            XElement metadata = XDocument.Load(Path.Combine(PackageFolder, id.ToLowerInvariant(), version, id.ToLowerInvariant() + ".nuspec")).Root!.Elements().First();
            if (metadata.Elements().FirstOrDefault(element => element.Name.LocalName == "license" && (string?)element.Attribute("type") == "expression") is not { } expression)
                continue;
            stated++;
            Assert.Equal((id, expression.Value), (id, licence));
        }

        Assert.InRange(stated, 30, Listed().Count);
    }

    [Fact]
    public void The_text_of_each_licence_is_there()
        => Assert.All(Listed().Select(row => row.Licence.Split(' ')[0]).Distinct(), licence => Assert.Contains($"\n## {licence}", Notices, StringComparison.Ordinal));

    private static string PackageFolder
        => Environment.GetEnvironmentVariable("NUGET_PACKAGES") ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".nuget", "packages");

    private static List<(string Id, string Version)> Locked()
    {
        using JsonDocument file = JsonDocument.Parse(File.ReadAllText(Path.Combine(Layout.Root, "src", "OssMigration", "packages.lock.json")));
        return
        [
            .. file.RootElement.GetProperty("dependencies").GetProperty("net8.0").EnumerateObject()
                .Where(package => package.Value.GetProperty("type").GetString() != "Project" && package.Name != NotShipped)
                .Select(package => (package.Name, package.Value.GetProperty("resolved").GetString()!))
                .OrderBy(package => package.Name, StringComparer.OrdinalIgnoreCase),
        ];
    }

    private static List<(string Id, string Version, string Licence)> Listed()
        => [.. Row().Matches(Notices).Select(row => (row.Groups[1].Value, row.Groups[2].Value, row.Groups[3].Value))];

    [GeneratedRegex(@"^\| (\S+) \| (\d[\w.]*) \| ([^|]+) \|\r?$", RegexOptions.Multiline)]
    private static partial Regex Row();
}
