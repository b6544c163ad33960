using System.Runtime.CompilerServices;
using Amazon;
using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;
using Azure.Core;
using Azure.Core.Pipeline;
using Microsoft.Data.Sqlite;

namespace OssMigration.ModuleTests.Support;

/// <summary>
/// Makes this process what a user's session may be: other versions of the module's dependencies are loaded and in use
/// before the module is imported. Jobs live in a folder of this process.
/// </summary>
internal static class TestProcess
{
    /// <summary>The folder of jobs, deleted at the end of the process.</summary>
    public static string Home { get; } = Directory.CreateTempSubdirectory("ossmigration-tests-").FullName;

    /// <summary>What the other SQLite of this process says its version is.</summary>
    public static string ForeignSqlite { get; private set; } = "";

    /// <summary>A presigned address that the other AWS SDK of this process made.</summary>
    public static string ForeignSignature { get; private set; } = "";

    /// <summary>An address that Azure's pipeline of this process made.</summary>
    public static string ForeignAddress { get; private set; } = "";

    /// <summary>Uses the other AWS SDK; gives a presigned address.</summary>
    public static string UseForeignAws()
    {
        using AmazonS3Client client = new(new BasicAWSCredentials("key", "secret"), RegionEndpoint.USEast1);
        return client.GetPreSignedURL(new GetPreSignedUrlRequest { BucketName = "bucket", Key = "key", Expires = DateTime.UtcNow.AddHours(1) });
    }

    /// <summary>Uses Azure's pipeline; gives the address of a request that it made.</summary>
    public static string UseForeignAzure()
    {
        HttpPipeline pipeline = HttpPipelineBuilder.Build(new AzureOptions());
        using HttpMessage message = pipeline.CreateMessage();
        message.Request.Uri.Reset(new Uri("https://account.example/container"));
        message.Request.Uri.AppendQuery("comp", "list");
        return message.Request.Uri.ToString();
    }

    /// <summary>Uses the other SQLite; gives its version.</summary>
    public static string UseForeignSqlite()
    {
        using SqliteConnection connection = new("Data Source=:memory:");
        connection.Open();
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = "select sqlite_version()";
        return (string)command.ExecuteScalar()!;
    }

    [ModuleInitializer]
    internal static void Prepare()
    {
        ForeignSignature = UseForeignAws();
        ForeignAddress = UseForeignAzure();
        ForeignSqlite = UseForeignSqlite();
        Environment.SetEnvironmentVariable("OSSMIGRATION_HOME", Home);
        Environment.SetEnvironmentVariable("NO_COLOR", null);
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Directory.Delete(Home, recursive: true);
    }

    private sealed class AzureOptions : ClientOptions;
}
