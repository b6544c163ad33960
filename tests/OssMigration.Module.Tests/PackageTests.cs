using System.Text.RegularExpressions;
using System.Xml.Linq;
using OssMigration.ModuleTests.Support;

namespace OssMigration.ModuleTests;

/// <summary>What ships.</summary>
public sealed partial class PackageTests(ShippedModule shipped) : IClassFixture<ShippedModule>
{
    [Fact]
    public void It_holds_the_module_as_the_build_laid_it_out_and_is_under_15_MB()
    {
        string[] ofNuGet = ["OssMigration.nuspec", "[Content_Types].xml", "_rels", "package"];
        string[] unpacked = [.. Files(shipped.Folder).Where(file => !ofNuGet.Contains(file.Split('/')[0]))];

        // What is compiled ahead is for the machine that builds.
        Assert.Equal(Files(Layout.Module).Where(file => !(file.StartsWith("lib/runtimes/", StringComparison.Ordinal) && file.EndsWith(".dll", StringComparison.Ordinal) && file.Contains("/lib/net", StringComparison.Ordinal))), unpacked);
        Assert.All(unpacked, file => Assert.Equal(File.ReadAllBytes(Path.Combine(Layout.Module, file)), File.ReadAllBytes(Path.Combine(shipped.Folder, file))));
        Assert.InRange(shipped.Package.Length, 1, 15_000_000);
        Assert.DoesNotContain("warning", shipped.Log, StringComparison.Ordinal);
    }

    [Fact]
    public void It_has_the_newest_version_of_the_changelog()
    {
        string version = Heading().Match(File.ReadAllText(Path.Combine(Layout.Root, "CHANGELOG.md"))).Groups[1].Value;

        ShellRun run = shipped.Run("\"$((Get-Module OssMigration).Version) $((Get-Module OssMigration).ModuleBase)\"");

        Assert.Equal($"OssMigration.{version}.nupkg", shipped.Package.Name);
        Assert.Equal((0, "", $"{version} {shipped.Folder}"), (run.ExitCode, run.Error, run.Output.Trim()));
    }

    [Fact]
    public void The_Gallery_finds_every_cmdlet_by_its_tag()
    {
        XElement metadata = XDocument.Load(Path.Combine(shipped.Folder, "OssMigration.nuspec")).Root!.Elements().Single();
        string[] tags = Value("tags").Split(' ');

        Assert.All(HelpFile.Entries.Keys, name => Assert.Contains("PSCmdlet_" + name, tags));
        Assert.Equal(HelpFile.Entries.Count, tags.Count(tag => tag.StartsWith("PSCmdlet_", StringComparison.Ordinal)));
        Assert.All(["PSModule", "PSEdition_Core", "AlibabaCloud"], tag => Assert.Contains(tag, tags));
        Assert.StartsWith("Moves a business", Value("description"), StringComparison.Ordinal);

        string Value(string name) => metadata.Elements().Single(element => element.Name.LocalName == name).Value;
    }

    [Fact]
    public void It_works_from_the_unpacked_folder()
    {
        ShellRun run = shipped.Run("(New-MigrationAddress s3://bucket/keys/).Prefix; (Get-Help Start-OssMigration).Name");

        Assert.Equal((0, ""), (run.ExitCode, run.Error));
        Assert.Equal(["keys/", "Start-OssMigration"], run.Output.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
    }

    [Fact]
    public void It_comes_without_the_sandbox_and_says_so()
    {
        ShellRun run = shipped.Run("Start-MigrationSandbox");

        Assert.Equal(1, run.ExitCode);
        Assert.Contains("not part of the installed module", string.Join(' ', run.Error.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)), StringComparison.Ordinal);
    }

    private static string[] Files(string folder) =>
        [.. Directory.GetFiles(folder, "*", SearchOption.AllDirectories).Select(file => Path.GetRelativePath(folder, file).Replace('\\', '/')).Order(StringComparer.Ordinal)];

    [GeneratedRegex(@"(?m)^## \[(\d+\.\d+\.\d+)\]")]
    private static partial Regex Heading();
}
