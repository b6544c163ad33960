using System.Text;
using System.Text.Json.Nodes;
using System.Xml;
using System.Xml.Linq;
using OssMigration.Core.Jobs;
using OssMigration.Core.Journal;
using OssMigration.Core.Lifecycle;
using OssMigration.Core.Listing;
using OssMigration.Core.Lists;
using OssMigration.Core.Manifests;
using OssMigration.Core.Mirroring;
using OssMigration.Core.RemoteState;
using OssMigration.Core.Reporting;
using OssMigration.Core.Stores;
using OssMigration.Core.Tests.Jobs;
using OssMigration.Core.Tests.Manifests;
using OssMigration.Core.Throttling;
using OssMigration.TestKit.Fuzzing;
using Xunit;

namespace OssMigration.Core.Tests.Fuzzing;

/// <summary>What users write, what buckets hold and what a disk gives back, nearly right: only errors that callers know come out.</summary>
public sealed class FuzzTests
{
    private const int Cases = 12_000;

    // A file has to be made for each case.
    private const int CasesOnDisk = 1_200;

    private static readonly string[] Websites =
    [
        "<WebsiteConfiguration><RoutingRules><RoutingRule><RuleNumber>1</RuleNumber><Condition><KeyPrefixEquals>a/</KeyPrefixEquals><HttpErrorCodeReturnedEquals>404</HttpErrorCodeReturnedEquals></Condition><Redirect><RedirectType>Mirror</RedirectType><MirrorURL>https://o.example/</MirrorURL><MirrorPassQueryString>true</MirrorPassQueryString><MirrorHeaders><PassAll>true</PassAll><Set><Key>k</Key><Value>v</Value></Set></MirrorHeaders><MirrorAuth><AuthType>S3V4</AuthType><AccessKeyId>i</AccessKeyId><AccessKeySecret>***</AccessKeySecret></MirrorAuth></Redirect></RoutingRule></RoutingRules></WebsiteConfiguration>",
        "<WebsiteConfiguration><IndexDocument><Suffix>index.html</Suffix></IndexDocument></WebsiteConfiguration>",
    ];

    private static readonly string[] Lifecycles =
    [
        "<LifecycleConfiguration><Rule><ID>r</ID><Filter><And><Prefix>a/</Prefix><Tag><Key>k</Key><Value>v</Value></Tag></And></Filter><Status>Enabled</Status><Expiration><Date>2026-12-01T00:00:00Z</Date></Expiration><NoncurrentVersionExpiration><NoncurrentDays>1</NoncurrentDays></NoncurrentVersionExpiration></Rule></LifecycleConfiguration>",
        "<LifecycleConfiguration><Rule><Prefix>x</Prefix><Status>Disabled</Status><Expiration><Days>30</Days></Expiration></Rule></LifecycleConfiguration>",
    ];

    private static readonly string[] OddFiles = ["null", "[null]", "[{\"Name\":null,\"Length\":1,\"Pieces\":[]}]", "[{\"Name\":\"a\",\"Length\":1,\"Pieces\":null}]", "[{\"Name\":\"a\",\"Length\":1,\"Pieces\":[null]}]"];

    [Fact]
    public void Globs() => Fuzzer.TryText("globs", Cases, ["**/*.jpg", "a/{b,c}/[!x-z]?", "\\*", "raw/2024/**"], text => GlobParser.TryParse(text, out _, out _));

    // Each character was copied again for every one that follows it, in each of the patterns.
    [Fact]
    public void A_long_glob_costs_no_more_than_its_patterns()
    {
        string glob = string.Concat(Enumerable.Repeat("{a,b}", 8)) + new string('c', 4_000);
        long before = GC.GetAllocatedBytesForCurrentThread();

        Assert.True(GlobParser.TryParse(glob, out var patterns, out _));

        Assert.Equal(256, patterns.Count);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 200L << 20);
    }

    [Theory]
    [InlineData('{', 4_096)]
    [InlineData('a', 4_097)]
    [InlineData('{', 1_000_000)]
    public void A_glob_is_refused_that_is_too_long_or_ends_in_its_braces(char character, int times)
        => Assert.False(GlobParser.TryParse(new string(character, times), out _, out _));

    [Fact]
    public void Timetables() => Fuzzer.TryText("timetables", Cases, ["Mon-Fri 08:00-20:00=100Mbps; *=200Mbps", "Sat,Sun=pause; *=50MB/s,100obj/s"], text => WeeklySchedule.TryParse(text, "UTC", out _) is not null);

    [Fact]
    public void Time_zones() => Fuzzer.TryText("time zones", Cases / 4, ["Asia/Shanghai", "Europe/Berlin", "UTC"], text => WeeklySchedule.TryParse("*=1MB/s", text, out _) is not null);

    [Fact]
    public void Sizes() => Fuzzer.TryText("rates and sizes", Cases, ["200Mbps", "1.5Gbit/s", "24MiB/s", "26214400"], text => Bandwidth.TryParse(text, out _));

    [Fact]
    public void ETags() => Fuzzer.TryText("ETags", Cases, ["d41d8cd98f00b204e9800998ecf8427e", "D41D8CD98F00B204E9800998ECF8427E-12"], text => StoreTag.Of(text).ToString() == text ? true : throw new InvalidOperationException("Another ETag came back."));

    [Fact]
    public void Texts_to_be_shown() => Fuzzer.TryText("keys to be shown", Cases, ["a/b", "\u001B[31m\u202Ex"], text => !VisibleText.Of(text).Any(char.IsControl));

    [Fact]
    public void Website_documents() => Fuzzer.TryText(
        "website documents",
        Cases,
        Websites,
        text => Parse(text) is { } root && new WebsiteTree(root).Rules.Rules.Count >= 0,
        typeof(RefusedException),
        typeof(FormatException));

    [Fact]
    public void Lifecycle_documents() => Fuzzer.TryText(
        "lifecycle documents",
        Cases,
        Lifecycles,
        text => Parse(text) is { } root && new LifecycleDocument(new BucketDocument(root, new Dictionary<string, string>()), "s3").Rules.All(rule => LifecycleDocument.ToText(rule).Length > 0),
        typeof(RefusedException),
        typeof(FormatException));

    [Fact]
    public void Object_lists() => Fuzzer.TryText(
        "object lists in CSV",
        Cases,
        ["Key,Size,ETag,LastModified\na/b,12,\"\"\"e\"\"\",2026-11-26T21:30:00Z\n\"x,\"\"y\",0,,\n", "Bucket,Key,IsLatest,IsDeleteMarker\r\nb,k%20k+k,true,false\r\n"],
        text => ReadList(text),
        typeof(FormatException));

    [Fact]
    public void Inventories() => Fuzzer.TryText(
        "manifests of inventories",
        Cases,
        ["{\"sourceBucket\":\"b\",\"fileFormat\":\"CSV\",\"fileSchema\":\"Bucket, Key, Size\",\"files\":[{\"key\":\"inv/data/1.csv.gz\",\"size\":12,\"MD5checksum\":\"d41d8cd98f00b204e9800998ecf8427e\"}]}", "{\"sourceBucket\":\"b\",\"fileFormat\":\"CSV\",\"fileSchema\":\"Key\",\"files\":[{\"key\":null}]}", "{\"sourceBucket\":\"b\",\"fileFormat\":\"CSV\",\"fileSchema\":\"Key\",\"files\":[null]}"],
        text => InventoryManifest.Parse(Encoding.UTF8.GetBytes(text)).Parts.All(part => part.Key.Length >= 0),
        typeof(FormatException));

    // A quote that nothing closes makes one field of the rest of the list, which may be larger than the memory.
    [Fact]
    public void A_row_of_a_list_has_an_end()
    {
        using EndlessText text = new("Key\n\"");

        Assert.Throws<FormatException>(() => CsvRows.Read(text).Count());

        Assert.InRange(text.Given, 1, 4 << 20);
    }

    [Fact]
    public void Snapshots()
    {
        Snapshot snapshot = new() { Schema = 1, Id = new SnapshotId(1, 2), Fingerprint = "f", CreatedAt = default, TakenAt = default, Files = [new SnapshotFile("journal.db", 4, ["ab"])] };
        string[] samples = [Encoding.UTF8.GetString(StateJson.ToBytes(snapshot)), .. OddFiles.Select(WithFiles)];

        Fuzzer.TryText("snapshots", Cases, samples, text => Snapshot.Read(Packed.Of(Encoding.UTF8.GetBytes(text)))?.Files.All(file => file.Name.Length >= 0 && file.Pieces.All(piece => piece.Length >= 0)) == true);
        Fuzzer.Try("packed snapshots", Cases, [snapshot.ToBytes()], bytes => Snapshot.Read(bytes) is not null);

        string WithFiles(string files) => JsonNode.Parse(StateJson.ToBytes(snapshot)) is JsonObject document && document.Single(member => member.Key.Equals("files", StringComparison.OrdinalIgnoreCase)).Key is var name
            ? With(document, name, files)
            : "";
        static string With(JsonObject document, string name, string files)
        {
            document[name] = JsonNode.Parse(files);
            return document.ToJsonString();
        }
    }

    [Fact]
    public void What_is_packed_small_and_is_large_is_refused()
    {
        byte[] packed = Packed.Of(new byte[300 << 20]);
        long before = GC.GetAllocatedBytesForCurrentThread();

        Assert.Null(Snapshot.Read(packed));

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 250 << 20);
    }

    [Fact]
    public void Leases() => Fuzzer.TryText(
        "leases",
        Cases / 4,
        [Encoding.UTF8.GetString(StateJson.ToBytes(new LeaseHolder("i", "h", 1, "f"))), Encoding.UTF8.GetString(StateJson.ToBytes(new LeaseSign("i", true)))],
        text => StateJson.Read<LeaseHolder>(Encoding.UTF8.GetBytes(text))?.ToString() is not null | StateJson.Read<LeaseSign>(Encoding.UTF8.GetBytes(text)) is not null);

    [Fact]
    public void Manifests()
    {
        using TemporaryFolder folder = new();
        string path = folder.NewFile();
        using (ManifestSegmentWriter writer = ManifestSegmentWriter.Create(path))
        {
            for (int number = 0; number < 50; number++)
                writer.Append(ManifestGenerators.Plain(number));
            writer.Seal();
        }

        Fuzzer.Try("manifest segments", CasesOnDisk, [File.ReadAllBytes(path)], bytes =>
        {
            File.WriteAllBytes(path, bytes);
            return new ManifestSegmentReader(path, null).ReadAsync(null, null, CancellationToken.None).ToBlockingEnumerable().Any();
        }, typeof(ManifestException));
    }

    [Fact]
    public void Journals()
    {
        using EngineBench bench = new();
        bench.Create();
        string path = new JobFolder(bench.Home, EngineBench.JobName).Journal;
        using (Microsoft.Data.Sqlite.SqliteConnection connection = JournalSchema.Open(path, EngineBench.JobName))
            JournalSchema.Execute(connection, "PRAGMA wal_checkpoint(TRUNCATE); PRAGMA journal_mode=DELETE;");

        Fuzzer.Try("journals", CasesOnDisk, [File.ReadAllBytes(path)], bytes =>
        {
            foreach (string part in (string[])["-wal", "-shm", "-journal"])
                File.Delete(path + part);
            File.WriteAllBytes(path, bytes);
            using JournalReader reader = new(path, EngineBench.JobName);
            return reader.Job() is not null && reader.Runs().ToList().Count == 0 && reader.Segments().Count == 0 && reader.Fingerprint().Length > 0;
        }, typeof(JobStateException), typeof(StoreException));
    }

    private static bool ReadList(string text)
    {
        ListColumns? columns = null;
        int rows = 0;
        foreach (List<string> row in CsvRows.Read(new StringReader(text)))
        {
            if (columns is null)
                columns = ListColumns.Of(row, isEncoded: row.Count > 3) ?? throw new FormatException("no key");
            else if (columns.Read(row, bucket: null) is { Key.Length: > 0 })
                rows++;
        }

        return rows > 0;
    }

    private static XElement? Parse(string text)
    {
        try
        {
            using XmlReader reader = XmlReader.Create(new StringReader(text), new XmlReaderSettings { DtdProcessing = DtdProcessing.Prohibit, CheckCharacters = false });
            return XElement.Load(reader);
        }
        catch (XmlException)
        {
            return null;
        }
    }

    /// <summary>A text that goes on with the same letter for ever.</summary>
    private sealed class EndlessText(string beginning) : TextReader
    {
        public long Given { get; private set; }

        public override int Peek() => Given < beginning.Length ? beginning[(int)Given] : Given < 1L << 28 ? 'a' : -1;

        public override int Read()
        {
            int next = Peek();
            Given++;
            return next;
        }
    }
}
