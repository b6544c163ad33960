using System.Runtime.Loader;
using OssMigration.ModuleTests.Support;

namespace OssMigration.ModuleTests;

/// <summary>This process used another AWS SDK and another SQLite before any session imported the module: see TestProcess.</summary>
public sealed class IsolationTests
{
    [Fact]
    public void The_process_was_using_other_versions_before_the_import()
    {
        Assert.Equal(new Version(3, 3, 0, 0), LoadedTypes.In(AssemblyLoadContext.Default, "AWSSDK.Core")!.GetName().Version);
        Assert.Equal(9, LoadedTypes.In(AssemblyLoadContext.Default, "Microsoft.Data.Sqlite")!.GetName().Version!.Major);
        Assert.Contains("Signature=", TestProcess.ForeignSignature, StringComparison.Ordinal);
        Assert.NotEmpty(TestProcess.ForeignSqlite);
        Assert.Equal("https://account.example/container?comp=list", TestProcess.ForeignAddress);
    }

    [Fact]
    public void A_job_is_stored_by_the_modules_own_SQLite()
    {
        using Session session = new();
        string name = Session.NewJobName();

        session.Run($"New-MigrationJob {name} s3://source oss://destination").Single();

        Assert.Equal(10, LoadedTypes.In(LoadedTypes.EngineContext, "Microsoft.Data.Sqlite")!.GetName().Version!.Major);
        Assert.Equal("Created", session.Run($"Get-MigrationJob {name}").Value<string>("State"));
    }

    [Fact]
    public void The_module_talks_to_a_bucket_by_its_own_AWS_SDK()
    {
        using SandboxSession session = new();

        Assert.True(session.Run("Test-MigrationAddress $sandbox.Source -As Destination").Single().BaseObject is true);

        Assert.Equal(new Version(4, 0, 0, 0), LoadedTypes.In(LoadedTypes.EngineContext, "AWSSDK.Core")!.GetName().Version);
    }

    [Fact]
    public void The_module_talks_to_a_container_by_its_own_Azure_SDK()
    {
        using Session session = new();

        Assert.True(session.Run("Test-MigrationAddress (New-MigrationAddress azblob://account/container -Endpoint http://127.0.0.1:1 -Anonymous)").Single().BaseObject is false);

        Assert.Equal(new Version(1, 44, 1, 0), LoadedTypes.In(AssemblyLoadContext.Default, "Azure.Core")!.GetName().Version);
        Assert.Equal(60, LoadedTypes.In(LoadedTypes.EngineContext, "Azure.Core")!.GetName().Version!.Minor);
    }

    [Fact]
    public void The_other_versions_still_work_afterwards()
    {
        using Session session = new();
        session.Run($"New-MigrationJob {Session.NewJobName()} s3://source oss://destination").Single();

        Assert.Contains("Signature=", TestProcess.UseForeignAws(), StringComparison.Ordinal);
        Assert.Equal(TestProcess.ForeignSqlite, TestProcess.UseForeignSqlite());
        Assert.Equal(TestProcess.ForeignAddress, TestProcess.UseForeignAzure());
    }

    [Fact]
    public void Nothing_of_the_engine_is_in_the_default_context()
    {
        using Session session = new();
        session.Run("New-MigrationAddress s3://bucket").Single();

        Assert.Null(LoadedTypes.In(AssemblyLoadContext.Default, "OssMigration.Core"));
        Assert.Null(LoadedTypes.In(AssemblyLoadContext.Default, "OssMigration.Stores"));
        Assert.NotNull(LoadedTypes.In(LoadedTypes.EngineContext, "OssMigration.Core"));
    }

    [Fact]
    public void Many_sessions_share_one_engine()
    {
        using Session first = new();
        using Session second = new();
        string name = Session.NewJobName();

        first.Run($"New-MigrationJob {name} s3://source oss://destination").Single();

        Assert.Equal(name, second.Run($"Get-MigrationJob {name}").Value<string>("Name"));
        Assert.Single(AssemblyLoadContext.All, context => context.Name == "OssMigration");
    }
}
