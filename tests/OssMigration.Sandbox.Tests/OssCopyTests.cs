using System.Net;
using Xunit;

namespace OssMigration.Sandbox.Tests;

public sealed class OssCopyTests(OssSandbox sandbox) : IClassFixture<OssSandbox>
{
    [Fact]
    public async Task A_copy_takes_bytes_metadata_and_tags_of_its_source()
    {
        await sandbox.PutAsync("source a+b", "hello world", ("Content-Type", "text/x-test"), ("x-oss-meta-a", "b"), ("x-oss-tagging", "t=1"));

        OssAnswer copy = await CopyAsync("copied", "source%20a%2Bb");
        OssAnswer get = await sandbox.GetAsync("copied");

        Assert.Equal("CopyObjectResult", copy.Xml.Name.LocalName);
        Assert.Equal("hello world", get.Text);
        Assert.Equal("text/x-test", get.Header("Content-Type"));
        Assert.Equal("b", get.Header("x-oss-meta-a"));
        Assert.Equal("1", get.Header("x-oss-tagging-count"));
        Assert.Equal("5981764153023615706", get.Header("x-oss-hash-crc64ecma"));
    }

    [Fact]
    public async Task Replace_takes_metadata_and_tags_of_the_request()
    {
        await sandbox.PutAsync("replace-source", "x", ("Content-Type", "text/x-test"), ("x-oss-meta-a", "b"), ("x-oss-tagging", "t=1"));

        await CopyAsync("replaced", "replace-source", ("x-oss-metadata-directive", "REPLACE"), ("x-oss-tagging-directive", "Replace"), ("Content-Type", "text/new"), ("x-oss-meta-c", "d"));
        OssAnswer head = await sandbox.HeadAsync("replaced");

        Assert.Equal("text/new", head.Header("Content-Type"));
        Assert.Null(head.Header("x-oss-meta-a"));
        Assert.Equal("d", head.Header("x-oss-meta-c"));
        Assert.Null(head.Header("x-oss-tagging-count"));
    }

    [Fact]
    public async Task A_copy_onto_itself_repairs_metadata_only_while_the_object_is_the_one_expected()
    {
        string etag = (await sandbox.PutAsync("itself", "x", ("x-oss-meta-old", "1"))).Header("ETag")!;

        OssAnswer refused = await CopyAsync("itself", "itself", ("x-oss-copy-source-if-match", "\"00\""), ("x-oss-meta-new", "2"));
        OssAnswer done = await CopyAsync("itself", "itself", ("x-oss-copy-source-if-match", etag), ("x-oss-metadata-directive", "REPLACE"), ("x-oss-meta-new", "2"));
        OssAnswer head = await sandbox.HeadAsync("itself");

        Assert.Equal(HttpStatusCode.PreconditionFailed, refused.Status);
        Assert.Equal(HttpStatusCode.OK, done.Status);
        Assert.Equal("2", head.Header("x-oss-meta-new"));
        Assert.Null(head.Header("x-oss-meta-old"));
        Assert.Equal(etag, head.Header("ETag"));
    }

    [Fact]
    public async Task A_copy_may_forbid_overwriting_and_needs_its_source()
    {
        await sandbox.PutAsync("there", "x");

        Assert.Equal("FileAlreadyExists", (await CopyAsync("there", "there", ("x-oss-forbid-overwrite", "true"))).Code);
        Assert.Equal("NoSuchKey", (await CopyAsync("target", "not-there")).Code);
        Assert.Equal(HttpStatusCode.NotModified, (await CopyAsync("target", "there", ("x-oss-copy-source-if-none-match", "*"))).Status);
        OssAnswer malformed = await sandbox.SendAsync(new OssCall("PUT", OssSandbox.Bucket, "target") { Headers = { ["x-oss-copy-source"] = "nonsense" } });
        Assert.Equal("InvalidArgument", malformed.Code);
    }

    private Task<OssAnswer> CopyAsync(string key, string encodedSource, params (string Name, string Value)[] headers)
    {
        OssCall call = new("PUT", OssSandbox.Bucket, key) { Headers = { ["x-oss-copy-source"] = $"/{OssSandbox.Bucket}/{encodedSource}" } };
        foreach ((string name, string value) in headers)
            call.Headers[name] = value;
        return sandbox.SendAsync(call);
    }
}
