using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using OssMigration.ModuleTests.Support;

namespace OssMigration.ModuleTests;

/// <summary>Jobs whose source is told by a list, made as users make them.</summary>
public sealed class ObjectListTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("object-list-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void A_csv_names_what_is_copied_and_the_job_shows_it()
    {
        using SandboxSession session = new("-S3Bucket 'source=synthetic:flat,count=20,size=100'");
        string name = Session.NewJobName();
        string[] keys = Keys(session);
        string list = Write("list.csv", "Key,Size\n" + string.Join('\n', keys.Take(5).Select(key => $"{key},100")));

        Outcome made = session.Run($"New-MigrationJob {name} $sandbox.Source $sandbox.Destination -ObjectList '{list}'");
        Outcome report = session.Run($"Start-OssMigration {name}");

        Assert.Equal((list, 5L), (made.Value<string>("ObjectList"), made.Value<long>("ListedObjects")));
        Assert.Equal("Complete", report.Value<string>("Status"));
        Assert.Equal(5L, session.Run($"(Get-MigrationReport {name}).Copied.Objects").Single().BaseObject);
    }

    [Fact]
    public void Objects_of_the_pipeline_are_a_list_and_what_is_gone_is_an_item()
    {
        using SandboxSession session = new("-S3Bucket 'source=synthetic:flat,count=20,size=100'");
        string name = Session.NewJobName();

        Outcome made = session.Run(
            $"$keys | ForEach-Object {{ [pscustomobject] @{{ Key = $_; Size = 100 }} }} | New-MigrationJob {name} $sandbox.Source $sandbox.Destination", ("keys", Keys(session).Take(4).Append("gone").ToArray()));
        Outcome run = session.Run($"(Start-OssMigration {name} -ErrorAction SilentlyContinue).ExitCode");

        Assert.Equal("the pipeline", made.Value<string>("ObjectList"));
        Assert.Equal(2, run.Output.Single().BaseObject);
        Assert.Equal("gone", session.Run($"Get-MigrationItem {name} -State Vanished").Value<string>("Key"));
    }

    [Fact]
    public void An_inventory_is_fetched_from_the_store_where_it_was_delivered()
    {
        using SandboxSession session = new($"-S3Bucket 'source=synthetic:flat,count=20,size=100', 'inventories=folder:{_folder}'");
        string name = Session.NewJobName();
        byte[] part = Gzip(string.Concat(Keys(session).Take(7).Select(key => $"\"source\",\"{key}\",\"100\"\n")) + "\"source\",\"old\",\"1\"\n");
        Directory.CreateDirectory(Path.Combine(_folder, "source", "daily", "data"));
        Directory.CreateDirectory(Path.Combine(_folder, "source", "daily", "2026"));
        File.WriteAllBytes(Path.Combine(_folder, "source", "daily", "data", "1.csv.gz"), part);
#pragma warning disable CA5351 // Manifests have MD5.
        string md5 = Convert.ToHexString(MD5.HashData(part)).ToLowerInvariant();
#pragma warning restore CA5351
        File.WriteAllText(
            Path.Combine(_folder, "source", "daily", "2026", "manifest.json"),
            $$"""{"sourceBucket":"source","fileFormat":"CSV","fileSchema":"Bucket, Key, Size","files":[{"key":"source/daily/data/1.csv.gz","size":{{part.Length}},"MD5checksum":"{{md5}}"}]}""");

        Outcome made = session.Run($$"""
            $list = New-MigrationAddress s3://inventories/source/daily/2026/manifest.json -Endpoint $sandbox.S3Endpoint -Region $sandbox.S3Region -Credential $sandbox.S3Credential
            New-MigrationJob {{name}} $sandbox.Source $sandbox.Destination -ObjectList $list
            """);

        Assert.Equal(("s3://inventories/source/daily/2026/manifest.json", 8L), (made.Value<string>("ObjectList"), made.Value<long>("ListedObjects")));
    }

    [Theory]
    [InlineData("New-MigrationJob NAME $sandbox.Source $sandbox.Destination -ObjectList FOLDER/none.csv", "There is no file")]
    [InlineData("New-MigrationJob NAME $sandbox.Source $sandbox.Destination -ObjectList FOLDER/bad.csv", "names no column Key")]
    [InlineData("New-MigrationJob NAME $sandbox.Source $sandbox.Destination -ObjectList s3://bucket", "no file in it")]
    [InlineData("@() | New-MigrationJob NAME $sandbox.Source $sandbox.Destination", "No object came down")]
    [InlineData("[pscustomobject] @{ Name = 1 } | New-MigrationJob NAME $sandbox.Source $sandbox.Destination", "has no Key")]
    [InlineData("[pscustomobject] @{ Key = 'k' } | New-MigrationJob NAME $sandbox.Source $sandbox.Destination -ObjectList x.csv", "Give one of them")]
    [InlineData("[pscustomobject] @{ Key = 'k' } | New-MigrationJob NAME $sandbox.Source $sandbox.Destination -Mode Incremental -Interval 01:00:00 -RunCount 2", "-Mode Full")]
    public void What_is_no_list_makes_no_job(string script, string reason)
    {
        using SandboxSession session = new();
        string name = Session.NewJobName();
        Write("bad.csv", "a,b\n1,2");

        Outcome outcome = session.Run(script.Replace("NAME", name, StringComparison.Ordinal).Replace("FOLDER", _folder, StringComparison.Ordinal));

        Assert.Contains(reason, outcome.Terminating?.ToString(), StringComparison.Ordinal);
        Assert.NotNull(session.Run($"Get-MigrationJob {name} -ErrorAction Stop").ErrorId);
    }

    [Fact]
    public void A_job_with_a_list_is_no_proof_and_is_neither_shared_nor_kept_elsewhere()
    {
        using SandboxSession session = new("-S3Bucket 'source=synthetic:flat,count=3,size=10'");
        string name = Session.NewJobName();
        session.Run($"'{Keys(session)[0]}' | ForEach-Object {{ [pscustomobject] @{{ Key = $_ }} }} | New-MigrationJob {name} $sandbox.Source $sandbox.Destination").Single();
        session.Run($"$null = Start-OssMigration {name}; Set-MigrationJob {name} -CutoverTime ([DateTimeOffset]::UtcNow)").Succeeded();

        Outcome proof = session.Run($"Compare-MigrationData {name} -Summary | Set-SourceLifecycle -Confirm:$false");
        Assert.StartsWith("LifecycleJobFiltered,", Assert.Single(proof.Errors.Append(proof.Terminating).OfType<System.Management.Automation.ErrorRecord>()).FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.StartsWith("StateObjectList,", session.Run($"Start-OssMigration {name} -StateUri file://{_folder}").ErrorId, StringComparison.Ordinal);
        Assert.StartsWith("ClusterObjectList,", session.Run($"Start-OssMigrationCoordinator {name} -Queue amqp://127.0.0.1:1").ErrorId, StringComparison.Ordinal);
        Assert.StartsWith("JobBaseObjectList,", session.Run($"New-MigrationJob {Session.NewJobName()} -BaseJob {name}").ErrorId, StringComparison.Ordinal);
    }

    private static string[] Keys(SandboxSession session) =>
        [.. session.Run("Compare-MigrationData -Source $sandbox.Source -Destination $sandbox.Destination | ForEach-Object { $_.Key }").Succeeded().Output.Select(key => key.ToString())];

    private string Write(string name, string text)
    {
        string path = Path.Combine(_folder, name);
        File.WriteAllText(path, text);
        return path;
    }

    private static byte[] Gzip(string text)
    {
        using MemoryStream bytes = new();
        using (GZipStream gzip = new(bytes, CompressionLevel.Fastest))
            gzip.Write(Encoding.UTF8.GetBytes(text));
        return bytes.ToArray();
    }
}
