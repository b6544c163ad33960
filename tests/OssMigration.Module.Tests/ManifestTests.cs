using System.Management.Automation;
using OssMigration.ModuleTests.Support;

namespace OssMigration.ModuleTests;

public sealed class ManifestTests
{
    [Fact]
    public void The_manifest_exports_every_cmdlet_of_the_assembly_and_nothing_else()
    {
        using Session session = new();
        string[] inAssembly = [.. LoadedTypes.OfModule()
            .Select(type => type.GetCustomAttributes(typeof(CmdletAttribute), inherit: false).Cast<CmdletAttribute>().SingleOrDefault())
            .OfType<CmdletAttribute>()
            .Select(cmdlet => $"{cmdlet.VerbName}-{cmdlet.NounName}")
            .Order(StringComparer.Ordinal)];

        string[] exported = [.. session.Run("(Get-Module OssMigration).ExportedCommands.Keys").Succeeded().Output
            .Select(name => (string)name.BaseObject)
            .Order(StringComparer.Ordinal)];

        Assert.Equal(inAssembly, exported);
        Assert.Equal(29, exported.Length);
    }

    [Fact]
    public void The_manifest_has_the_version_of_the_assembly()
    {
        using Session session = new();

        Version version = session.Run("(Get-Module OssMigration).Version").Succeeded().Single().BaseObject as Version ?? new Version();

        Version assembly = LoadedTypes.ModuleAssembly.GetName().Version!;
        Assert.Equal(new Version(assembly.Major, assembly.Minor, assembly.Build), version);
    }

    [Fact]
    public void Test_ModuleManifest_finds_nothing_wrong()
    {
        using Session session = new(import: false);

        session.Run($"Test-ModuleManifest '{Layout.Manifest}'").Single();
    }

    [Fact]
    public void Only_the_thin_assembly_lies_on_top_and_dependencies_lie_in_lib()
    {
        Assert.Equal(["OssMigration.dll"], Directory.GetFiles(Layout.Module, "*.dll").Select(Path.GetFileName));
        string[] needed = ["OssMigration.Core.dll", "OssMigration.Stores.dll", "OssMigration.Cluster.dll", "RabbitMQ.Client.dll", "AWSSDK.Core.dll", "AWSSDK.S3.dll", "Microsoft.Data.Sqlite.dll", "Polly.Core.dll", "OssMigration.Stores.deps.json"];
        Assert.All(needed, file => Assert.True(File.Exists(Path.Combine(Layout.Module, "lib", file)), file));
        Assert.Empty(Directory.GetFiles(Layout.Module, "System.Management.Automation.dll", SearchOption.AllDirectories));
    }

    [Fact]
    public void SQLite_is_there_for_the_seven_platforms_and_no_other()
    {
        string runtimes = Path.Combine(Layout.Module, "lib", "runtimes");

        string[] found = [.. Directory.GetFiles(runtimes, "*", SearchOption.AllDirectories)
            .Select(file => Path.GetRelativePath(runtimes, file).Split(Path.DirectorySeparatorChar))
            .Where(path => path[1] == "native")
            .Select(path => path[0])
            .Order(StringComparer.Ordinal)];

        Assert.Equal(["linux-arm64", "linux-musl-x64", "linux-x64", "osx-arm64", "osx-x64", "win-arm64", "win-x64"], found);
    }

    [Fact]
    public void The_manifest_of_a_clone_that_is_not_built_says_in_one_line_what_to_run()
    {
        DirectoryInfo clone = Directory.CreateTempSubdirectory("clone-");
        try
        {
            Directory.CreateDirectory(Path.Combine(clone.FullName, "src", "OssMigration"));
            foreach (string file in new[] { "OssMigration.psd1", Path.Combine("src", "OssMigration", "FromClone.psm1") })
                File.Copy(Path.Combine(Layout.Root, file), Path.Combine(clone.FullName, file));
            using Session session = new(import: false);

            Outcome outcome = session.Run($"Import-Module '{clone.FullName}/OssMigration.psd1'");

            string message = Assert.Single(outcome.Errors.Append(outcome.Terminating).OfType<ErrorRecord>()).ToString();
            Assert.DoesNotContain('\n', message);
            Assert.Contains("dotnet build", message, StringComparison.Ordinal);
        }
        finally
        {
            clone.Delete(recursive: true);
        }
    }

    [Fact]
    public void The_manifest_of_a_built_clone_imports_the_built_module()
    {
        using Session session = new(import: false);

        Outcome outcome = session.Run($"Import-Module '{Layout.Root}/OssMigration.psd1'; Get-Command New-MigrationAddress; New-MigrationAddress s3://bucket");

        Assert.Equal(2, outcome.Succeeded().Output.Count);
    }

    [Fact]
    public void The_module_can_be_removed_and_imported_again()
    {
        using Session session = new();

        Outcome outcome = session.Run($"Remove-Module OssMigration; Import-Module '{Layout.Manifest}'; (New-MigrationAddress s3://bucket).Bucket");

        Assert.Equal("bucket", outcome.Single().BaseObject);
    }

    [Fact]
    public void The_about_topic_names_every_cmdlet_family()
    {
        string about = File.ReadAllText(Path.Combine(Layout.Module, "en-US", "about_OssMigration.help.txt"));

        Assert.All(["New-MigrationAddress", "New-MigrationJob", "Start-OssMigration", "Compare-MigrationData", "Start-MigrationSandbox"],
            cmdlet => Assert.Contains(cmdlet, about, StringComparison.Ordinal));
    }
}
