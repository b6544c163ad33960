using System.Globalization;
using System.Net;
using System.Text;
using OssMigration.Sandbox.Checksums;
using OssMigration.Sandbox.Storage;
using Xunit;

namespace OssMigration.Sandbox.Tests;

/// <summary>A bucket of the OSS side whose objects are files.</summary>
public sealed class OssFolderTests : IAsyncLifetime
{
    private const string Bucket = "folder-bucket";

    private readonly OssSandbox _sandbox = new();
    private readonly string _folder = Directory.CreateTempSubdirectory("oss-folder-").FullName;

    public async ValueTask InitializeAsync()
    {
        await _sandbox.InitializeAsync();
        await File.WriteAllTextAsync(Path.Combine(_folder, "there.txt"), "hello world");
        Assert.NotNull(_sandbox.Side.Buckets.Create(Bucket, new FolderObjectStore(_folder, ETagStyle.Md5)));
    }

    public async ValueTask DisposeAsync()
    {
        await _sandbox.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task A_file_that_is_there_has_the_digests_of_its_bytes_and_one_that_changes_is_seen_as_it_is()
    {
        OssAnswer head = await SendAsync("HEAD", "there.txt");
        await File.WriteAllTextAsync(Path.Combine(_folder, "there.txt"), "changed", TestContext.Current.CancellationToken);
        OssAnswer get = await SendAsync("GET", "there.txt");

        Assert.Equal("5981764153023615706", head.Header("x-oss-hash-crc64ecma"));
        Assert.Equal("\"5EB63BBBE01EEED093CB22BB8F5ACDC3\"", head.Header("ETag"));
        Assert.Equal("changed", get.Text);
        Assert.Equal(Crc("changed"u8), get.Header("x-oss-hash-crc64ecma"));
    }

    [Fact]
    public async Task What_is_put_appended_joined_and_copied_lies_in_files_with_the_right_bytes()
    {
        byte[] part = new byte[100 * 1024];
        await SendAsync("PUT", "a/put", "put"u8.ToArray());
        await SendAsync("POST", "a/appended", "one"u8.ToArray(), "append&position=0");
        OssAnswer appended = await SendAsync("POST", "a/appended", "two"u8.ToArray(), "append&position=3");
        string id = (await SendAsync("POST", "a/joined", null, "uploads")).Element("UploadId");
        await SendAsync("PUT", "a/joined", part, $"partNumber=1&uploadId={id}");
        await SendAsync("PUT", "a/joined", "tail"u8.ToArray(), $"partNumber=2&uploadId={id}");
        OssAnswer complete = await _sandbox.SendAsync(new OssCall("POST", Bucket, "a/joined") { Query = [("uploadId", id)], Headers = { ["x-oss-complete-all"] = "yes" } });
        OssAnswer copy = await _sandbox.SendAsync(new OssCall("PUT", Bucket, "a/copied") { Headers = { ["x-oss-copy-source"] = $"/{Bucket}/a/joined" } });

        Assert.Equal("put", await ReadAsync("a/put"));
        Assert.Equal("onetwo", await ReadAsync("a/appended"));
        Assert.Equal(Crc("onetwo"u8), appended.Header("x-oss-hash-crc64ecma"));
        Assert.Equal(Crc([.. part, .. "tail"u8]), complete.Header("x-oss-hash-crc64ecma"));
        Assert.Equal(HttpStatusCode.OK, copy.Status);
        Assert.Equal(await ReadAsync("a/joined"), await ReadAsync("a/copied"));
        Assert.EndsWith("tail", await ReadAsync("a/copied"), StringComparison.Ordinal);
        OssAnswer list = await _sandbox.SubResourceAsync("GET", null, "list-type=2", bucket: Bucket);
        Assert.Equal(["a/appended", "a/copied", "a/joined", "a/put", "there.txt"], list.All("Key"));
        Assert.Equal(5, Directory.EnumerateFiles(_folder, "*", SearchOption.AllDirectories).Count());
    }

    [Fact]
    public async Task A_refused_complete_and_an_abort_leave_no_file_behind()
    {
        string id = (await SendAsync("POST", "there.txt", null, "uploads")).Element("UploadId");
        await SendAsync("PUT", "there.txt", "part"u8.ToArray(), $"partNumber=1&uploadId={id}");
        OssAnswer refused = await _sandbox.SendAsync(new OssCall("POST", Bucket, "there.txt")
        {
            Query = [("uploadId", id)],
            Headers = { ["x-oss-complete-all"] = "yes", ["x-oss-forbid-overwrite"] = "true" },
        });
        OssAnswer abort = await SendAsync("DELETE", "there.txt", null, $"uploadId={id}");

        Assert.Equal("FileAlreadyExists", refused.Code);
        Assert.Equal(HttpStatusCode.NoContent, abort.Status);
        Assert.Equal("hello world", await ReadAsync("there.txt"));
        Assert.Single(Directory.EnumerateFiles(_folder, "*", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task A_mirrored_object_becomes_a_file_and_a_broken_one_does_not()
    {
        bool breaks = false;
        await using TestOrigin origin = await TestOrigin.StartAsync(async http =>
        {
            if (breaks)
                http.Response.ContentLength = 1000;
            await http.Response.Body.WriteAsync("mirrored"u8.ToArray());
            if (breaks)
                http.Abort();
        });
        await _sandbox.SubResourceAsync("PUT", null, "website", OssWebsiteTests.Mirror(origin.Url), Bucket);

        OssAnswer first = await SendAsync("GET", "m/1");
        breaks = true;
        OssAnswer second = await SendAsync("GET", "m/2");

        Assert.Equal("mirrored", first.Text);
        Assert.Equal("mirrored", await ReadAsync("m/1"));
        Assert.Equal("MirrorFailed", second.Code);
        Assert.Equal(2, Directory.EnumerateFiles(_folder, "*", SearchOption.AllDirectories).Count());
    }

    private static string Crc(ReadOnlySpan<byte> bytes) => Crc64Xz.AppendByTables(0, bytes).ToString(CultureInfo.InvariantCulture);

    private Task<string> ReadAsync(string key) => File.ReadAllTextAsync(Path.Combine(_folder, key), Encoding.UTF8, TestContext.Current.CancellationToken);

    private Task<OssAnswer> SendAsync(string method, string key, byte[]? body = null, string query = "") => _sandbox.SendAsync(new OssCall(method, Bucket, key)
    {
        Query = [.. query.Split('&', StringSplitOptions.RemoveEmptyEntries).Select(p => p.Split('=', 2)).Select(p => (p[0], p.Length > 1 ? p[1] : null))],
        Body = body,
    });
}
