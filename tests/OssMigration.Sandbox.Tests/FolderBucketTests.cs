using System.Text;
using OssMigration.Sandbox.Storage;

namespace OssMigration.Sandbox.Tests;

/// <summary>A folder served in place.</summary>
public sealed class FolderBucketTests : IClassFixture<SandboxFixture>, IDisposable
{
    private readonly SandboxFixture _sandbox;
    private readonly string _folder = Directory.CreateTempSubdirectory("sandbox-folder-").FullName;
    private readonly string _outside = Directory.CreateTempSubdirectory("sandbox-outside-").FullName;

    public FolderBucketTests(SandboxFixture sandbox) => _sandbox = sandbox;

    public void Dispose()
    {
        Directory.Delete(_folder, recursive: true);
        Directory.Delete(_outside, recursive: true);
    }

    [Fact]
    public async Task Files_are_objects_in_UTF8_order_of_their_keys_not_of_their_directories()
    {
        foreach (string name in (string[])["a/x", "a-b", "a.b", "a0", "b", "é", "\uE000", "😀"])
            Write(name, name);
        string bucket = NewBucket();

        Answer all = await _sandbox.S3.SendAsync("GET", bucket, [("list-type", "2")]);
        Answer after = await _sandbox.S3.SendAsync("GET", bucket, [("list-type", "2"), ("start-after", "a.b"), ("max-keys", "2")]);
        Answer rolled = await _sandbox.S3.SendAsync("GET", bucket, [("list-type", "2"), ("delimiter", "/")]);
        Answer get = await _sandbox.S3.GetAsync(bucket + "/a/x");

        Assert.Equal(["a-b", "a.b", "a/x", "a0", "b", "é", "\uE000", "😀"], all.Keys);
        Assert.Equal(["a/x", "a0"], after.Keys);
        Assert.Equal(["a/"], rolled.All("CommonPrefixes").Select(prefix => prefix.Value));
        Assert.Equal("a/x", get.Text);
    }

    [Fact]
    public async Task What_others_change_in_the_folder_shows_at_once()
    {
        Write("a", "1");
        string bucket = NewBucket();
        Answer before = await _sandbox.S3.SendAsync("GET", bucket, [("list-type", "2")]);

        Write("a", "22");
        Write("new/b", "3");
        Answer changed = await _sandbox.S3.SendAsync("GET", bucket, [("list-type", "2")]);
        File.Delete(Path.Combine(_folder, "a"));
        Answer gone = await _sandbox.S3.SendAsync("GET", bucket, [("list-type", "2")]);

        Assert.Equal(["a"], before.Keys);
        Assert.Equal(["a", "new/b"], changed.Keys);
        Assert.Equal(["2", "1"], changed.Values("Size"));
        Assert.NotEqual(before.Value("ETag"), changed.Value("ETag"));
        Assert.Equal(["new/b"], gone.Keys);
    }

    [Theory]
    [MemberData(nameof(ObjectTests.OddKeys), MemberType = typeof(ObjectTests), DisableDiscoveryEnumeration = true)]
    public async Task A_key_survives_in_a_folder_and_across_a_restart(string key)
    {
        string bucket = NewBucket();

        await _sandbox.S3.PutAsync($"{bucket}/{key}", key);
        Answer get = await _sandbox.S3.GetAsync($"{bucket}/{key}");
        var reopened = new FolderObjectStore(_folder, ETagStyle.Md5);
        ObjectCursor cursor = reopened.OpenCursor();
        Assert.True(cursor.MoveNext());
        (string Key, string ETag) again = (cursor.Current.Key, cursor.Current.ETag);
        await _sandbox.S3.SendAsync("DELETE", $"{bucket}/{key}");

        Assert.Equal(key, get.Text);
        Assert.Equal((key, get.Header("ETag").Trim('"')), again);
        Assert.Empty(Directory.EnumerateFiles(_folder, "*", SearchOption.AllDirectories));
        Assert.Empty(Directory.EnumerateFiles(_outside));
    }

    [Fact]
    public async Task A_key_that_is_the_directory_of_another_is_kept_beside_it()
    {
        string bucket = NewBucket();
        string[] keys = ["a", "a/b", "c/d", "c", "c/"];

        foreach (string key in keys)
            await _sandbox.S3.PutAsync($"{bucket}/{key}", "is " + key);

        foreach (string key in keys)
            Assert.Equal("is " + key, (await _sandbox.S3.GetAsync($"{bucket}/{key}")).Text);
        Assert.Equal(["a", "a/b", "c", "c/", "c/d"], (await _sandbox.S3.SendAsync("GET", bucket, [("list-type", "2")])).Keys);
    }

    [Fact]
    public async Task Links_that_lead_out_of_the_folder_are_not_there()
    {
        File.WriteAllText(Path.Combine(_outside, "secret"), "secret");
        Write("real", "real");
        File.CreateSymbolicLink(Path.Combine(_folder, "out"), Path.Combine(_outside, "secret"));
        File.CreateSymbolicLink(Path.Combine(_folder, "in"), Path.Combine(_folder, "real"));
        Directory.CreateSymbolicLink(Path.Combine(_folder, "dir"), _outside);
        Directory.CreateSymbolicLink(Path.Combine(_folder, "circle"), _folder);
        string bucket = NewBucket();

        Answer list = await _sandbox.S3.SendAsync("GET", bucket, [("list-type", "2")]);
        Answer file = await _sandbox.S3.GetAsync(bucket + "/out");
        Answer within = await _sandbox.S3.GetAsync(bucket + "/dir/secret");
        Answer upwards = await _sandbox.S3.GetAsync($"{bucket}/../{Path.GetFileName(_outside)}/secret");
        await _sandbox.S3.PutAsync(bucket + "/dir/new", "stays inside");

        Assert.Equal(["in", "real"], list.Keys);
        Assert.Equal(["NoSuchKey", "NoSuchKey", "NoSuchKey"], [file.Code, within.Code, upwards.Code]);
        Assert.Equal("real", (await _sandbox.S3.GetAsync(bucket + "/in")).Text);
        Assert.Equal("stays inside", (await _sandbox.S3.GetAsync(bucket + "/dir/new")).Text);
        Assert.Equal(["secret"], Directory.EnumerateFiles(_outside).Select(Path.GetFileName));
    }

    [Fact]
    public async Task A_written_object_is_a_file_with_its_metadata_until_somebody_else_writes_it()
    {
        string bucket = NewBucket();
        Answer put = await _sandbox.S3.PutAsync(bucket + "/d/k.txt", "mine", ("x-amz-meta-m", "1"), ("Content-Type", "x/y"));

        Answer mine = await _sandbox.S3.SendAsync("HEAD", bucket + "/d/k.txt");
        string onDisk = File.ReadAllText(Path.Combine(_folder, "d", "k.txt"));
        Write("d/k.txt", "theirs!");
        Answer theirs = await _sandbox.S3.SendAsync("HEAD", bucket + "/d/k.txt");

        Assert.Equal("mine", onDisk);
        Assert.Equal(("1", "x/y", put.Header("ETag")), (mine.Header("x-amz-meta-m"), mine.Header("Content-Type"), mine.Header("ETag")));
        Assert.Equal(("", "text/plain", "7"), (theirs.Header("x-amz-meta-m"), theirs.Header("Content-Type"), theirs.Header("Content-Length")));
    }

    [Fact]
    public async Task A_refused_or_broken_write_leaves_no_file_behind()
    {
        string bucket = NewBucket();
        await _sandbox.S3.PutAsync(bucket + "/k", "x");

        await _sandbox.S3.PutAsync(bucket + "/k", "y", ("If-None-Match", "*"));
        await _sandbox.S3.PutAsync(bucket + "/l", "y", ("Content-MD5", "AAAAAAAAAAAAAAAAAAAAAA=="));

        Assert.Equal([Path.Combine(_folder, "k")], Directory.EnumerateFiles(_folder, "*", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task Parts_become_one_file_and_no_part_stays()
    {
        string bucket = NewBucket();
        string id = (await _sandbox.S3.SendAsync("POST", bucket + "/m", [("uploads", "")], [])).Value("UploadId");
        Answer first = await _sandbox.S3.SendAsync("PUT", bucket + "/m", [("partNumber", "1"), ("uploadId", id)], new byte[5 * 1024 * 1024]);
        Answer second = await _sandbox.S3.SendAsync("PUT", bucket + "/m", [("partNumber", "2"), ("uploadId", id)], [1, 2, 3]);
        string list = $"<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>{first.Header("ETag").Trim('"')}</ETag></Part><Part><PartNumber>2</PartNumber><ETag>{second.Header("ETag").Trim('"')}</ETag></Part></CompleteMultipartUpload>";

        Answer complete = await _sandbox.S3.SendAsync("POST", bucket + "/m", [("uploadId", id)], Encoding.UTF8.GetBytes(list));

        Assert.Equal(200, (int)complete.Status);
        Assert.Equal([Path.Combine(_folder, "m")], Directory.EnumerateFiles(_folder, "*", SearchOption.AllDirectories));
        Assert.Equal([0, 1, 2, 3], (await _sandbox.S3.GetAsync(bucket + "/m", ("Range", "bytes=-4"))).Body);
        Assert.EndsWith("-2\"", (await _sandbox.S3.SendAsync("HEAD", bucket + "/m")).Header("ETag"), StringComparison.Ordinal);
    }

    private string NewBucket() => _sandbox.NewBucket(new FolderObjectStore(_folder, ETagStyle.Md5)).Name;

    private void Write(string name, string text)
    {
        string path = Path.Combine(_folder, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
    }
}
