using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using System.Runtime.InteropServices;
using OssMigration.ModuleTests.Support;

namespace OssMigration.ModuleTests;

/// <summary>What a Release build compiled ahead for this machine (src/OssMigration/CompileAhead.targets).</summary>
public sealed class AheadTests
{
    private static readonly string Library = Path.Combine(Layout.Module, "lib");
    private static readonly string Ahead = Path.Combine(Library, "runtimes", RuntimeInformation.RuntimeIdentifier, "lib", $"net{Environment.Version.Major}.0");

    [Fact]
    public void Every_assembly_is_there_as_code_of_exactly_the_same_build()
    {
        SkipWhereNothingIsCompiledAhead();

        Assert.Equal(Names(Library), Names(Ahead));
        Assert.All(Names(Library), name =>
        {
            (Guid build, bool _) = Read(Path.Combine(Library, name));
            Assert.Equal((build, true), Read(Path.Combine(Ahead, name)));
        });
    }

    [Fact]
    public void The_engine_runs_from_it()
    {
        SkipWhereNothingIsCompiledAhead();
        using Session session = new();
        session.Run("New-MigrationJob ahead (New-MigrationAddress s3://from -Region eu-central-1) (New-MigrationAddress oss://to-here -Region cn-hangzhou)").Succeeded();

        Assert.Equal(Path.Combine(Ahead, "OssMigration.Core.dll"), LoadedTypes.In(LoadedTypes.EngineContext, "OssMigration.Core")!.Location);
        Assert.Equal(Path.Combine(Ahead, "Microsoft.Data.Sqlite.dll"), LoadedTypes.In(LoadedTypes.EngineContext, "Microsoft.Data.Sqlite")!.Location);
    }

    private static void SkipWhereNothingIsCompiledAhead()
        => Assert.SkipUnless(Directory.Exists(Ahead), "This build compiled nothing ahead: it is no Release build, has -p:CompileAhead=false, or runs on another runtime.");

    private static string[] Names(string folder) => [.. Directory.GetFiles(folder, "*.dll").Select(file => Path.GetFileName(file)!).Order(StringComparer.Ordinal)];

    private static (Guid Build, bool HasCode) Read(string path)
    {
        using PEReader file = new(File.OpenRead(path));
        MetadataReader metadata = file.GetMetadataReader();
        return (metadata.GetGuid(metadata.GetModuleDefinition().Mvid), file.PEHeaders.CorHeader!.ManagedNativeHeaderDirectory.Size > 0);
    }
}
