using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using OssMigration.Core.Fidelity;
using OssMigration.Core.Jobs;
using OssMigration.Core.Lists;
using OssMigration.Core.Reporting;
using OssMigration.Core.Stores;
using OssMigration.Core.Tests.Jobs;
using OssMigration.TestKit;
using Xunit;

namespace OssMigration.Core.Tests.Lists;

/// <summary>Jobs whose source is told by a list: what is copied, what is not, and what a difference with reality becomes.</summary>
public sealed class ObjectListJobTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Only_what_is_listed_is_copied_and_the_source_is_neither_listed_nor_looked_at()
    {
        using EngineBench bench = Seeded(3000);
        Make(bench, bench.Source.Keys.Where(key => key != "k0007").Reverse().Select(key => Row(bench, key)));

        MigrationReport report = await bench.RunAsync(cancellationToken: Token);

        Assert.Equal((RunStatus.Complete, 2999L, 2999L), (report.Status, report.Listed.Objects, report.Copied.Objects));
        Assert.Null(bench.Destination.Find("k0007"));
        Assert.Empty(bench.SourceSpy.Lists);
        Assert.Empty(bench.SourceSpy.CountByKey(StoreOperation.Head));
        Assert.True((await bench.CompareAsync()).Summary.IsClean);
        MigrationReport again = await bench.RunAsync(cancellationToken: Token);
        Assert.Equal((2999L, 0L), (again.Skipped.Objects, again.Copied.Objects));
        Assert.Empty(bench.SourceSpy.Lists);
    }

    [Fact]
    public async Task What_is_gone_or_other_than_listed_is_an_item_and_not_copied_and_the_item_copies_it()
    {
        using EngineBench bench = Seeded(20);
        ListedObject[] rows = [.. bench.Source.Keys.Select(key => Row(bench, key))];
        Make(bench, [.. rows, new ListedObject("never", 5, "0123456789abcdef0123456789abcdef", DateTimeOffset.UnixEpoch)]);
        bench.Source.Seed("k0003", "written since, and longer");
        bench.Source.Seed("k0004", "CONTENT OF k0004");
        bench.Source.Remove("k0005");

        MigrationReport report = await bench.RunAsync(cancellationToken: Token);

        Assert.Equal((RunStatus.CompleteWithExceptions, 21L, 17L, 2L, 2L), (report.Status, report.Listed.Objects, report.Copied.Objects, report.Vanished.Objects, report.Failed.Objects));
        Assert.Equal(["k0005", "never"], bench.Items(MigrationItemState.Vanished).Select(item => item.Key));
        IReadOnlyList<MigrationItem> other = bench.Items(MigrationItemState.Failed);
        Assert.Equal([("k0003", "OtherThanListed"), ("k0004", "OtherThanListed")], other.Select(item => (item.Key, item.ErrorKind)));
        Assert.Contains("says 16 bytes", other[0].Message, StringComparison.Ordinal);
        Assert.Contains("are 25 bytes", other[0].Message, StringComparison.Ordinal);
        Assert.Null(bench.Destination.Find("k0003"));

        MigrationReport mended = Assert.Single(await bench.RunOverAsync(other.Select(item => item.Key), Token));

        Assert.Equal(2, mended.Copied.Objects);
        Assert.Equal("written since, and longer", Encoding.UTF8.GetString(bench.Destination.Find("k0003")!.Content));
    }

    [Fact]
    public async Task Keys_alone_are_looked_up_and_what_is_gone_is_told()
    {
        using EngineBench bench = Seeded(50);
        Make(bench, [.. bench.Source.Keys.Select(key => new ListedObject(key)), new ListedObject("gone"), new ListedObject("k0001", 3)]);
        bench.Destination.Seed("gone", "");

        MigrationReport report = await bench.RunAsync(cancellationToken: Token);

        Assert.Equal(RunStatus.CompleteWithExceptions, report.Status);
        Assert.Equal((51L, 50L, 1L), (report.Listed.Objects, report.Copied.Objects, report.Vanished.Objects));
        Assert.Equal("gone", Assert.Single(bench.Items(MigrationItemState.Vanished)).Key);
        Assert.Equal(51, bench.SourceSpy.CountByKey(StoreOperation.Head).Count);
        Assert.Empty(bench.SourceSpy.Lists);
    }

    [Fact]
    public async Task A_size_that_is_not_that_of_the_object_is_told_also_where_the_list_knows_no_more()
    {
        using EngineBench bench = Seeded(3);
        Make(bench, [new ListedObject("k0000", 16), new ListedObject("k0001", 3), new ListedObject("k0002", null, "0123456789abcdef0123456789abcdef")]);

        MigrationReport report = await bench.RunAsync(cancellationToken: Token);

        Assert.Equal((1L, 2L), (report.Copied.Objects, report.Failed.Objects));
        Assert.All(bench.Items(), item => Assert.Equal("OtherThanListed", item.ErrorKind));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_a_killed_run_left_in_progress_is_held_against_the_list_too(bool isSizeKnown)
    {
        using EngineBench bench = Seeded(3);
        Make(bench, bench.Source.Keys.Select(key => isSizeKnown ? Row(bench, key) : new ListedObject(key, ETag: bench.Source.Find(key)!.ETag)));
        await bench.BeginRunAsync(1);
        bench.Tamper("""
            UPDATE ranges SET complete = 1 WHERE end IS NOT NULL;
            UPDATE ranges SET start = NULL, cursor = CAST('k0000' AS BLOB), listed_objects = 1, listed_bytes = 16 WHERE end IS NULL;
            DELETE FROM ranges WHERE end IS NOT NULL;
            INSERT INTO items(run, key, range, state, kind, message, size, updated)
                SELECT 1, CAST('k0000' AS BLOB), range, 'InProgress', 'InProgress', 'In transfer.', 16, 0 FROM ranges;
            """);
        bench.Source.Seed("k0000", "CONTENT OF k0000");

        MigrationReport report = await bench.RunAsync(cancellationToken: Token);

        Assert.Equal((RunStatus.CompleteWithExceptions, 3L, 2L, 1L), (report.Status, report.Listed.Objects, report.Copied.Objects, report.Failed.Objects));
        Assert.Equal(("k0000", "OtherThanListed"), (bench.Items()[0].Key, bench.Items()[0].ErrorKind));
        Assert.Null(bench.Destination.Find("k0000"));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_forecast_is_of_the_list_and_lists_nothing(bool readsHeaders)
    {
        using EngineBench bench = Seeded(20);
        Make(bench, bench.Source.Keys.Take(5).Select(key => Row(bench, key)));
        FidelityForecaster forecaster = bench.Engine.Foresee(new FidelityForecastRequest { JobName = EngineBench.JobName, ReadsHeaders = readsHeaders }, bench.Listener);
        await foreach (FidelityForecastItem _ in forecaster.ItemsAsync(Token))
        {
        }

        Assert.Equal((5L, 80L, 5L), (forecaster.Forecast!.Listed.Objects, forecaster.Forecast.Listed.Bytes, forecaster.Forecast.Copied.Objects));
        Assert.Empty(bench.SourceSpy.Lists);
        Assert.Equal(readsHeaders ? 5 : 0, bench.SourceSpy.CountByKey(StoreOperation.Head).Count);
    }

    [Fact]
    public async Task An_object_that_may_not_be_looked_at_fails_alone()
    {
        using EngineBench bench = Seeded(5);
        Make(bench, bench.Source.Keys.Select(key => new ListedObject(key)));
        bench.FaultySource.Plan(StoreOperation.Head, Fault.Throw(StoreErrorKind.AccessDenied), "k0002").Plan(StoreOperation.Read, Fault.Throw(StoreErrorKind.AccessDenied), "k0002");

        MigrationReport report = await bench.RunAsync(cancellationToken: Token);

        bench.FaultySource.VerifyAllFaultsFired();
        Assert.Equal((4L, 1L), (report.Copied.Objects, report.Failed.Objects));
        Assert.Equal(("k0002", "AccessDenied"), (bench.Items()[0].Key, bench.Items()[0].ErrorKind));
    }

    [Fact]
    public void The_list_is_part_of_the_fingerprint_and_jobs_without_one_keep_theirs()
    {
        using EngineBench bench = Seeded(2);
        MigrationJob plain = EngineBench.JobOf();
        MigrationJob made = Make(bench, [new ListedObject("a")]);
        MigrationJob other = Make(bench, [new ListedObject("b")], job => job with { Name = "other-job" });

        Assert.Equal(3, new[] { plain.Fingerprint, made.Fingerprint, other.Fingerprint }.Distinct().Count());
        Assert.False(made.IsWhole);
        Assert.Equal(made.ObjectList, bench.Engine.GetJob(made.Name).Job.ObjectList);
    }

    [Fact]
    public async Task A_list_that_is_lost_is_an_error_and_not_an_empty_source()
    {
        using EngineBench bench = Seeded(2);
        Make(bench, bench.Source.Keys.Select(key => Row(bench, key)));
        File.Delete(Assert.Single(Directory.GetFiles(bench.JobPath, "objects-*.db")));

        JobStateException error = await Assert.ThrowsAsync<JobStateException>(() => bench.RunAsync(cancellationToken: Token));

        Assert.Equal(JobStateError.Damaged, error.Error);
    }

    [Fact]
    public void What_a_list_does_not_go_with_is_refused()
    {
        using EngineBench bench = Seeded(2);

        Assert.Contains("-Mode Full", Assert.Throws<JobOptionException>(() => Make(bench, [new ListedObject("a")], job => job with { Mode = MigrationMode.Incremental, Interval = TimeSpan.FromHours(1), RunCount = 2 })).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => Make(bench, []));
        Assert.Empty(bench.Engine.GetJobNames());

        MigrationJob made = Make(bench, [new ListedObject("a")]);
        Assert.Equal(JobStateError.AlreadyExists, Assert.Throws<JobStateException>(() => Make(bench, [new ListedObject("a")])).Error);
        Assert.Equal("JobBaseObjectList", Assert.Throws<RefusedException>(() => bench.Engine.CreateJob(made.Name, job => job with { Name = "next-job" })).ErrorId);
    }

    [Theory]
    [InlineData("all.csv")]
    [InlineData("all.csv.gz")]
    public async Task A_file_is_read_plain_or_in_gzip(string name)
    {
        using EngineBench bench = Seeded(3);
        using TempFile file = new(name, "Key,Size\n" + string.Join('\n', bench.Source.Keys.Select(key => $"\"{key}\",16")));

        Assert.Equal(3, (await ReadAsync(bench, file.Path)).Objects);
    }

    [Fact]
    public async Task An_inventory_is_read_part_by_part_wherever_they_lie_and_each_must_be_what_the_manifest_says()
    {
        using EngineBench bench = Seeded(6);
        string folder = Directory.CreateTempSubdirectory("inventory-").FullName;
        try
        {
            string dated = Directory.CreateDirectory(Path.Combine(folder, "from", "daily", "2026-01-01T00-00Z")).FullName;
            string data = Directory.CreateDirectory(Path.Combine(folder, "from", "daily", "data")).FullName;
            string[] parts = [.. bench.Source.Keys.Chunk(3).Select((keys, at) =>
            {
                byte[] bytes = Gzip(string.Concat(keys.Select(key => $"\"from\",\"{key}\",\"16\"\n")));
                File.WriteAllBytes(Path.Combine(data, $"{at}.csv.gz"), bytes);
                return $$"""{"key":"from/daily/data/{{at}}.csv.gz","size":{{bytes.Length}},"MD5checksum":"{{Md5(bytes)}}"}""";
            })];
            string manifest = Path.Combine(dated, "manifest.json");
            File.WriteAllText(manifest, $$"""{"sourceBucket":"from","fileFormat":"CSV","fileSchema":"Bucket, Key, Size","files":[{{string.Join(',', parts)}}]}""");

            Assert.Equal(6, (await ReadAsync(bench, manifest)).Objects);

            File.WriteAllBytes(Path.Combine(data, "1.csv.gz"), Gzip("\"from\",\"k\",\"16\"\n"));
            Assert.Contains("1.csv.gz", (await Assert.ThrowsAsync<ArgumentException>(() => ReadAsync(bench, manifest))).Message, StringComparison.Ordinal);
            File.Delete(Path.Combine(data, "1.csv.gz"));
            await Assert.ThrowsAsync<FileNotFoundException>(() => ReadAsync(bench, manifest));
            File.WriteAllText(manifest, """{"sourceBucket":"elsewhere","fileFormat":"CSV","fileSchema":"Bucket, Key, Size","files":[]}""");
            Assert.Contains("'elsewhere'", (await Assert.ThrowsAsync<ArgumentException>(() => ReadAsync(bench, manifest))).Message, StringComparison.Ordinal);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Theory]
    [InlineData("name,size\nx,1", "names no column Key")]
    [InlineData("Key,Size\nx,one", "row 2: 'one' is no size")]
    [InlineData("Key,Size\n\"x,1", "does not end")]
    public async Task What_cannot_be_read_is_an_error_that_names_the_row(string text, string reason)
    {
        using EngineBench bench = Seeded(1);
        using TempFile file = new("bad.csv", text);

        Assert.Contains(reason, (await Assert.ThrowsAsync<ArgumentException>(() => ReadAsync(bench, file.Path))).Message, StringComparison.Ordinal);
    }

    private static EngineBench Seeded(int count)
    {
        EngineBench bench = new();
        for (int i = 0; i < count; i++)
            bench.Source.Seed($"k{i:D4}", $"content of k{i:D4}");
        return bench;
    }

    private static ListedObject Row(EngineBench bench, string key)
    {
        MemoryObject standing = bench.Source.Find(key)!;
        return new ListedObject(key, standing.Content.Length, standing.ETag, standing.LastModified, "STANDARD");
    }

    private static MigrationJob Make(EngineBench bench, IEnumerable<ListedObject> rows, Func<MigrationJob, MigrationJob>? change = null)
    {
        using ObjectListIntake list = bench.Engine.BeginObjectList(EngineBench.JobOf().Source);
        foreach (ListedObject row in rows)
            list.Add(row);
        return bench.Engine.CreateJob((change ?? (job => job))(EngineBench.JobOf()), list, "a test", Token);
    }

    private static async Task<ObjectListFacts> ReadAsync(EngineBench bench, string path)
    {
        MigrationJob job = EngineBench.JobOf() with { Name = $"job-{Guid.NewGuid():n}" };
        EngineEnvironment environment = new() { Home = bench.Home, Stores = new MemoryStoreFactory(bench.Source, bench.Destination) };
        using ObjectListIntake list = bench.Engine.BeginObjectList(job.Source);
        await new ObjectListReader(environment, SilentListener.Instance).ReadAsync(new ObjectListPlace(path, null, null), job.Source, list, Token);
        return bench.Engine.CreateJob(job, list, path, Token).ObjectList!;
    }

    private static byte[] Gzip(string text)
    {
        using MemoryStream bytes = new();
        using (GZipStream gzip = new(bytes, CompressionLevel.Fastest))
            gzip.Write(Encoding.UTF8.GetBytes(text));
        return bytes.ToArray();
    }

#pragma warning disable CA5351 // Manifests have MD5.
    private static string Md5(byte[] bytes) => Convert.ToHexString(MD5.HashData(bytes)).ToLowerInvariant();
#pragma warning restore CA5351

    private sealed class TempFile : IDisposable
    {
        private readonly string _folder = Directory.CreateTempSubdirectory("list-").FullName;

        public TempFile(string name, string text)
        {
            Path = System.IO.Path.Combine(_folder, name);
            File.WriteAllBytes(Path, name.EndsWith(".gz", StringComparison.Ordinal) ? Gzip(text) : Encoding.UTF8.GetBytes(text));
        }

        public string Path { get; }

        public void Dispose() => Directory.Delete(_folder, recursive: true);
    }
}
